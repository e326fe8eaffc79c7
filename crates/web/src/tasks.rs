//! Tasks at the desk: what one person must do by a day, about another matter or by itself.

mod acts;
mod list;
mod page;

pub use acts::{command, new, set};
pub use page::{about, task};
