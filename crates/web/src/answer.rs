//! Answers to programs: JSON, and one shape for everything that was not done.

use std::borrow::Cow;

use axum::http::header::{CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use operations::contacts::Refusal;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use store::Trouble;

/// Why something was not done, as programs are told: `{"error": {"code", "message", "field"?}}`.
#[derive(Debug, Clone)]
pub struct Failure {
    pub status: StatusCode,
    pub code: &'static str,
    pub message: String,
    pub field: Option<Cow<'static, str>>,
}

impl Failure {
    fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Failure {
        Failure { status, code, message: message.into(), field: None }
    }

    /// There is none, or none that the caller may know of.
    pub fn not_found() -> Failure {
        Failure::new(StatusCode::NOT_FOUND, "not_found", "There is nothing here, or it is not open to you.")
    }

    /// A field is missing or wrong.
    pub fn invalid(field: impl Into<Cow<'static, str>>, message: impl Into<String>) -> Failure {
        let failure = Failure::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", message);
        Failure { field: Some(field.into()), ..failure }
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

    /// A form of another site, of which whoever sends it may not know.
    pub fn foreign() -> Failure {
        Failure::new(StatusCode::FORBIDDEN, "foreign", "This request comes from another site.")
    }

    /// Nothing was done and nothing was lost: ask again.
    pub fn busy() -> Failure {
        Failure::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "busy",
            "It cannot be done at the moment, and nothing was: ask again soon.",
        )
    }

    /// It may have been done: only the same again, under its name, is safe.
    pub fn unknown() -> Failure {
        Failure::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "unknown",
            "It may have been done, or not: send the same again with the same client_id.",
        )
    }

    /// What is asked for cannot be read at the moment.
    pub fn away(error: &dyn std::fmt::Display) -> Failure {
        eprintln!("error: {error}");
        Failure::busy()
    }

    /// Something that should not happen; what it was stands in the server's log, not in the answer.
    pub fn broken(error: &dyn std::fmt::Display) -> Failure {
        eprintln!("error: {error}");
        Failure::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "broken",
            "Something went wrong here. Nothing that was acknowledged is lost.",
        )
    }
}

impl From<Trouble> for Failure {
    fn from(trouble: Trouble) -> Failure {
        match trouble {
            Trouble::Refused(refusal) => Failure::new(StatusCode::CONFLICT, refusal.code(), told(&refusal)),
            Trouble::NotFound => Failure::not_found(),
            Trouble::KeyReused => {
                Failure::new(StatusCode::CONFLICT, "key_reused", "This client_id was used for something else.")
            }
            Trouble::Later(why) => {
                eprintln!("error: {why}");
                Failure::busy()
            }
            Trouble::Unknown(why) => {
                eprintln!("error: {why}");
                Failure::unknown()
            }
            Trouble::Broken(why) => Failure::broken(&why),
        }
    }
}

fn told(refusal: &Refusal) -> String {
    match refusal {
        Refusal::NotThere => "There is a contact already, or there is none.".into(),
        Refusal::OwnedBy(_) => "Another professional has it.".into(),
        Refusal::NotOwned => "Nobody has it: claim it first.".into(),
        Refusal::NotNow(why) => format!("It cannot be done now: {why}."),
        Refusal::Unseen(seq) => format!("A message came meanwhile, number {seq}: read it first."),
        Refusal::TooLate => "The time to take it up again is over: open a new contact.".into(),
        Refusal::TooEarly => "It stays open to be taken up again for seven days.".into(),
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let mut error = json!({ "code": self.code, "message": self.message });
        if let Some(field) = self.field {
            error["field"] = field.into_owned().into();
        }
        let mut response = answer(self.status, &json!({ "error": error }));
        if self.status == StatusCode::SERVICE_UNAVAILABLE {
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("1"));
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
        match (error.inner().is_data(), error.path().to_string()) {
            (false, _) => not_json(error.inner()),
            (true, field) if field == "." => Failure::malformed("The body is not an object of JSON."),
            (true, field) => Failure::invalid(field.clone(), format!("{field} is of another type than is asked for.")),
        }
    })?;
    json.end().map_err(|error| not_json(&error))?;
    Ok(value)
}
