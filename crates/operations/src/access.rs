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
}

/// The data a decision is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resource {
    /// Invented people of a demonstration.
    Synthetic,
    Real,
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
    let (allow, rule) = match (role, action, resource) {
        (None, ..) => (false, "not signed in"),
        (Some(Role::Resident), ..) => (false, "residents see their own matters only"),
        (Some(_), Action::SeeFigures, _) => (true, "staff see published figures"),
        (Some(Role::Lead | Role::Manager | Role::Analyst | Role::Evaluator), Action::SeeCases, Resource::Synthetic) => {
            (true, "cases of invented people")
        }
        (Some(_), Action::SeeCases, _) => (false, "cases are closed"),
    };
    Decision { allow, rule }
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
}
