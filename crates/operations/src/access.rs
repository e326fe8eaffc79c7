//! Who may do what. One pure function answers every question; what no rule allows is refused.

/// The roles in which a person signs in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    Resident,
    Nurse,
    Physician,
    Lead,
    Manager,
    Evaluator,
    Analyst,
    Privacy,
    Admin,
    Editor,
    Fees,
}

impl Role {
    pub const ALL: [Role; 11] = [
        Role::Resident,
        Role::Nurse,
        Role::Physician,
        Role::Lead,
        Role::Manager,
        Role::Evaluator,
        Role::Analyst,
        Role::Privacy,
        Role::Admin,
        Role::Editor,
        Role::Fees,
    ];

    /// Name in links, files and on the command line.
    pub fn code(self) -> &'static str {
        match self {
            Role::Resident => "resident",
            Role::Nurse => "nurse",
            Role::Physician => "physician",
            Role::Lead => "lead",
            Role::Manager => "manager",
            Role::Evaluator => "evaluator",
            Role::Analyst => "analyst",
            Role::Privacy => "privacy",
            Role::Admin => "admin",
            Role::Editor => "editor",
            Role::Fees => "fees",
        }
    }

    pub fn named(code: &str) -> Option<Role> {
        Role::ALL.into_iter().find(|role| role.code() == code)
    }
}

/// What someone wants to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// See published figures: scorecards, charts, tables.
    SeeFigures,
    /// See the cases behind a figure, person by person.
    SeeCases,
    /// See which contacts wait in a queue: when they came and for what, no text and no name.
    SeeQueue,
    /// Read a contact: its messages, and for professionals what happened to it.
    ReadContact,
    /// Write a message in it.
    WriteMessage,
    /// Claim, hand over, end.
    HandleContact,
}

/// The data a decision is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resource {
    /// Figures and cases of a demonstration's invented people.
    Synthetic,
    /// Figures and cases of real people.
    Real,
    /// A unit's queue. `within`: the unit is the asker's own or stands under it.
    Queue { within: bool },
    /// A contact, and how the asker stands to it.
    Contact(Tie),
}

/// How somebody stands to a contact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tie {
    /// It is their own matter: they wrote it, or hold its code.
    pub own: bool,
    /// The unit that answers for it now is theirs or stands under it.
    pub within: bool,
}

/// An answer, and the rule that gave it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Decision {
    pub allow: bool,
    pub rule: &'static str,
}

/// Whether a role may do something; `None` is a person who has not signed in.
///
/// Cases of real people stay closed to every role until each reading of them is recorded.
pub fn decide(role: Option<Role>, action: Action, resource: Resource) -> Decision {
    let (allow, rule) = match (action, resource) {
        (Action::SeeQueue, Resource::Queue { within }) => see_queue(role, within),
        (Action::ReadContact | Action::WriteMessage | Action::HandleContact, Resource::Contact(tie)) => {
            contact(role, action, tie)
        }
        (Action::SeeFigures | Action::SeeCases, Resource::Synthetic | Resource::Real) => {
            figures(role, action, resource)
        }
        _ => (false, "no rule"),
    };
    Decision { allow, rule }
}

fn figures(role: Option<Role>, action: Action, resource: Resource) -> (bool, &'static str) {
    match (role, action, resource) {
        (None, ..) => (false, "not signed in"),
        (Some(Role::Resident), ..) => (false, "residents see their own matters only"),
        (Some(_), Action::SeeFigures, _) => (true, "staff see published figures"),
        (Some(Role::Lead | Role::Manager | Role::Analyst | Role::Evaluator), Action::SeeCases, Resource::Synthetic) => {
            (true, "cases of invented people")
        }
        (Some(_), ..) => (false, "cases are closed"),
    }
}

fn see_queue(role: Option<Role>, within: bool) -> (bool, &'static str) {
    match role {
        Some(Role::Nurse | Role::Physician | Role::Lead | Role::Manager) if within => (true, "the unit's own queue"),
        Some(Role::Nurse | Role::Physician | Role::Lead | Role::Manager) => (false, "another unit's queue"),
        _ => (false, "queues are for those who work in them"),
    }
}

fn contact(role: Option<Role>, action: Action, tie: Tie) -> (bool, &'static str) {
    match (role, action) {
        // Whoever holds its code wrote it, whatever else they are.
        (_, Action::ReadContact | Action::WriteMessage) if tie.own => (true, "their own matter"),
        (None | Some(Role::Resident), _) => (false, "not their matter"),
        (Some(Role::Nurse | Role::Physician | Role::Lead), _) if tie.within => (true, "their unit answers for it"),
        (Some(_), _) => (false, "their unit does not answer for it"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_sees_cases_of_real_people() {
        for role in Role::ALL {
            assert!(!decide(Some(role), Action::SeeCases, Resource::Real).allow, "{}", role.code());
        }
    }

    #[test]
    fn without_signing_in_nothing_is_allowed() {
        for action in [Action::SeeFigures, Action::SeeCases] {
            assert!(!decide(None, action, Resource::Synthetic).allow);
        }
    }

    #[test]
    fn a_contact_is_for_its_writer_and_for_those_who_answer_for_it() {
        let mut allowed = Vec::new();
        for role in Role::ALL.into_iter().map(Some).chain([None]) {
            for action in [Action::ReadContact, Action::WriteMessage, Action::HandleContact] {
                for (own, within) in [(false, false), (true, false), (false, true), (true, true)] {
                    if decide(role, action, Resource::Contact(Tie { own, within })).allow {
                        allowed.push((role.map_or("nobody", Role::code), action, own, within));
                    }
                }
            }
        }
        let roles = Role::ALL.map(Role::code).into_iter().chain(["nobody"]);
        let actions = [Action::ReadContact, Action::WriteMessage, Action::HandleContact];
        let mut expected = Vec::new();
        for (role, action) in roles.flat_map(|role| actions.map(|action| (role, action))) {
            let answers = ["nurse", "physician", "lead"].contains(&role);
            let takes_part = action != Action::HandleContact;
            for (own, within) in [(false, false), (true, false), (false, true), (true, true)] {
                if (own && takes_part) || (within && answers) {
                    expected.push((role, action, own, within));
                }
            }
        }
        assert_eq!(allowed, expected);
    }

    #[test]
    fn what_no_rule_joins_is_refused() {
        for role in Role::ALL {
            assert!(!decide(Some(role), Action::ReadContact, Resource::Synthetic).allow);
            assert!(!decide(Some(role), Action::SeeFigures, Resource::Contact(Tie { own: true, within: true })).allow);
            assert!(!decide(Some(role), Action::SeeQueue, Resource::Queue { within: false }).allow);
        }
    }
}
