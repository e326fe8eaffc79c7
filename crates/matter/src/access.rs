//! Access: the actions that each person may take. One pure function answers every question and refuses an action that
//! no rule allows.

/// The roles in which a person signs in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    Resident,
    /// Of any profession, which is a fact of the organisation.
    Professional,
    Lead,
    Manager,
    Evaluator,
    Analyst,
    Privacy,
    Admin,
    Editor,
    Fees,
    /// Of another organisation: what was given to it, and nothing else.
    Partner,
}

impl Role {
    pub const ALL: [Role; 11] = [
        Role::Resident,
        Role::Professional,
        Role::Lead,
        Role::Manager,
        Role::Evaluator,
        Role::Analyst,
        Role::Privacy,
        Role::Admin,
        Role::Editor,
        Role::Fees,
        Role::Partner,
    ];

    /// Name in links, files and on the command line.
    pub fn code(self) -> &'static str {
        match self {
            Role::Resident => "resident",
            Role::Professional => "professional",
            Role::Lead => "lead",
            Role::Manager => "manager",
            Role::Evaluator => "evaluator",
            Role::Analyst => "analyst",
            Role::Privacy => "privacy",
            Role::Admin => "admin",
            Role::Editor => "editor",
            Role::Fees => "fees",
            Role::Partner => "partner",
        }
    }

    /// Tokens, sessions and records of before say `nurse` and `physician`: both are professionals.
    pub fn named(code: &str) -> Option<Role> {
        if ["nurse", "physician"].contains(&code) {
            return Some(Role::Professional);
        }
        Role::ALL.into_iter().find(|role| role.code() == code)
    }
}

/// For what somebody asks. It is recorded with what they then do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Purpose {
    /// Their own matter.
    Own,
    /// Care of the person whom it concerns (Act 703/2023 § 9).
    Care,
    /// To see that those they lead work as they should.
    Supervision,
    /// Steering and evaluation of services, by figures.
    Management,
}

impl Purpose {
    pub const ALL: [Purpose; 4] = [Purpose::Own, Purpose::Care, Purpose::Supervision, Purpose::Management];

    /// As it stands in the record of accesses.
    pub fn code(self) -> &'static str {
        match self {
            Purpose::Own => "own matter",
            Purpose::Care => "care",
            Purpose::Supervision => "supervision",
            Purpose::Management => "management",
        }
    }
}

/// An action that someone wants to take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// See published figures: scorecards, charts, tables.
    SeeFigures,
    /// See the cases behind a figure, person by person.
    SeeCases,
    /// Decide where the limits of a unit's control chart begin anew.
    DecidePhase,
    /// See which matters wait in a queue: when they came and for what, no text and no name.
    SeeQueue,
    /// See how many wait in a queue and are in whose hands, and for how long.
    CountQueue,
    /// Read a matter: what both sides have written, and for professionals what happened to it.
    Read,
    /// Write a message in it.
    Write,
    /// Claim, hand over, end.
    Handle,
    /// Give it to a professional of the unit.
    Assign,
    /// Bring rows of a file into the facts, and see what became of such.
    Import,
    /// Give, move and take away the rights of those who work here, and their accounts.
    GiveRights,
}

/// The data a decision is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resource {
    /// Figures, and what they are made from: of a demonstration's invented people, or of real ones.
    Synthetic,
    Real,
    /// Cases of a demonstration's invented people at a unit: the asker's own, one under it, or another.
    SyntheticCases {
        within: bool,
    },
    RealCases,
    /// Those who work here.
    Staff,
    /// A unit's queue. `within`: the unit is the asker's own or stands under it.
    Queue {
        within: bool,
    },
    /// A unit's charts. `within` as of queues.
    Charts {
        within: bool,
    },
    /// A matter of a kind with these rights, and how the asker stands to it.
    Matter(&'static Rights, Tie),
}

/// The access roles that work with a kind of matter.
#[derive(Debug, PartialEq, Eq)]
pub struct Rights {
    /// Read, write and handle it, where their unit answers for it and they care.
    pub worked_by: &'static [Role],
    /// Give it to somebody of their unit, and see that the unit works as it should.
    pub led_by: &'static [Role],
    /// The one whose own matter it is.
    pub own: Own,
}

/// The part that the person has whose own matter it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Own {
    Nothing,
    Read,
    Write,
}

/// How somebody stands to a matter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tie {
    /// It is their own matter: they wrote it, or hold its code.
    pub own: bool,
    /// The unit that answers for it now is theirs or stands under it.
    pub within: bool,
    /// There is a care relationship: it goes on, or they had it themselves, or they are of the resident's own pair.
    pub cares: bool,
    /// A colleague asks them about it in their unit, and waits for their answer; it is not done, and stays where it was asked.
    pub asked: bool,
    /// It is of a register in which they do not work: health or social.
    pub apart: bool,
    /// The person's consent, or a ground of law, opens that register to them; or whoever is asked may read it without.
    pub ground: bool,
    /// They have broken the glass for its person, with a reason that another reviews.
    pub glass: bool,
}

/// The rule by which a matter stays closed that is of a register in which somebody does not work, and nothing else.
pub const OTHER_REGISTER: &str = "another register, and no ground";

/// The rule by which a matter is open to somebody who has broken the glass for its person, and to whom nothing else opens it.
pub const BROKEN_GLASS: &str = "they have broken the glass for its person";

/// An answer, and the rule that gave it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Decision {
    pub allow: bool,
    pub rule: &'static str,
}

/// Whether a role may do something for a purpose; `None` is a person who has not signed in.
///
/// Cases of real people stay closed to every role until each reading of them is recorded.
pub fn decide(role: Option<Role>, purpose: Purpose, action: Action, resource: Resource) -> Decision {
    let (allow, rule) = match (action, resource, purpose) {
        (Action::SeeQueue, Resource::Queue { within }, Purpose::Care) => see_queue(role, within),
        (Action::CountQueue, Resource::Queue { within }, Purpose::Management) => match role {
            Some(Role::Manager) if within => (true, "they answer for the unit"),
            _ => see_queue(role, within),
        },
        (Action::Read | Action::Write | Action::Handle | Action::Assign, Resource::Matter(rights, tie), _) => {
            matter(role, purpose, action, (rights, tie))
        }
        (Action::SeeFigures, Resource::Synthetic | Resource::Real, Purpose::Management) => match role {
            None => (false, "not signed in"),
            Some(Role::Resident) => (false, "residents see their own matters only"),
            Some(Role::Partner) => (false, "partners see what was given to them only"),
            Some(_) => (true, "staff see published figures"),
        },
        (Action::SeeCases, Resource::SyntheticCases { within }, Purpose::Management) => see_cases(role, within),
        (Action::SeeCases, Resource::RealCases, _) => (false, "cases are closed"),
        (Action::DecidePhase, Resource::Charts { within }, Purpose::Management) => decide_phase(role, within),
        (Action::Import, Resource::Synthetic | Resource::Real, Purpose::Management) => match role {
            Some(Role::Admin | Role::Analyst) => (true, "who brings in what was recorded elsewhere"),
            _ => (false, "imports are for administrators and analysts"),
        },
        (Action::GiveRights, Resource::Staff, Purpose::Management) => match role {
            Some(Role::Admin) => (true, "administrators give rights"),
            _ => (false, "rights are for administrators to give"),
        },
        _ => (false, "no rule"),
    };
    Decision { allow, rule }
}

fn see_cases(role: Option<Role>, within: bool) -> (bool, &'static str) {
    match role {
        Some(Role::Analyst) => (true, "cases of invented people"),
        Some(Role::Lead | Role::Manager) if within => (true, "cases of invented people at their unit"),
        Some(Role::Lead | Role::Manager) => (false, "another unit's cases"),
        _ => (false, "cases are closed"),
    }
}

fn decide_phase(role: Option<Role>, within: bool) -> (bool, &'static str) {
    match role {
        Some(Role::Lead | Role::Manager) if within => (true, "they answer for the unit"),
        Some(Role::Lead | Role::Manager) => (false, "another unit's charts"),
        _ => (false, "limits are decided by those who answer for the unit"),
    }
}

fn see_queue(role: Option<Role>, within: bool) -> (bool, &'static str) {
    match role {
        Some(Role::Professional | Role::Lead) if within => (true, "the unit's own queue"),
        Some(Role::Professional | Role::Lead) => (false, "another unit's queue"),
        _ => (false, "queues are for those who work in them"),
    }
}

fn matter(role: Option<Role>, purpose: Purpose, action: Action, (rights, tie): (&Rights, Tie)) -> (bool, &'static str) {
    let of = |roles: &[Role]| role.is_some_and(|role| roles.contains(&role));
    let works = of(rights.worked_by) || of(rights.led_by);
    match (role, purpose, action) {
        // The holder of its code wrote it, whatever other roles they have.
        (_, Purpose::Own, Action::Read) if tie.own && rights.own >= Own::Read => (true, "their own matter"),
        (_, Purpose::Own, Action::Write) if tie.own && rights.own >= Own::Write => (true, "their own matter"),
        (None | Some(Role::Resident), ..) => (false, "not their matter"),
        (_, _, Action::Assign) if of(rights.worked_by) && !of(rights.led_by) => (false, "who leads the unit assigns"),
        (_, Purpose::Care, _) if works && tie.within && tie.cares && !tie.apart => (true, "their unit answers for it"),
        (_, Purpose::Care, Action::Read) if of(rights.worked_by) && tie.asked && (!tie.apart || tie.ground) => {
            (true, "a colleague asks them about it")
        }
        (_, Purpose::Care, Action::Read) if of(rights.worked_by) && tie.asked => (false, OTHER_REGISTER),
        (_, Purpose::Care, Action::Read) if of(rights.worked_by) && tie.glass && (!tie.apart || tie.ground) => {
            (true, BROKEN_GLASS)
        }
        // Whichever unit answers for it; to act in it is for those of its register.
        (_, Purpose::Care, Action::Read) if works && tie.apart && tie.ground => {
            (true, "consent or a ground of law opens the register")
        }
        (_, Purpose::Supervision, Action::Read) if of(rights.led_by) && tie.within && !tie.apart => {
            (true, "they lead the unit that answered for it")
        }
        (_, Purpose::Care, _) if works && tie.within && tie.cares && !tie.ground => (false, OTHER_REGISTER),
        (Some(_), ..) if tie.within => (false, "it is over, and they had no part in it"),
        (Some(_), ..) => (false, "their unit does not answer for it"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ON_MATTERS: [Action; 4] = [Action::Read, Action::Write, Action::Handle, Action::Assign];
    const OWN: [Own; 3] = [Own::Nothing, Own::Read, Own::Write];

    /// Rights as those of a contact, but for what its person may do.
    const fn rights(own: Own) -> &'static Rights {
        const WORKED_BY: &[Role] = &[Role::Professional, Role::Lead];
        match own {
            Own::Nothing => &Rights { worked_by: WORKED_BY, led_by: &[Role::Lead], own: Own::Nothing },
            Own::Read => &Rights { worked_by: WORKED_BY, led_by: &[Role::Lead], own: Own::Read },
            Own::Write => &Rights { worked_by: WORKED_BY, led_by: &[Role::Lead], own: Own::Write },
        }
    }

    fn ties() -> impl Iterator<Item = Tie> {
        (0..128).map(|bits| Tie {
            own: bits & 1 > 0,
            within: bits & 2 > 0,
            cares: bits & 4 > 0,
            asked: bits & 8 > 0,
            apart: bits & 16 > 0,
            ground: bits & 32 > 0,
            glass: bits & 64 > 0,
        })
    }

    #[test]
    fn nobody_sees_cases_of_real_people() {
        for (role, purpose) in Role::ALL.into_iter().flat_map(|role| Purpose::ALL.map(|purpose| (role, purpose))) {
            assert!(!decide(Some(role), purpose, Action::SeeCases, Resource::RealCases).allow, "{}", role.code());
        }
    }

    #[test]
    fn administrators_and_analysts_import_and_nobody_else() {
        for role in Role::ALL.into_iter().map(Some).chain([None]) {
            let expected = matches!(role, Some(Role::Admin | Role::Analyst));
            for (purpose, resource) in
                Purpose::ALL.into_iter().flat_map(|it| [Resource::Synthetic, Resource::Real].map(|kind| (it, kind)))
            {
                let allow = decide(role, purpose, Action::Import, resource).allow;
                assert_eq!(allow, expected && purpose == Purpose::Management, "{role:?} {purpose:?}");
            }
        }
    }

    #[test]
    fn administrators_give_rights_and_nobody_else() {
        for (role, purpose) in
            Role::ALL.into_iter().map(Some).chain([None]).flat_map(|role| Purpose::ALL.map(|purpose| (role, purpose)))
        {
            let allow = decide(role, purpose, Action::GiveRights, Resource::Staff).allow;
            assert_eq!(allow, role == Some(Role::Admin) && purpose == Purpose::Management, "{role:?} {purpose:?}");
        }
    }

    #[test]
    fn without_signing_in_nothing_is_allowed() {
        for (action, purpose) in
            [Action::SeeFigures, Action::SeeCases].into_iter().flat_map(|it| Purpose::ALL.map(|purpose| (it, purpose)))
        {
            for resource in [Resource::Synthetic, Resource::SyntheticCases { within: true }] {
                assert!(!decide(None, purpose, action, resource).allow);
            }
        }
    }

    #[test]
    fn a_matter_is_for_its_person_and_for_those_who_care_for_them() {
        let roles = || Role::ALL.into_iter().map(Some).chain([None]);
        for (role, purpose, own) in roles()
            .flat_map(|role| Purpose::ALL.into_iter().flat_map(move |purpose| OWN.map(|own| (role, purpose, own))))
        {
            for (action, tie) in ON_MATTERS.into_iter().flat_map(|action| ties().map(move |tie| (action, tie))) {
                let may = match action {
                    Action::Assign => role == Some(Role::Lead),
                    _ => matches!(role, Some(Role::Professional | Role::Lead)),
                };
                let reads = may && action == Action::Read;
                // A question of a colleague and a broken glass open the other register with its ground alone.
                let is_open = !tie.apart || tie.ground;
                let opened = reads && (((tie.asked || tie.glass) && is_open) || (tie.apart && tie.ground));
                let cares = (may && tie.within && tie.cares && !tie.apart) || opened;
                let leads = role == Some(Role::Lead) && tie.within && !tie.apart && action == Action::Read;
                let expected = match purpose {
                    Purpose::Own => match action {
                        Action::Read => tie.own && own != Own::Nothing,
                        Action::Write => tie.own && own == Own::Write,
                        _ => false,
                    },
                    Purpose::Care => cares,
                    Purpose::Supervision => leads,
                    Purpose::Management => false,
                };
                let decided = decide(role, purpose, action, Resource::Matter(rights(own), tie));
                assert_eq!(
                    decided.allow, expected,
                    "{role:?} {purpose:?} {action:?} {tie:?} {own:?}: {}",
                    decided.rule
                );
            }
        }
    }

    /// A professional who would have it but for its register is told so, and nobody else learns that there is such a matter.
    #[test]
    fn the_other_register_is_named_to_those_alone_who_would_have_the_matter() {
        let roles = || Role::ALL.into_iter().map(Some).chain([None]);
        for (role, purpose) in roles().flat_map(|role| Purpose::ALL.map(|purpose| (role, purpose))) {
            for (action, tie) in ON_MATTERS.into_iter().flat_map(|action| ties().map(move |tie| (action, tie))) {
                let decide = |tie| decide(role, purpose, action, Resource::Matter(rights(Own::Write), tie));
                if decide(tie).rule == OTHER_REGISTER {
                    assert!(!decide(tie).allow && tie.apart && !tie.ground, "{role:?} {action:?} {tie:?}");
                    assert!(decide(Tie { apart: false, ..tie }).allow, "{role:?} {action:?} {tie:?}");
                }
            }
        }
    }

    #[test]
    fn a_kind_is_worked_by_those_whom_it_names() {
        const FEE: Rights = Rights { worked_by: &[Role::Fees], led_by: &[], own: Own::Read };
        let tie = Tie { within: true, cares: true, ..Tie::default() };
        for (role, action) in Role::ALL.into_iter().flat_map(|role| ON_MATTERS.map(|action| (role, action))) {
            let allow = decide(Some(role), Purpose::Care, action, Resource::Matter(&FEE, tie)).allow;
            assert_eq!(allow, role == Role::Fees && action != Action::Assign, "{role:?} {action:?}");
        }
        // A lead need not be named among those who work on it.
        const WISH: Rights = Rights { worked_by: &[Role::Professional], led_by: &[Role::Lead], own: Own::Write };
        for (role, action) in Role::ALL.into_iter().flat_map(|role| ON_MATTERS.map(|action| (role, action))) {
            let allow = decide(Some(role), Purpose::Care, action, Resource::Matter(&WISH, tie)).allow;
            let expected = role == Role::Lead || (role == Role::Professional && action != Action::Assign);
            assert_eq!(allow, expected, "{role:?} {action:?}");
        }
    }

    #[test]
    fn roles_of_before_are_professionals() {
        for role in Role::ALL {
            assert_eq!(Role::named(role.code()), Some(role));
        }
        assert_eq!(["nurse", "physician"].map(Role::named), [Some(Role::Professional); 2]);
        assert_eq!(["psychologist", "Nurse", ""].map(Role::named), [None; 3]);
    }

    /// For each role what it sees of a queue and of the cases behind figures, at a unit within its own and elsewhere.
    #[test]
    fn queues_are_for_those_who_work_in_them_counts_for_managers_and_cases_for_those_who_answer_for_them() {
        for (role, within) in Role::ALL.into_iter().flat_map(|role| [true, false].map(|within| (role, within))) {
            let (queue, counts, cases) = match role {
                Role::Professional => (within, within, false),
                Role::Lead => (within, within, within),
                Role::Manager => (false, within, within),
                Role::Analyst => (false, false, true),
                _ => (false, false, false),
            };
            let may =
                |action, resource| Purpose::ALL.map(|purpose| decide(Some(role), purpose, action, resource).allow);
            let any = |action, resource| may(action, resource).contains(&true);
            let found = (
                any(Action::SeeQueue, Resource::Queue { within }),
                any(Action::CountQueue, Resource::Queue { within }),
                any(Action::SeeCases, Resource::SyntheticCases { within }),
            );
            assert_eq!(found, (queue, counts, cases), "{role:?} {within}");
        }
    }

    #[test]
    fn only_those_who_answer_for_a_unit_decide_on_its_charts() {
        let roles = || Role::ALL.into_iter().map(Some).chain([None]);
        for (role, within, purpose) in roles().flat_map(|role| {
            [true, false].into_iter().flat_map(move |within| Purpose::ALL.map(|purpose| (role, within, purpose)))
        }) {
            let expected = within && purpose == Purpose::Management && matches!(role, Some(Role::Lead | Role::Manager));
            let decided = decide(role, purpose, Action::DecidePhase, Resource::Charts { within });
            assert_eq!(decided.allow, expected, "{role:?} {within} {purpose:?}: {}", decided.rule);
        }
    }

    #[test]
    fn what_no_rule_joins_is_refused() {
        let tie = Tie { own: true, within: true, cares: true, asked: true, apart: false, ground: false, glass: true };
        for (role, purpose) in Role::ALL.into_iter().flat_map(|role| Purpose::ALL.map(|purpose| (role, purpose))) {
            assert!(!decide(Some(role), purpose, Action::Read, Resource::Synthetic).allow);
            assert!(!decide(Some(role), purpose, Action::SeeFigures, Resource::Matter(rights(Own::Write), tie)).allow);
            assert!(!decide(Some(role), purpose, Action::SeeQueue, Resource::Queue { within: false }).allow);
        }
        assert!(
            !decide(Some(Role::Professional), Purpose::Care, Action::SeeFigures, Resource::Real).allow,
            "no care in figures"
        );
    }
}
