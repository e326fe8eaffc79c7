//! Forms as a browser without a script sends them.

use crate::html::Document;
use crate::http::Request;
use crate::tree::{Done, value};
use crate::words::squeezed;

/// A value that a form sends.
enum Sent {
    Text(String, String),
    File(String, String, Vec<u8>),
}

/// Divides the parts of a body with files.
const BOUNDARY: &str = "----luotsi-player-5d1c";

/// The form to which a field or a button belongs.
pub fn form_of(document: &Document, id: usize) -> Option<usize> {
    match document.attribute(id, "form") {
        Some(form) => document.by_id(form),
        None => document.above(id).find(|it| document.tag(*it) == "form"),
    }
}

/// Whether a field or a button can be used.
pub fn is_disabled(document: &Document, id: usize) -> bool {
    let by_group = |it: usize| document.tag(it) == "fieldset" && document.has(it, "disabled");
    document.has(id, "disabled") || document.above(id).any(by_group)
}

/// Whether a box or a radio button is ticked.
pub fn is_ticked(document: &Document, done: &Done, id: usize) -> bool {
    done.ticked.get(&id).copied().unwrap_or_else(|| document.has(id, "checked"))
}

/// The request that pressing a button sends. Errors: a browser would not send it, because of a field.
pub fn sent(document: &Document, done: &Done, form: usize, button: usize) -> Result<Request, String> {
    let of = |name: &str| document.attribute(button, &format!("form{name}")).or_else(|| document.attribute(form, name));
    let is_checked = !document.has(form, "novalidate") && !document.has(button, "formnovalidate");
    let fields: Vec<usize> = document.elements().filter(|id| form_of(document, *id) == Some(form)).collect();
    if is_checked {
        fields.iter().try_for_each(|field| may_be_sent(document, done, &fields, *field))?;
    }
    let values = values(document, done, &fields, button);
    let action = of("action").unwrap_or("").to_string();
    if !of("method").unwrap_or("get").eq_ignore_ascii_case("post") {
        let path = action.split(['?', '#']).next().unwrap_or("");
        return Ok(Request { method: "GET", path: format!("{path}?{}", encoded(&values)), ..Request::default() });
    }
    let (kind, body) = match of("enctype") {
        Some("multipart/form-data") => (format!("multipart/form-data; boundary={BOUNDARY}"), in_parts(&values)),
        _ => ("application/x-www-form-urlencoded".into(), encoded(&values).into_bytes()),
    };
    Ok(Request { method: "POST", path: action, headers: vec![("Content-Type", kind)], body })
}

/// The checks that a browser makes of a field by itself, without a script.
fn may_be_sent(document: &Document, done: &Done, fields: &[usize], id: usize) -> Result<(), String> {
    let kind = document.attribute(id, "type").unwrap_or("text");
    let name = document.attribute(id, "name").unwrap_or("");
    if is_disabled(document, id) || kind == "hidden" {
        return Ok(());
    }
    let value = value(document, done, id);
    let is_given = match kind {
        "checkbox" => is_ticked(document, done, id),
        "radio" => {
            fields.iter().any(|it| document.attribute(*it, "name") == Some(name) && is_ticked(document, done, *it))
        }
        _ => !value.is_empty(),
    };
    if document.has(id, "required") && !is_given {
        return Err(format!("the browser does not send the form: the field {name} is required"));
    }
    let longest = document.attribute(id, "maxlength").and_then(|it| it.parse().ok()).unwrap_or(usize::MAX);
    if value.encode_utf16().count() > longest {
        return Err(format!("the browser does not send the form: the field {name} takes at most {longest} characters"));
    }
    Ok(())
}

fn values(document: &Document, done: &Done, fields: &[usize], button: usize) -> Vec<Sent> {
    let mut values = Vec::new();
    for id in fields.iter().copied() {
        let Some(name) = document.attribute(id, "name").filter(|name| !name.is_empty()) else { continue };
        if is_disabled(document, id) {
            continue;
        }
        let kind = document.attribute(id, "type").unwrap_or("text");
        let text = |value: String| Sent::Text(name.to_string(), value);
        match (document.tag(id), kind) {
            ("button", _) | ("input", "submit" | "button" | "reset" | "image") if id != button => {}
            ("input", "checkbox" | "radio") if !is_ticked(document, done, id) => {}
            ("input", "checkbox" | "radio") => {
                values.push(text(document.attribute(id, "value").unwrap_or("on").into()));
            }
            ("input", "file") => {
                let (file, bytes) = done.attached.get(&id).cloned().unwrap_or_default();
                values.push(Sent::File(name.into(), file, bytes));
            }
            ("textarea", _) => values.push(text(value(document, done, id).replace("\r\n", "\n").replace('\n', "\r\n"))),
            ("button" | "input" | "select", _) => values.push(text(value(document, done, id))),
            _ => {}
        }
    }
    values
}

fn encoded(values: &[Sent]) -> String {
    let pair = |sent: &Sent| match sent {
        Sent::Text(name, value) => format!("{}={}", escaped(name), escaped(value)),
        Sent::File(name, file, _) => format!("{}={}", escaped(name), escaped(file)),
    };
    values.iter().map(pair).collect::<Vec<_>>().join("&")
}

/// A text in an address or a form's body.
pub fn escaped(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        match byte {
            b' ' => out.push('+'),
            byte if byte.is_ascii_alphanumeric() || b"*-._".contains(&byte) => out.push(char::from(byte)),
            byte => out += &format!("%{byte:02X}"),
        }
    }
    out
}

fn in_parts(values: &[Sent]) -> Vec<u8> {
    let mut body = Vec::new();
    for sent in values {
        match sent {
            Sent::Text(name, value) => {
                let head =
                    format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
                body.extend_from_slice(head.as_bytes());
            }
            Sent::File(name, file, bytes) => {
                let head = format!(
                    "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"; filename=\"{file}\"\r\n\
                     Content-Type: application/octet-stream\r\n\r\n"
                );
                body.extend_from_slice(head.as_bytes());
                body.extend_from_slice(bytes);
                body.extend_from_slice(b"\r\n");
            }
        }
    }
    body.extend_from_slice(format!("--{BOUNDARY}--\r\n").as_bytes());
    body
}

/// A text as a field of this type takes it: days and times are typed as people here write them.
pub fn typed(kind: &str, text: &str) -> Result<String, String> {
    let of_day = |text: &str| {
        let parts: Vec<i64> = text.split('.').map_while(|part| part.trim().parse().ok()).collect();
        let &[day, month, year] = parts.as_slice() else { return None };
        Some(format!("{year:04}-{month:02}-{day:02}"))
    };
    let is_day = |text: &str| text.parse::<jiff::civil::Date>().is_ok();
    match kind {
        "date" => {
            let day = of_day(text).unwrap_or_else(|| text.into());
            if is_day(&day) { Ok(day) } else { Err(format!("“{text}” is no day, as in 30.3.2026")) }
        }
        "time" => {
            let time = text.replace('.', ":");
            let time = if time.len() == 4 { format!("0{time}") } else { time };
            if time.len() == 5 && time.parse::<jiff::civil::Time>().is_ok() {
                Ok(time)
            } else {
                Err(format!("“{text}” is no time, as in 10.00"))
            }
        }
        "datetime-local" => {
            let (day, time) = text.split_once(' ').ok_or("a day and a time, as in 30.3.2026 10.00")?;
            Ok(format!("{}T{}", typed("date", day)?, typed("time", &squeezed(time.trim_start_matches("klo ")))?))
        }
        "number" if text.replace(',', ".").parse::<f64>().is_err() => Err(format!("“{text}” is no number")),
        "number" => Ok(text.replace(',', ".")),
        _ => Ok(text.to_string()),
    }
}
