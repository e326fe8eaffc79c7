//! Answers to programs: JSON, and one shape for everything that was not done.

use std::borrow::Cow;

use axum::http::header::{CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use matter::{Refused, Trouble};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::observe::tell;
use crate::texts::Language;

/// Why something was not done, in the form for programs: `{"error": {"code", "message", "field"?}}`.
#[derive(Debug, Clone)]
pub struct Failure {
    pub status: StatusCode,
    pub code: &'static str,
    pub message: String,
    pub field: Option<Cow<'static, str>>,
    /// Seconds after which it can be asked again.
    pub after: Option<u64>,
    /// Name of the mistake, by which it is found in the server's log.
    pub mistake: Option<String>,
    /// The rule that refused it.
    pub refused: Option<Box<Refused>>,
}

impl Failure {
    fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Failure {
        Failure { status, code, message: message.into(), field: None, after: None, mistake: None, refused: None }
    }

    /// There is none, or none that the caller may know of.
    pub fn not_found() -> Failure {
        Failure::new(StatusCode::NOT_FOUND, "not_found", "There is nothing here, or it is not open to you.")
    }

    /// A matter of the other register, by its id and the register's code, which nothing opens to the caller.
    pub fn other_register(matter: uuid::Uuid, register: &str) -> Failure {
        let message = format!("It is of the {register} register: the person's consent or a ground of law opens it.");
        let refused = Refused::new("register", "other").with("matter", matter).with("register", register);
        let failure = Failure::new(StatusCode::FORBIDDEN, "other_register", message);
        Failure { refused: Some(Box::new(refused)), ..failure }
    }

    /// A field is missing or wrong.
    pub fn invalid(field: impl Into<Cow<'static, str>>, message: impl Into<String>) -> Failure {
        let failure = Failure::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", message);
        Failure { field: Some(field.into()), ..failure }
    }

    /// A field that nothing is known of: what was meant with it would be passed over.
    pub fn unknown_field(field: &str, known: &[&str]) -> Failure {
        let known = if known.is_empty() { "none".into() } else { known.join(", ") };
        Failure::invalid(field.to_string(), format!("{field:?} is not known here; known are: {known}."))
    }

    /// It cannot be done as things stand.
    pub fn refused(code: &'static str, message: impl Into<String>) -> Failure {
        Failure::new(StatusCode::CONFLICT, code, message)
    }

    pub fn malformed(message: impl Into<String>) -> Failure {
        Failure::new(StatusCode::BAD_REQUEST, "malformed", message)
    }

    pub fn too_large() -> Failure {
        Failure::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", "The request is larger than 256 KiB.")
    }

    /// More than one address, or one contact, may ask for in an hour.
    pub fn too_many(seconds: u64) -> Failure {
        let message = format!(
            "Too many were sent: nothing was done. Ask again after {seconds} seconds; what cannot wait is for the telephone."
        );
        Failure { after: Some(seconds), ..Failure::new(StatusCode::TOO_MANY_REQUESTS, "too_many", message) }
    }

    /// More streams at a time than one caller may have.
    pub fn too_many_streams(seconds: u64) -> Failure {
        let message = format!(
            "Too many streams, or requests that wait, are open for this caller: close some, or ask again after {seconds} seconds."
        );
        Failure { after: Some(seconds), ..Failure::new(StatusCode::TOO_MANY_REQUESTS, "too_many", message) }
    }

    /// The rest of a request did not come in time.
    pub fn slow() -> Failure {
        Failure::new(StatusCode::REQUEST_TIMEOUT, "slow", "The request did not come in time, and nothing was done.")
    }

    /// There is such an address, for other methods.
    pub fn wrong_method() -> Failure {
        Failure::new(StatusCode::METHOD_NOT_ALLOWED, "wrong_method", "This address is for other methods.")
    }

    /// The request is for another server than this.
    pub fn misdirected() -> Failure {
        Failure::new(StatusCode::MISDIRECTED_REQUEST, "misdirected", "This server is not asked under that name.")
    }

    /// A form of another site, of which whoever sends it may not know.
    pub fn foreign() -> Failure {
        Failure::new(StatusCode::FORBIDDEN, "foreign", "This request comes from another site.")
    }

    /// Nothing was done and nothing was lost: ask again.
    pub fn busy() -> Failure {
        let message = "It cannot be done at the moment, and nothing was: ask again soon.";
        Failure { after: Some(1), ..Failure::new(StatusCode::SERVICE_UNAVAILABLE, "busy", message) }
    }

    /// It may have been done: only the same again, under its name, is safe.
    pub fn unknown() -> Failure {
        let message = "It may have been done, or not: send the same again with the same client_id.";
        Failure { after: Some(1), ..Failure::new(StatusCode::SERVICE_UNAVAILABLE, "unknown", message) }
    }

    /// Nobody can read the content asked for at the moment.
    pub fn away(error: &dyn std::fmt::Display) -> Failure {
        tell(&format!("error: {error}"));
        Failure::busy()
    }

    /// Something that should not happen; what it was stands in the server's log under a name, and in the answer the name.
    pub fn broken(error: &dyn std::fmt::Display) -> Failure {
        let mistake = store::random::<5>().map_or_else(|_| "unnamed".into(), |bytes| store::hex(&bytes));
        tell(&format!("error {mistake}: {error}"));
        let message = format!("Something went wrong here, under {mistake}. Nothing that was acknowledged is lost.");
        let failure = Failure::new(StatusCode::INTERNAL_SERVER_ERROR, "broken", message);
        Failure { mistake: Some(mistake), ..failure }
    }

    /// A page that says so, with the seconds after which it can be asked again.
    pub fn with_retry_after(&self, mut page: Response) -> Response {
        if let Some(after) = self.after {
            page.headers_mut().insert(RETRY_AFTER, HeaderValue::from(after));
        }
        page
    }
}

impl From<Trouble> for Failure {
    fn from(trouble: Trouble) -> Failure {
        match trouble {
            Trouble::Refused(refused) => {
                let failure = Failure::new(StatusCode::CONFLICT, refused.code, told(&refused, Language::En));
                Failure { refused: Some(Box::new(refused)), ..failure }
            }
            Trouble::NotFound => Failure::not_found(),
            Trouble::KeyReused => {
                Failure::new(StatusCode::CONFLICT, "key_reused", "This client_id was used for something else.")
            }
            Trouble::Later(why) => {
                tell(&format!("error: {why}"));
                Failure::busy()
            }
            Trouble::Unknown(why) => {
                tell(&format!("error: {why}"));
                Failure::unknown()
            }
            Trouble::Broken(why) => Failure::broken(&why),
        }
    }
}

/// A refusal in a language, by its kind and code; of a code that has no words here, that something else stands there.
pub fn told(refused: &Refused, language: Language) -> String {
    let values: Vec<(&str, &str)> = refused.values.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let text = language.text_with(&format!("refused-{}-{}", refused.kind, refused.code), &values);
    if text.is_empty() { language.text("refused-otherwise") } else { text }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let after = self.after;
        let mut error = json!({ "code": self.code, "message": self.message });
        if let Some(mistake) = self.mistake {
            error["mistake"] = mistake.into();
        }
        if let Some(field) = self.field {
            error["field"] = field.into_owned().into();
        }
        let mut response = answer(self.status, &json!({ "error": error }));
        if let Some(after) = after {
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(after));
        }
        response
    }
}

pub fn answer(status: StatusCode, body: &Value) -> Response {
    (status, [(CONTENT_TYPE, "application/json")], body.to_string()).into_response()
}

/// A body as JSON; an empty one is an object without fields.
pub fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, Failure> {
    let body = if body.is_empty() { b"{}" } else { body };
    let not_json = |error: &serde_json::Error| {
        let (line, column) = (error.line(), error.column());
        Failure::malformed(format!("The body is not JSON: it goes wrong in line {line}, column {column}."))
    };
    // Fields in the order of ours, without their names, are no object.
    if body.trim_ascii_start().first().is_some_and(|first| b"[\"".contains(first)) {
        return Err(Failure::malformed("The body is not an object of JSON."));
    }
    let mut json = serde_json::Deserializer::from_slice(body);
    let value = serde_path_to_error::deserialize(&mut json).map_err(|error| {
        let (path, said) = (error.path().to_string(), error.inner().to_string());
        // Such as `unknown field `sen`, expected one of …` and `duplicate field `text``.
        let named = |what: &str| said.strip_prefix(what)?.strip_prefix('`')?.split_once('`').map(|it| it.0.to_string());
        match (error.inner().is_data(), named("unknown field "), named("duplicate field ")) {
            (false, ..) => not_json(error.inner()),
            (true, Some(field), _) => Failure::invalid(field.clone(), format!("{field:?} is not known here.")),
            (true, _, Some(field)) => {
                let failure = Failure::malformed(format!("The field {field} stands there twice."));
                Failure { field: Some(field.into()), ..failure }
            }
            (true, ..) if path == "." => Failure::malformed("The body is not an object of JSON."),
            (true, ..) => Failure::invalid(path.clone(), format!("{path} is of another type than is asked for.")),
        }
    })?;
    json.end().map_err(|error| not_json(&error))?;
    Ok(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Codes that the rules of a kind give, as their source has them: a new one needs words.
    fn codes(source: &str) -> impl Iterator<Item = &str> {
        let given = source.lines().filter(|line| line.trim_start().starts_with("Refusal::") && line.contains(" => "));
        let given = given.filter(|line| !line.contains("refused.with("));
        // Sentences of the command line stand beside them.
        let is_code = |it: &&str| it.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
        given.filter_map(|line| line.split('"').nth(1)).filter(is_code)
    }

    #[test]
    fn every_refusal_has_words_in_each_language() {
        let rules = [
            ("contact", include_str!("../../operations/src/contacts.rs")),
            ("consultation", include_str!("../../operations/src/consultations.rs")),
            ("notice", include_str!("../../operations/src/notices.rs")),
            ("task", include_str!("../../operations/src/tasks.rs")),
            ("care_need", include_str!("../../operations/src/care_needs.rs")),
            ("dispatch", include_str!("../../operations/src/dispatches.rs")),
            ("resident", include_str!("../../operations/src/residents.rs")),
            ("booking", include_str!("../../operations/src/bookings.rs")),
            ("organisation", include_str!("../../operations/src/organisation.rs")),
            ("disclosure", include_str!("../../operations/src/disclosures.rs")),
        ];
        let codes = rules.iter().flat_map(|(kind, source)| codes(source).map(|code| (*kind, code)));
        let codes: Vec<(&str, &str)> = codes.chain([("subject", "erased")]).collect();
        for (kind, _) in rules {
            assert!(codes.iter().filter(|(it, _)| *it == kind).count() >= 4, "the codes of {kind} are found");
        }
        for (kind, code) in codes {
            let refused = Refused::new(kind, code).with("last", 3).with("visits", "1, 2");
            for language in Language::ALL {
                let text = told(&refused, language);
                assert!(text != language.text("refused-otherwise") && text.ends_with('.'), "{kind} {code}: {text}");
                assert!(!text.contains('{'), "{text}");
            }
        }
        assert_eq!(
            told(&Refused::new("lamp", "out"), Language::En),
            "Things have changed since you opened the page. Open it again."
        );
    }
}
