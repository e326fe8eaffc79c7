//! For whom each route is, by the table of rights (`conventions.md` §3). It is written down here, not asked of the rules.

use Let::{Anywhere, Either, Everybody, Here, Ours, Staff};

/// Those who are let in; to all others there is nothing, or the way to the sign-in.
pub enum Let {
    Everybody,
    /// All who are employed, whatever their role and unit.
    Staff,
    /// These, wherever they work and whatever is theirs.
    Anywhere(&'static [&'static str]),
    /// These at the unit.
    Here(&'static [&'static str]),
    /// These at the unit that answers for the matter, if they work in its register, and the one whose own it is.
    Ours(&'static [&'static str]),
    /// The first wherever they are, the second as of [`Ours`].
    Either(&'static [&'static str], &'static [&'static str]),
}

/// Nobody: the route needs what is not there in this county.
const NOBODY: Let = Here(&[]);
/// Those who work with matters.
const WORK: &[&str] = &["professional", "lead"];
/// Those who work with matters, and whoever of the unit works in the other register.
const APART: &[&str] = &["professional", "lead", "other register"];
/// Those besides to whom a queue is numbers.
const COUNT: &[&str] = &["professional", "lead", "manager"];
const LEADS: &[&str] = &["lead"];
/// Those who answer for a unit and its figures.
const ANSWER: &[&str] = &["lead", "manager"];
/// The writer, by name or by code, and those who work with what was written.
const BOTH_SIDES: &[&str] = &["holder", "resident", "professional", "lead"];
const WRITERS: &[&str] = &["holder", "resident"];
const RESIDENT: &[&str] = &["resident"];
/// A resident who acts for nobody: how they are told, and who acts for them, is theirs alone.
const MYSELF: &[&str] = &["myself"];
const VISITORS: &[&str] = &["nobody", "holder", "resident"];
const ANALYST: &[&str] = &["analyst"];
const IMPORT: &[&str] = &["analyst", "admin"];
const ADMIN: &[&str] = &["admin"];
const PRIVACY: &[&str] = &["privacy"];

/// A file that is brought in, as a browser sends it.
pub const FILE: &str =
    "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.csv\"\r\n\r\nresident_id\n1\n\r\n--x--\r\n";

/// The words of a form with files, and none of these.
const WORDS: &str = "--x\r\nContent-Disposition: form-data; name=\"contact\"\r\n\r\n{contacts}\r\n--x--\r\n";

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
    ("POST /contact/start", Everybody, "", "text=x"),
    ("GET /contact/new", Everybody, "", ""),
    ("POST /contact/new", Everybody, "", "text=x"),
    ("GET /contact/return", Everybody, "", ""),
    ("POST /contact/return", Everybody, "", ""),
    ("GET /contact/notice", Everybody, "", ""),
    ("POST /contact/notice", Everybody, "", ""),
    ("GET /contact/leave", Everybody, "", "id={contacts}"),
    ("POST /contact/identify", NOBODY, "", "id={contacts}"),
    ("GET /contact/join", Anywhere(RESIDENT), "", ""),
    ("POST /contact/join", Anywhere(RESIDENT), "", "code=x"),
    ("GET /api/openapi.json", Everybody, "", ""),
    ("POST /api/contacts", Everybody, "", "{}"),
    // This county has no identity provider, and those who came by a token have one right and no choice.
    ("GET /sign-in/provider", NOBODY, "", ""),
    ("GET /sign-in/provider/return", NOBODY, "", ""),
    ("GET /sign-in/resident", NOBODY, "", ""),
    ("GET /sign-in/resident/return", NOBODY, "", ""),
    ("POST /sign-in/resident/signed-out", NOBODY, "", "logout_token=x"),
    // This county hears no other system; where it does, a signature opens, and no session.
    ("POST /hooks/{port}", NOBODY, "", "{}"),
    ("GET /sign-in/role", NOBODY, "", ""),
    ("POST /sign-in/role", NOBODY, "", "role=admin&unit=small"),
    // A person's own.
    ("GET /contact/thread", Ours(WRITERS), "", "id={contacts}"),
    ("POST /contact/thread", Ours(WRITERS), "", "id={contacts}&client_id=w1"),
    ("POST /contact/chat", Ours(WRITERS), "", "id={contacts}&act=leave"),
    ("GET /matters", Anywhere(RESIDENT), "", ""),
    ("GET /matters/{id}", Ours(RESIDENT), "", ""),
    ("GET /matters/{id}/calendar.ics", Ours(RESIDENT), "", ""),
    ("GET /me", Anywhere(MYSELF), "", ""),
    ("POST /me", Anywhere(MYSELF), "", "client_id=m1&phone=x&sms=yes"),
    ("GET /me/seen", Anywhere(MYSELF), "", ""),
    ("GET /me/sharing", Anywhere(MYSELF), "", ""),
    ("POST /me/sharing/{id}/{command}", Ours(MYSELF), "give refuse withdraw", "days=30"),
    ("GET /me/acting", Anywhere(MYSELF), "", ""),
    ("POST /me/acting", Ours(MYSELF), "", "act=show&id={appointments}"),
    ("GET /acting", Anywhere(RESIDENT), "", ""),
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
    ("POST /desk/contacts/{id}/files", Ours(WORK), "", WORDS),
    ("POST /contact/files", Here(WRITERS), "", WORDS),
    // No file was brought here; tests of conversations say who reads one.
    ("GET /files/{contact}/{file}", NOBODY, "", ""),
    ("GET /desk/absences", Anywhere(WORK), "", ""),
    ("GET /desk/chats", Anywhere(WORK), "", ""),
    ("POST /desk/absences", Anywhere(WORK), "", ""),
    ("POST /desk/absences/end", Here(LEADS), "", "who=nurse-2"),
    ("GET /desk/queues/{id}", Here(COUNT), "", ""),
    ("GET /edit/queues/{id}", Here(LEADS), "", ""),
    ("GET /desk/moves", Anywhere(LEADS), "", ""),
    ("GET /desk/moves", Here(LEADS), "", "unit=small"),
    ("POST /desk/moves", Here(LEADS), "", "unit=small&to=queue&row=contact/{contacts}&sure=yes"),
    ("GET /desk/contacts/{id}", Ours(WORK), "", ""),
    ("POST /desk/contacts/{id}", Ours(WORK), "", "show=fi"),
    // Leads everybody on to the contact, which is then not there for those who may not read it.
    ("GET /desk/contacts/{id}/{command}", Everybody, "reply", ""),
    ("POST /desk/contacts/{id}/{command}", Ours(WORK), "claim save phrase reply ask finish note reopen undo", ""),
    ("POST /desk/contacts/{id}/{command}", Ours(WORK), "resolve transfer", "outcome=advised&unit=other"),
    ("POST /desk/contacts/{id}/{command}", Ours(WORK), "register encounter", ""),
    ("POST /desk/contacts/{id}/{command}", Ours(WORK), "recall notice", "consultation={consultations}"),
    ("POST /desk/contacts/{id}/{command}", Ours(LEADS), "assign", "to=nurse-1"),
    ("GET /desk/contacts/{id}/consult", Ours(WORK), "", ""),
    ("POST /desk/contacts/{id}/consult", Ours(WORK), "", "whom=one&to=nurse-2&day=2026-01-09"),
    ("GET /desk/contacts/{id}/split", Ours(WORK), "", ""),
    ("POST /desk/contacts/{id}/split", Ours(WORK), "", "to=small"),
    ("GET /desk/contacts/{id}/need", Ours(WORK), "", ""),
    ("POST /desk/contacts/{id}/need", Ours(WORK), "", "client_id=n9&care=psychosocial&age=19"),
    ("GET /desk/carers/new", Ours(WORK), "", "contact={contacts}"),
    ("POST /desk/carers/new", Ours(WORK), "", "contact={contacts}"),
    ("GET /desk/tasks/new", Anywhere(WORK), "", ""),
    ("GET /desk/tasks/new", Ours(WORK), "", "contact={contacts}"),
    ("POST /desk/tasks/new", Anywhere(WORK), "", "for=me"),
    ("GET /desk/tasks/{id}", Ours(WORK), "", ""),
    // A professional gives a task of their own to a colleague, too.
    ("POST /desk/tasks/{id}/{command}", Ours(WORK), "claim assign snooze release finish reopen undo", "to=nurse-2"),
    // The other register of the one whom the contact is about: also for whoever works in that, who is told what opens it.
    ("GET /desk/registers/{id}", Here(APART), "", ""),
    ("POST /desk/registers/{id}/{command}", Here(APART), "ask name", ""),
    ("GET /desk/notices/new", Anywhere(WORK), "", ""),
    ("POST /desk/notices/new", Anywhere(WORK), "", ""),
    ("GET /desk/notices/{id}", Ours(WORK), "", ""),
    ("POST /desk/notices/{id}/{command}", Ours(WORK), "claim urgency split tell", ""),
    ("POST /desk/notices/{id}/{command}", Ours(WORK), "confirm reject hand end", "other={notices}"),
    ("GET /desk/consultations/{id}", Ours(WORK), "", ""),
    ("POST /desk/consultations/{id}/{command}", Ours(WORK), "claim answer release", ""),
    ("GET /desk/care-needs/{id}", Ours(WORK), "", ""),
    ("GET /desk/care-needs/{id}/book", Ours(WORK), "", ""),
    ("POST /desk/care-needs/{id}/book", Ours(WORK), "", "time=x"),
    ("POST /desk/care-needs/{id}/{command}", Ours(WORK), "except withdraw meet", "client_id=m1"),
    ("GET /desk/calendar", Anywhere(WORK), "", ""),
    ("GET /desk/calendar", Here(WORK), "", "unit=small&date=2026-01-08"),
    ("POST /desk/calendar/{act}", Anywhere(WORK), "protect", "calendar=development&date=x"),
    ("POST /desk/calendar/{act}", Here(LEADS), "duty", "unit=small&date=2026-01-08&calendar=duty&shift=morning&who=x"),
    ("GET /desk/days/{id}", Ours(WORK), "", ""),
    ("POST /desk/days/{id}/protected/{act}", Ours(LEADS), "release move", "what=development"),
    ("POST /desk/days/{id}/{act}", Ours(WORK), "leave back", "from=08:00&to=12:00&what=away"),
    ("POST /desk/days/{id}/{act}", Ours(WORK), "give", "appointment={appointments}"),
    ("GET /desk/walk-in/{unit}", Here(WORK), "", ""),
    (
        "POST /desk/walk-in/{unit}/{act}",
        Here(WORK),
        "enter order call see leave close",
        "calendar=acute&reason=fever&number=1",
    ),
    ("GET /desk/gatherings/{id}", Ours(WORK), "", ""),
    ("POST /desk/gatherings/{id}/{act}", Ours(WORK), "came missed free held", "seat=1"),
    ("GET /desk/series/{id}", Ours(WORK), "", ""),
    ("POST /desk/series/{id}/{act}", Ours(WORK), "cancel", "visit=2"),
    // A wish that comes of nothing else is of no register in a unit of both.
    ("GET /desk/wishes/{id}", Here(WORK), "", ""),
    ("POST /desk/wishes/{id}/{act}", Here(WORK), "offer end", ""),
    ("POST /desk/appointments/{id}/way", Ours(WORK), "", "way=phone"),
    ("GET /desk/appointments/{id}", Ours(WORK), "", ""),
    ("POST /desk/appointments/{id}/{act}", Ours(WORK), "miss end begin arrive cancel", ""),
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
    ("GET /admin/access", Anywhere(PRIVACY), "", ""),
    ("POST /admin/access", Anywhere(PRIVACY), "", "person=0198c9e2-1111-7000-8000-000000000000"),
    ("GET /admin/health", Anywhere(ADMIN), "", ""),
    ("GET /admin/ports", Anywhere(ADMIN), "", ""),
    ("GET /admin/retention", Anywhere(PRIVACY), "", ""),
    ("GET /admin/units", Anywhere(ADMIN), "", ""),
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
    (
        "POST /admin/staff/{person}/approve",
        Anywhere(ADMIN),
        "",
        "role=lead&unit=small&from=2026-01-07&last_day=2026-02-01",
    ),
    (
        "POST /admin/staff/{person}/decline",
        Anywhere(ADMIN),
        "",
        "role=lead&unit=small&from=2026-01-07&last_day=2026-02-01",
    ),
    ("POST /admin/staff/{person}/end", Anywhere(ADMIN), "", "role=lead&unit=small&from=2026-01-07&now=now"),
    // For programs.
    ("GET /api/contacts/{id}", Ours(BOTH_SIDES), "", ""),
    ("GET /api/conversations/{id}/messages", Ours(BOTH_SIDES), "", ""),
    ("PUT /api/conversations/{id}/messages/{client_id}", Ours(BOTH_SIDES), "", r#"{"text":"Hei"}"#),
    ("POST /api/conversations/{id}/presence", Ours(BOTH_SIDES), "", "{}"),
    ("GET /api/queues/{id}", Here(COUNT), "", ""),
    ("POST /api/contacts/{id}/{command}", Ours(WORK), "claim ask transfer reopen register encounter", "{}"),
    ("POST /api/contacts/{id}/{command}", Ours(WORK), "reply", r#"{"text":"Hei"}"#),
    ("POST /api/contacts/{id}/{command}", Ours(LEADS), "assign", r#"{"to":"nurse-1"}"#),
    // Last, for after them there is nothing to ask for.
    ("POST /matters/{id}/way", Ours(RESIDENT), "", "way=phone"),
    ("POST /matters/{id}/cancel-rest", Ours(RESIDENT), "", "visit=1"),
    ("POST /matters/{id}/wish/{act}", Ours(RESIDENT), "take pass end", ""),
    ("POST /matters/{id}/cancel", Ours(RESIDENT), "", "reason=ill"),
    ("POST /api/contacts/{id}/{command}", Ours(WORK), "resolve", r#"{"outcome":"advised"}"#),
    ("POST /desk/contacts/{id}/{command}", Ours(WORK), "release close", ""),
    ("POST /api/contacts/{id}/{command}", Ours(WORK), "release close", "{}"),
    ("POST /contact/leave", Everybody, "", ""),
    // Of those who may, the session would go on under another name; `acting.rs` plays it.
    ("POST /acting", NOBODY, "", "mandate=x"),
    ("POST /sign-out/everywhere", Anywhere(RESIDENT), "", ""),
    ("POST /sign-out", Everybody, "", ""),
];

impl Let {
    /// Whether somebody is let in: by name of the role, and whether they are of the unit or it is their own.
    pub fn lets(&self, name: &str, is_here: bool) -> bool {
        // They are professionals, but for matters of the register in which they do not work; whoever acts for a resident is
        // one, but for what is the resident's alone.
        let ours = |these: &[&str]| match name {
            "resident" => these.contains(&"resident") || these.contains(&"myself"),
            "acting" => these.contains(&"resident"),
            name => these.contains(&name),
        };
        let works = |these: &[&str]| ours(these) || (name == "other register" && these.contains(&"professional"));
        match self {
            Everybody => true,
            Staff => !["acting", "partner"].contains(&name) && !VISITORS.contains(&name),
            Anywhere(these) => works(these),
            Here(these) => is_here && works(these),
            Ours(these) => is_here && ours(these),
            Either(anywhere, here) => works(anywhere) || (is_here && ours(here)),
        }
    }
}
