//! The questions of the form beside the message: what it is about, where the writer lives, how they are told.

use maud::{Markup, html};

use super::way::Way;
use super::{Message, Wrong};
use crate::App;
use crate::care::Service;
use crate::form::field;
use crate::layout::Page;
use crate::me::address_fields;
use crate::routing::UNSURE;

/// Where they may say so; it stays open while something in it is wrong.
pub fn reach(page: &Page, message: &Message, wrong: Wrong<'_>) -> Markup {
    let is_open = !message.phone.is_empty() || !message.email.is_empty();
    html! {
        details.fold open[is_open] {
            summary { (page.text("contact-reach")) }
            div.fold__in {
                p { (page.text("me-reach-what")) }
                (address_fields(page, (&message.phone, &message.email), wrong))
            }
        }
    }
}

/// The services that a message can be about. None is chosen beforehand, and a writer who is unsure finds an answer,
/// too; of those who would chat only services that chat. One that was chosen is told, and the others stand in a fold.
pub fn services(
    app: &App,
    page: &Page,
    (services, way, chosen): (&[Service], Way, &str),
    wrong: Option<&str>,
) -> Markup {
    let is_chat = way == Way::Chat;
    let known = services.iter().filter(|service| !is_chat || app.chat_of(page, &service.id).is_some());
    let known = known.map(|service| (service.id.as_str(), page.language.of(&service.names).to_string()));
    let unsure = (!is_chat).then(|| (UNSURE, page.text("contact-unsure")));
    let known: Vec<(&str, String)> = known.chain(unsure).collect();
    let name = known.iter().find(|(service, _)| *service == chosen && wrong.is_none()).map(|(_, name)| name);
    let choices = html! {
        fieldset aria-describedby=[wrong.map(|_| "service-error")] {
            legend { (page.text("contact-about")) }
            @if let Some(wrong) = wrong { p.error #service-error { (page.text(wrong)) } }
            div.choices {
                @for (number, (service, name)) in known.iter().enumerate() {
                    @let id = format!("service-{number}");
                    @let about = app.service_about(page, service);
                    div.choice {
                        input type="radio" name="service" id=(id) value=(service)
                            checked[*service == chosen] aria-describedby=[about.as_ref().map(|_| format!("{id}-about"))];
                        label for=(id) { (name) }
                        @if let Some(about) = about { span.choice__about id=(format!("{id}-about")) { (about) } }
                    }
                }
            }
        }
    };
    html! {
        div.asked.asked--wrong[wrong.is_some()] {
            @match name {
                // They have said on the page before what it is about.
                Some(name) => {
                    details.fold {
                        summary { (page.language.text_with("contact-about-chosen", &[("service", name)])) }
                        div.fold__in { (choices) }
                    }
                }
                None => (choices),
            }
        }
    }
}

/// Where the writer lives: it may be left out.
pub fn place(page: &Page, places: &[(String, String)], chosen: &str) -> Markup {
    field(
        page,
        "place",
        "contact-place",
        None,
        &html! {
            p.hint #place-hint { (page.text("contact-place-hint")) }
            select.field name="place" id="place" aria-describedby="place-hint" {
                option value="" { (page.text("contact-place-none")) }
                @for (code, name) in places { option value=(code) selected[code == chosen] { (name) } }
            }
        },
    )
}
