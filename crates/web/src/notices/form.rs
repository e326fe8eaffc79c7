//! The fields of a notice, the same for anybody and for professionals, and what they come to.

use facts::Code;
use maud::{Markup, html};
use operations::notices::duplicates::Person;
use operations::notices::{Details, MadeBy, Notifier, What};
use serde::Deserialize;

use crate::App;
use crate::care;
use crate::contact::wrong_text;
use crate::form::{field, message_box};
use crate::layout::Page;

/// Characters of a name, an address or a number at most.
const LONGEST: usize = 120;

/// Everything that the two forms carry.
#[derive(Deserialize, Default, Clone)]
#[serde(default)]
pub struct Fields {
    pub client_id: String,
    /// The sort of notice, and who makes it.
    pub what: String,
    pub notifier: String,
    /// How it came to a professional, and the person by their token.
    pub channel: String,
    pub client: String,
    pub given: String,
    pub family: String,
    pub former: String,
    pub born: String,
    pub age: String,
    pub code: String,
    pub municipality: String,
    pub address: String,
    pub telephone: String,
    pub text: String,
    /// Of whoever makes it.
    pub name: String,
    pub office: String,
    pub phone: String,
    pub hidden: String,
    /// The form is only shown again, in another language.
    pub show: String,
}

/// Keys of texts, and fields.
pub type Wrong = Vec<(&'static str, &'static str)>;

/// A notice as its form tells of it.
pub struct Told {
    pub what: What,
    pub notifier: Notifier,
    pub details: Details,
    pub words: String,
    pub key: String,
}

/// The notice of a form, or all that is wrong with it. `known`: the county knows whom it concerns.
pub fn told(fields: &Fields, today: jiff::civil::Date, known: bool) -> Result<Told, Wrong> {
    let mut wrong: Wrong = Vec::new();
    let what = What::named(&fields.what);
    let notifier = Notifier::named(&fields.notifier);
    if what.is_none() {
        wrong.push(("notices-wrong-what", "what-0"));
    }
    let plain = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let person = Person {
        code: plain(&fields.code).to_ascii_uppercase(),
        given: plain(&fields.given),
        family: plain(&fields.family),
        former: plain(&fields.former),
        born: plain(&fields.born),
        age: fields.age.trim().parse().ok().filter(|age| *age <= 120),
        municipality: plain(&fields.municipality),
        address: plain(&fields.address),
        telephone: plain(&fields.telephone),
    };
    let has_name = !person.given.is_empty() || !person.family.is_empty();
    if !known && !has_name && person.address.is_empty() {
        wrong.push(("notices-wrong-person", "given"));
    }
    let is_day = |text: &str| text.parse::<jiff::civil::Date>().is_ok_and(|day| day <= today);
    if !person.born.is_empty() && !is_day(&person.born) {
        wrong.push(("notices-wrong-born", "born"));
    }
    if person.age.is_none() && !fields.age.trim().is_empty() {
        wrong.push(("notices-wrong-age", "age"));
    }
    if !person.code.is_empty() && !facts::holds_identity_code(&person.code) {
        wrong.push(("notices-wrong-code", "code"));
    }
    let by = MadeBy {
        name: plain(&fields.name),
        office: plain(&fields.office),
        telephone: plain(&fields.phone),
        hidden: !fields.hidden.is_empty(),
    };
    let lengths = [
        ("given", &person.given),
        ("family", &person.family),
        ("former", &person.former),
        ("municipality", &person.municipality),
        ("address", &person.address),
        ("telephone", &person.telephone),
        ("name", &by.name),
        ("office", &by.office),
        ("phone", &by.telephone),
    ];
    let too_long = |text: &str| text.chars().count() > LONGEST || text.contains('\0');
    wrong.extend(lengths.iter().filter(|(_, it)| too_long(it)).map(|(field, _)| ("notices-wrong-long", *field)));
    let words = care::text(&fields.text).map_err(|_| match wrong_text(&fields.text) {
        "wrong-empty" => ("notices-wrong-text", "text"),
        wrong => (wrong, "text"),
    });
    if let Err(it) = words {
        wrong.push(it);
    }
    if notifier.is_none() {
        wrong.push(("notices-wrong-notifier", "notifier-0"));
    }
    let key = care::client_id(&fields.client_id);
    if key.is_err() {
        wrong.push(("wrong-again", "text"));
    }
    match (what, notifier, words, key) {
        (Some(what), Some(notifier), Ok(words), Ok(key)) if wrong.is_empty() => {
            Ok(Told { what, notifier, details: Details { person, by }, words, key })
        }
        _ => Err(wrong),
    }
}

/// A form as it is shown: what stands in it, and what is wrong with it.
pub struct Shown<'a> {
    pub app: &'a App,
    pub page: &'a Page,
    pub fields: &'a Fields,
    pub wrong: &'a [(&'static str, &'static str)],
}

impl Shown<'_> {
    pub fn wrong(&self, field: &str) -> Option<&'static str> {
        self.wrong.iter().find(|(_, at)| *at == field).map(|(key, _)| *key)
    }

    pub fn client_id(&self) -> String {
        let given = &self.fields.client_id;
        if given.is_empty() { self.app.sessions.unguessable() } else { given.clone() }
    }

    /// One of several, none beforehand: values and names.
    pub fn choices(&self, name: &str, legend: &str, chosen: &str, of: &[(&str, String)]) -> Markup {
        let first = format!("{name}-0");
        let wrong = self.wrong(&first);
        html! {
            div.asked.asked--wrong[wrong.is_some()] {
                fieldset aria-describedby=[wrong.map(|_| format!("{name}-error"))] {
                    legend { (self.page.text(legend)) }
                    @if let Some(wrong) = wrong { p.error id=(format!("{name}-error")) { (self.page.text(wrong)) } }
                    div.choices {
                        @for (number, (value, words)) in of.iter().enumerate() {
                            @let id = format!("{name}-{number}");
                            div.choice {
                                input type="radio" name=(name) id=(id) value=(value) checked[*value == chosen];
                                label for=(id) { (words) }
                            }
                        }
                    }
                }
            }
        }
    }

    fn line(&self, name: &str, kind: &str, value: &str, autocomplete: &str) -> Markup {
        let wrong = self.wrong(name);
        field(
            self.page,
            name,
            &format!("notices-{name}"),
            wrong,
            &html! {
                input.field.day-input[kind == "date"] id=(name) type=(kind) name=(name) value=(value) autocomplete=(autocomplete)
                    aria-invalid=[wrong.map(|_| "true")] aria-describedby=[wrong.map(|_| format!("{name}-error"))];
            },
        )
    }

    /// The person whom it concerns; `more`: what only a professional is asked.
    pub fn person(&self, more: bool) -> Markup {
        let fields = self.fields;
        html! {
            fieldset.flow {
                legend { h2 { (self.page.text("notices-person")) } }
                p.hint { (self.page.text("notices-person-hint")) }
                (self.line("given", "text", &fields.given, "off"))
                (self.line("family", "text", &fields.family, "off"))
                @if more { (self.line("former", "text", &fields.former, "off")) (self.line("code", "text", &fields.code, "off")) }
                (self.line("born", "date", &fields.born, "off"))
                (self.line("age", "text", &fields.age, "off"))
                (self.line("municipality", "text", &fields.municipality, "off"))
                (self.line("address", "text", &fields.address, "off"))
                (self.line("telephone", "tel", &fields.telephone, "off"))
            }
        }
    }

    pub fn words(&self) -> Markup {
        message_box(self.page, "notices-text", Some("notices-text-hint"), &self.fields.text, self.wrong("text"))
    }

    /// The one who makes it.
    pub fn by(&self, who: &[Notifier], office: bool) -> Markup {
        let (page, fields) = (self.page, self.fields);
        let autocomplete = |own: &'static str| if office { "off" } else { own };
        let named: Vec<(&str, String)> =
            who.iter().map(|it| (it.code(), page.text(&format!("notices-notifier-{}", it.code())))).collect();
        html! {
            fieldset.flow {
                legend { h2 { (page.text("notices-by")) } }
                (self.choices("notifier", "notices-notifier", &fields.notifier, &named))
                (self.line("name", "text", &fields.name, autocomplete("name")))
                @if office { (self.line("office", "text", &fields.office, "off")) }
                (self.line("phone", "tel", &fields.phone, autocomplete("tel")))
                div.choice {
                    input type="checkbox" name="hidden" id="hidden" value="yes" checked[!fields.hidden.is_empty()] aria-describedby="hidden-hint";
                    label for="hidden" { (page.text("notices-hidden")) }
                }
                p.hint #hidden-hint { (page.text("notices-hidden-hint")) }
            }
        }
    }
}
