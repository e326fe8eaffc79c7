//! For whom each route is, by the table of rights (`conventions.md` §3). It is written down here, not asked of the rules.

use Let::{Anywhere, Either, Everybody, Here, Staff};

/// Those who are let in; to all others there is nothing, or the way to the sign-in.
pub enum Let {
    Everybody,
    /// All who are employed, whatever their role and unit.
    Staff,
    /// These, wherever they work and whatever is theirs.
    Anywhere(&'static [&'static str]),
    /// These at the unit that answers for the matter, and the one whose own it is.
    Here(&'static [&'static str]),
    /// The first wherever they are, the second here.
    Either(&'static [&'static str], &'static [&'static str]),
}

/// Nobody: the route needs what is not there in this county.
const NOBODY: Let = Here(&[]);
/// Those who work with matters.
const WORK: &[&str] = &["professional", "lead"];
/// Those besides to whom a queue is numbers.
const COUNT: &[&str] = &["professional", "lead", "manager"];
const LEADS: &[&str] = &["lead"];
/// Those who answer for a unit and its figures.
const ANSWER: &[&str] = &["lead", "manager"];
/// The writer, by name or by code, and those who work with what was written.
const BOTH_SIDES: &[&str] = &["holder", "resident", "professional", "lead"];
const WRITERS: &[&str] = &["holder", "resident"];
const RESIDENT: &[&str] = &["resident"];
const VISITORS: &[&str] = &["nobody", "holder", "resident"];
const ANALYST: &[&str] = &["analyst"];
const IMPORT: &[&str] = &["analyst", "admin"];
const ADMIN: &[&str] = &["admin"];

/// A file that is brought in, as a browser sends it.
pub const FILE: &str =
    "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.csv\"\r\n\r\nresident_id\n1\n\r\n--x--\r\n";

/// A route; those who are let in; its `{command}`, each of several; and the query or form, in which `{contacts}` is the id
/// of the contact, as of other kinds, and `{time}` the fields of a free time.
pub type Line = (&'static str, Let, &'static str, &'static str);

/// In the order in which they are asked for: what is read comes before what changes it.
pub const LINES: &[Line] = &[
    // Open to everybody.
    ("GET /", Everybody, "", ""),
    ("GET /sign-in", Everybody, "", ""),
    ("POST /sign-in", Everybody, "", ""),
    ("GET /sign-in/set-up", Everybody, "", ""),
    ("POST /sign-in/set-up", Everybody, "", ""),
    ("POST /sign-in/account", Everybody, "", ""),
    ("GET /contact", Everybody, "", ""),
    ("POST /contact", Everybody, "", ""),
    ("GET /contact/return", Everybody, "", ""),
    ("POST /contact/return", Everybody, "", ""),
    ("GET /contact/leave", Everybody, "", "id={contacts}"),
    ("GET /api/openapi.json", Everybody, "", ""),
    ("POST /api/contacts", Everybody, "", "{}"),
    // This county has no identity provider, and those who came by a token have one right and no choice.
    ("GET /sign-in/provider", NOBODY, "", ""),
    ("GET /sign-in/provider/return", NOBODY, "", ""),
    ("GET /sign-in/role", NOBODY, "", ""),
    ("POST /sign-in/role", NOBODY, "", "role=admin&unit=small"),
    // A person's own.
    ("GET /contact/thread", Here(WRITERS), "", "id={contacts}"),
    ("POST /contact/thread", Here(WRITERS), "", "id={contacts}&client_id=w1"),
    ("GET /matters", Anywhere(RESIDENT), "", ""),
    ("GET /matters/{id}", Here(RESIDENT), "", ""),
    ("GET /matters/{id}/calendar.ics", Here(RESIDENT), "", ""),
    ("GET /me", Anywhere(RESIDENT), "", ""),
    ("POST /me", Anywhere(RESIDENT), "", "client_id=m1&phone=x&sms=yes"),
    ("GET /book", Anywhere(VISITORS), "", ""),
    // A resident books for themselves, whatever the address says; a professional for the resident of a contact.
    ("GET /book", Either(VISITORS, WORK), "", "contact={contacts}"),
    ("GET /book/{calendar}", Anywhere(VISITORS), "", ""),
    ("GET /book/{calendar}", Either(VISITORS, WORK), "", "contact={contacts}"),
    ("POST /book/{calendar}", Anywhere(RESIDENT), "", "{time}"),
    ("POST /book/{calendar}", Either(RESIDENT, WORK), "", "{time}&contact={contacts}"),
    ("GET /book/{calendar}/{appointment}", Anywhere(RESIDENT), "", "{time}"),
    ("POST /book/{calendar}/{appointment}", Anywhere(RESIDENT), "", "{time}"),
    ("GET /book/{calendar}/series", Anywhere(RESIDENT), "", "kind=therapy&way=in_person"),
    ("GET /book/{calendar}/series", Either(RESIDENT, WORK), "", "kind=therapy&way=in_person&contact={contacts}"),
    ("POST /book/{calendar}/series", Anywhere(RESIDENT), "", "kind=therapy&way=in_person&{visit}"),
    ("GET /book/{calendar}/wish", Anywhere(RESIDENT), "", "kind=talk"),
    (
        "POST /book/{calendar}/wish",
        Anywhere(RESIDENT),
        "",
        "kind=talk&earliest=x&id=0198c9e2-2222-7000-8000-00000000000e",
    ),
    ("GET /book/{calendar}/seat/{gathering}", Anywhere(RESIDENT), "", ""),
    ("GET /book/{calendar}/seat/{gathering}", Either(RESIDENT, WORK), "", "contact={contacts}"),
    ("POST /book/{calendar}/seat/{gathering}", Anywhere(RESIDENT), "", "id=0198c9e2-2222-7000-8000-00000000000d"),
    // The desk.
    ("GET /desk", Anywhere(COUNT), "", ""),
    ("GET /desk", Here(COUNT), "", "unit=small"),
    ("GET /desk/contacts/new", Anywhere(WORK), "", ""),
    ("POST /desk/contacts/new", Anywhere(WORK), "", ""),
    ("GET /desk/absences", Anywhere(WORK), "", ""),
    ("POST /desk/absences", Anywhere(WORK), "", ""),
    ("POST /desk/absences/end", Here(LEADS), "", "who=nurse-2"),
    ("GET /desk/moves", Anywhere(LEADS), "", ""),
    ("GET /desk/moves", Here(LEADS), "", "unit=small"),
    ("POST /desk/moves", Here(LEADS), "", "unit=small&to=queue&row=contact/{contacts}&sure=yes"),
    ("GET /desk/contacts/{id}", Here(WORK), "", ""),
    ("POST /desk/contacts/{id}", Here(WORK), "", "show=fi"),
    // Leads everybody on to the contact, which is then not there for those who may not read it.
    ("GET /desk/contacts/{id}/{command}", Everybody, "reply", ""),
    ("POST /desk/contacts/{id}/{command}", Here(WORK), "claim save phrase reply ask finish note reopen undo", ""),
    ("POST /desk/contacts/{id}/{command}", Here(WORK), "resolve transfer", "outcome=advised&unit=other"),
    ("POST /desk/contacts/{id}/{command}", Here(WORK), "register encounter", ""),
    ("POST /desk/contacts/{id}/{command}", Here(WORK), "recall notice", "consultation={consultations}"),
    ("POST /desk/contacts/{id}/{command}", Here(LEADS), "assign", "to=nurse-1"),
    ("GET /desk/contacts/{id}/consult", Here(WORK), "", ""),
    ("POST /desk/contacts/{id}/consult", Here(WORK), "", "whom=one&to=nurse-2&day=2026-01-09"),
    ("GET /desk/contacts/{id}/need", Here(WORK), "", ""),
    ("POST /desk/contacts/{id}/need", Here(WORK), "", "client_id=n9&care=psychosocial&age=19"),
    ("GET /desk/tasks/new", Anywhere(WORK), "", ""),
    ("GET /desk/tasks/new", Here(WORK), "", "contact={contacts}"),
    ("POST /desk/tasks/new", Anywhere(WORK), "", "for=me"),
    ("GET /desk/tasks/{id}", Here(WORK), "", ""),
    // A professional gives a task of their own to a colleague, too.
    ("POST /desk/tasks/{id}/{command}", Here(WORK), "claim assign snooze release finish reopen undo", "to=nurse-2"),
    ("GET /desk/consultations/{id}", Here(WORK), "", ""),
    ("POST /desk/consultations/{id}/{command}", Here(WORK), "claim answer release", ""),
    ("GET /desk/care-needs/{id}", Here(WORK), "", ""),
    ("GET /desk/care-needs/{id}/book", Here(WORK), "", ""),
    ("POST /desk/care-needs/{id}/book", Here(WORK), "", "time=x"),
    ("POST /desk/care-needs/{id}/{command}", Here(WORK), "except withdraw meet", "client_id=m1"),
    ("GET /desk/calendar", Anywhere(WORK), "", ""),
    ("GET /desk/calendar", Here(WORK), "", "unit=small&date=2026-01-08"),
    ("POST /desk/calendar/{act}", Anywhere(WORK), "protect", "calendar=development&date=x"),
    ("POST /desk/calendar/{act}", Here(LEADS), "duty", "unit=small&date=2026-01-08&calendar=duty&shift=morning&who=x"),
    ("GET /desk/days/{id}", Here(WORK), "", ""),
    ("POST /desk/days/{id}/protected/{act}", Here(LEADS), "release move", "what=development"),
    ("POST /desk/days/{id}/{act}", Here(WORK), "leave back", "from=08:00&to=12:00&what=away"),
    ("POST /desk/days/{id}/{act}", Here(WORK), "give", "appointment={appointments}"),
    ("GET /desk/walk-in/{unit}", Here(WORK), "", ""),
    (
        "POST /desk/walk-in/{unit}/{act}",
        Here(WORK),
        "enter order call see leave close",
        "calendar=acute&reason=fever&number=1",
    ),
    ("GET /desk/gatherings/{id}", Here(WORK), "", ""),
    ("POST /desk/gatherings/{id}/{act}", Here(WORK), "came missed free held", "seat=1"),
    ("GET /desk/series/{id}", Here(WORK), "", ""),
    ("POST /desk/series/{id}/{act}", Here(WORK), "cancel", "visit=2"),
    ("GET /desk/wishes/{id}", Here(WORK), "", ""),
    ("POST /desk/wishes/{id}/{act}", Here(WORK), "offer end", ""),
    ("POST /desk/appointments/{id}/way", Here(WORK), "", "way=phone"),
    ("GET /desk/appointments/{id}", Here(WORK), "", ""),
    ("POST /desk/appointments/{id}/{act}", Here(WORK), "miss end begin arrive cancel", ""),
    ("POST /desk/next", Here(WORK), "", "unit=small&client_id=n1"),
    // Figures, for all staff; cases by person.
    ("GET /steer", Staff, "", ""),
    ("GET /steer/scorecards/{id}", Staff, "", ""),
    ("GET /steer/measures/{id}", Staff, "", "unit=small"),
    ("GET /steer/measures/{id}/csv", Staff, "", "unit=small"),
    ("GET /steer/measures/{id}/cases", Either(ANALYST, ANSWER), "", "unit=small&period=2025-01"),
    (
        "POST /steer/measures/{id}/phases",
        Here(ANSWER),
        "",
        "unit=small&period=2025-02&reason=x&client_id=p&verb=accept",
    ),
    // The list of systems; this county is no demonstration, so that nothing is tried.
    ("GET /evaluate/models", Staff, "", ""),
    ("POST /evaluate/models/{id}/try", NOBODY, "", ""),
    ("POST /evaluate/models/leave", Everybody, "", ""),
    // The running of the county.
    ("GET /admin/ports", Anywhere(ADMIN), "", ""),
    ("GET /admin/imports", Anywhere(IMPORT), "", ""),
    ("POST /admin/imports", Anywhere(IMPORT), "", FILE),
    ("GET /admin/imports/{id}", Anywhere(IMPORT), "", ""),
    ("GET /admin/imports/waiting/{waiting}", Anywhere(IMPORT), "", ""),
    ("POST /admin/imports/waiting/{waiting}/take-in", Anywhere(IMPORT), "", "table=residents"),
    ("POST /admin/imports/waiting/{waiting}/forget", Anywhere(IMPORT), "", ""),
    ("GET /admin/staff", Anywhere(ADMIN), "", ""),
    ("POST /admin/staff", Anywhere(ADMIN), "", "person=n2&role=admin&unit=small&last_day=2026-02-01"),
    ("GET /admin/staff/{person}", Anywhere(ADMIN), "", ""),
    ("POST /admin/staff/{person}/account/{act}", Anywhere(ADMIN), "add reset", "name=anna"),
    ("POST /admin/staff/{person}/end", Anywhere(ADMIN), "", "role=lead&unit=small&from=2026-01-07&now=now"),
    // For programs.
    ("GET /api/contacts/{id}", Here(BOTH_SIDES), "", ""),
    ("GET /api/conversations/{id}/messages", Here(BOTH_SIDES), "", ""),
    ("PUT /api/conversations/{id}/messages/{client_id}", Here(BOTH_SIDES), "", r#"{"text":"Hei"}"#),
    ("GET /api/queues/{id}", Here(COUNT), "", ""),
    ("POST /api/contacts/{id}/{command}", Here(WORK), "claim ask transfer reopen register encounter", "{}"),
    ("POST /api/contacts/{id}/{command}", Here(WORK), "reply", r#"{"text":"Hei"}"#),
    ("POST /api/contacts/{id}/{command}", Here(LEADS), "assign", r#"{"to":"nurse-1"}"#),
    // Last, for after them there is nothing to ask for.
    ("POST /matters/{id}/way", Here(RESIDENT), "", "way=phone"),
    ("POST /matters/{id}/cancel-rest", Here(RESIDENT), "", "visit=1"),
    ("POST /matters/{id}/wish/{act}", Here(RESIDENT), "take pass end", ""),
    ("POST /matters/{id}/cancel", Here(RESIDENT), "", "reason=ill"),
    ("POST /api/contacts/{id}/{command}", Here(WORK), "resolve", r#"{"outcome":"advised"}"#),
    ("POST /desk/contacts/{id}/{command}", Here(WORK), "release close", ""),
    ("POST /api/contacts/{id}/{command}", Here(WORK), "release close", "{}"),
    ("POST /contact/leave", Everybody, "", ""),
    ("POST /sign-out", Everybody, "", ""),
];

/// Where a route stands otherwise than the table of rights says, until it is mended: the route, who, and where they are.
pub const OPEN: &[(&str, &str, &str)] = &[
    // A lead of a unit above sees to absences below it; the page knows those of the very unit alone.
    ("POST /desk/absences/end", "lead", "above"),
];

impl Let {
    /// Whether somebody is let in: by name of the role, and whether they are of the unit or it is their own.
    pub fn lets(&self, name: &str, is_here: bool) -> bool {
        match self {
            Everybody => true,
            Staff => !VISITORS.contains(&name),
            Anywhere(these) => these.contains(&name),
            Here(these) => is_here && these.contains(&name),
            Either(anywhere, here) => anywhere.contains(&name) || (is_here && here.contains(&name)),
        }
    }
}
