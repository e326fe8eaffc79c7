//! How the county's people prove who they are: by a local account, or by the county's identity provider. Both give a person's
//! id and nothing else; what they may do is for their rights to say.

mod accounts;
mod provider;
mod totp;

pub use accounts::{Account, Accounts, FILE, LASTS, LEAST_PASSWORD, Standing, Unable, Wrong, named};
pub use provider::{Anew, AtProvider, Begun, Claimed, Provider, Refusal, Settings};
pub use totp::{base32, link};
