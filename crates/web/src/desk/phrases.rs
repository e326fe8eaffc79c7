//! Ready answers at the desk: offered by unit, the client's own language first, and put into the answer that is being written.

use maud::{Markup, html};
use operations::contacts::Contact;
use operations::contacts::phrases::Phrases;

use super::people::capital;
use super::rows::language_name;
use super::sms::is_answered_by;
use crate::App;
use crate::layout::Page;

/// Letters that go into one text message.
const ONE_MESSAGE: usize = 160;
/// Languages in which each is written.
const LANGUAGES: [&str; 3] = ["fi", "sv", "en"];

/// The language of a contact's client, if phrases are written in it.
fn own_language(contact: &Contact) -> Option<&'static str> {
    let tag = contact.language.split('-').next().unwrap_or_default();
    LANGUAGES.into_iter().find(|it| *it == tag)
}

/// The ready answer that a name stands for, `sv/first-words/thanks`, if it is offered here.
pub fn named(app: &App, contact: &Contact, name: &str) -> Option<String> {
    let (language, rest) = name.split_once('/')?;
    let (part, id) = rest.split_once('/')?;
    let all = app.kinds.phrases.all();
    let phrases = all.get(part).filter(|it| is_offered(app, contact, &it.content))?;
    let phrase = phrases.content.phrases.iter().find(|it| *it.id == id)?;
    LANGUAGES.contains(&language).then(|| phrase.text.of(language).to_string())
}

/// Whether phrases are offered in the unit of a contact. To a text message only those are that fit into one.
fn is_offered(app: &App, contact: &Contact, phrases: &Phrases) -> bool {
    let is_there = phrases.units.is_empty() || phrases.units.iter().any(|unit| app.is_within(&contact.unit, unit));
    is_there && (!is_answered_by(contact) || phrases.longest.is_some_and(|longest| longest <= ONE_MESSAGE))
}

/// A text with another after it, as one goes on writing.
pub fn after(text: &str, more: &str) -> String {
    match text.trim_end() {
        "" => more.into(),
        text => format!("{text}\n\n{more}"),
    }
}

/// The choice of ready answers; none: none is offered in this unit. A script puts one where the cursor stands; without it
/// the form comes back with it.
pub fn choice(app: &App, page: &Page, contact: &Contact, to: &str) -> Markup {
    let all = app.kinds.phrases.all();
    let parts = all.iter().map(|(id, part)| (id, &part.content));
    let offered: Vec<_> = parts.filter(|(_, it)| is_offered(app, contact, it)).collect();
    let own = own_language(contact).unwrap_or(page.language.code());
    let languages = [own].into_iter().chain(LANGUAGES.into_iter().filter(|it| *it != own));
    html! {
        @if !offered.is_empty() {
            div.asked {
                label for="phrase" { (page.text("desk-phrases")) }
                div.acts {
                    select.field #phrase name="phrase" {
                        option value="" { (page.text("desk-choose")) }
                        @for language in languages {
                            @for (part, phrases) in &offered {
                                optgroup label=(format!("{}: {}", capital(&language_name(page, language)), phrases.name.of(page.language.code()))) {
                                    @for phrase in &phrases.phrases {
                                        option value=(format!("{language}/{part}/{}", *phrase.id)) data-text=(phrase.text.of(language)) {
                                            (phrase.title.of(page.language.code()))
                                        }
                                    }
                                }
                            }
                        }
                    }
                    button.btn.btn--second.btn--small #act-phrase type="submit" formaction=(to) data-insert="phrase" data-into="text" {
                        (page.text("desk-insert"))
                    }
                }
            }
        }
    }
}
