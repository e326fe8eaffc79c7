//! The player of journeys: it meets a county as people do who have no script, by roles, names and texts of its pages, and
//! says what there was when something did not come as it should.
//!
//! In reading order: [`html`] (a page's elements), [`tree`] (what people meet of them), [`find`] (by what people call
//! it), [`forms`], [`http`], [`browser`] (one person's), [`mod@play`] (a journey), [`ways`] (those of testers, counted), [`figures`] and [`texts`] (what it is held to).

pub mod browser;
mod figures;
mod find;
mod forms;
mod html;
pub mod http;
pub mod play;
mod texts;
pub mod tree;
pub mod ways;
mod words;

pub use browser::{Browser, Fetch};
pub use figures::figure;
pub use html::Document;
pub use play::{County, Reading, bring, plant, play};
pub use texts::refusals;
pub use words::{holds, plain, squeezed};
