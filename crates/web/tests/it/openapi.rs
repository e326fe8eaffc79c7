//! The document that programs are written by is held to the routes, and the answers to the document.

use axum::http::{Method, StatusCode};
use facts::Code;
use matter::access::Role;
use serde_json::{Value, json};

use crate::contacts::{app, call, opening, token};
use crate::on_its_own;

fn document() -> Value {
    serde_json::from_str(web::OPENAPI).expect("JSON")
}

#[test]
fn every_route_of_programs_is_described_and_no_other() {
    let programs = web::routes().into_iter().filter(|(_, path)| path.starts_with("/api/"));
    let mut routes: Vec<(String, String)> =
        programs.map(|(method, path)| (path, method.as_str().to_ascii_lowercase())).collect();
    let document = document();
    let paths = document["paths"].as_object().expect("paths");
    let of = |(path, methods): (&String, &Value)| {
        let methods: Vec<String> = methods.as_object().expect("methods").keys().cloned().collect();
        methods.into_iter().map(|method| (path.clone(), method)).collect::<Vec<_>>()
    };
    let mut described: Vec<(String, String)> = paths.iter().flat_map(of).collect();
    routes.sort();
    described.sort();
    assert!(routes.len() >= 7);
    assert_eq!(routes, described);
}

/// Fields that an answer has beyond the document, or lacks of those that it must have.
fn faults(document: &Value, schema: &Value, value: &Value, place: &str) -> Vec<String> {
    if let Some(name) = schema["$ref"].as_str() {
        return faults(document, document.pointer(&name[1..]).expect("a schema"), value, place);
    }
    if let Some(several) = schema["anyOf"].as_array() {
        let each = several.iter().map(|schema| faults(document, schema, value, place));
        return each.min_by_key(Vec::len).unwrap_or_default();
    }
    let types: Vec<&str> = match &schema["type"] {
        Value::Array(several) => several.iter().filter_map(Value::as_str).collect(),
        one => one.as_str().into_iter().collect(),
    };
    let kind = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_f64() => "number",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    let mut found = Vec::new();
    if !types.contains(&kind) {
        found.push(format!("{place} is {kind}, not {types:?}"));
    }
    if let Some(codes) = schema["enum"].as_array()
        && !codes.contains(value)
    {
        found.push(format!("{place} is {value}"));
    }
    let number = value.as_i64();
    let length = value.as_str().map(|text| text.chars().count() as i64);
    for (bound, given) in [("minimum", number), ("minLength", length)] {
        found.extend(
            schema[bound].as_i64().zip(given).filter(|(least, it)| it < least).map(|_| format!("{place}: {bound}")),
        );
    }
    for (bound, given) in [("maximum", number), ("maxLength", length)] {
        found.extend(
            schema[bound].as_i64().zip(given).filter(|(most, it)| it > most).map(|_| format!("{place}: {bound}")),
        );
    }
    for (name, inner) in value.as_object().into_iter().flatten() {
        match schema["properties"].get(name) {
            Some(schema) => found.extend(faults(document, schema, inner, &format!("{place}.{name}"))),
            None => found.push(format!("{place}.{name} is not described")),
        }
    }
    for name in schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        if value.get(name).is_none() {
            found.push(format!("{place}.{name} is missing"));
        }
    }
    for inner in value.as_array().into_iter().flatten() {
        found.extend(faults(document, &schema["items"], inner, place));
    }
    found
}

#[test]
fn answers_are_as_they_are_described() {
    on_its_own(async {
        let (app, document) = (app().await, document());
        let nurse = token(Role::Professional, "small", "nurse-1");
        let (_, first) = call(&app, Method::POST, "/api/contacts", "", Some(opening("c1", "Hei"))).await;
        let (id, code) = (first["contact"].as_str().expect("an id"), first["resume_code"].as_str().expect("a code"));
        let contacts = "/api/contacts";
        let commands = "/api/contacts/{id}/{command}";
        let messages = "/api/conversations/{id}/messages";
        let text = Some(json!({ "text": "Hei" }));
        let asked = [
            (contacts, contacts.to_string(), Method::POST, "", Some(opening("c2", "Hei")), 201),
            (contacts, contacts.to_string(), Method::POST, "", Some(opening("c2", "Hei")), 200),
            (contacts, contacts.to_string(), Method::POST, "", Some(opening("c2", "Muuta")), 409),
            (contacts, contacts.to_string(), Method::POST, "", Some(json!({})), 422),
            (contacts, contacts.to_string(), Method::POST, "", Some(json!([])), 400),
            ("/api/contacts/{id}", format!("/api/contacts/{id}"), Method::GET, code, None, 200),
            ("/api/contacts/{id}", format!("/api/contacts/{id}"), Method::GET, "", None, 404),
            ("/api/queues/{id}", "/api/queues/small".into(), Method::GET, &nurse, None, 200),
            ("/api/queues/{id}", "/api/queues/other".into(), Method::GET, &nurse, None, 404),
            ("/api/queues/{id}", "/api/queues/small?limit=x".into(), Method::GET, &nurse, None, 422),
            (commands, format!("/api/contacts/{id}/reply"), Method::POST, &nurse, text.clone(), 409),
            (commands, format!("/api/contacts/{id}/claim"), Method::POST, &nurse, None, 200),
            (commands, format!("/api/contacts/{id}/reply"), Method::POST, &nurse, text.clone(), 201),
            (commands, format!("/api/contacts/{id}/resolve"), Method::POST, &nurse, Some(json!({"outcome": "x"})), 422),
            (
                "/api/conversations/{id}/messages/{client_id}",
                format!("{messages}/m1").replace("{id}", id),
                Method::PUT,
                code,
                text.clone(),
                201,
            ),
            (
                "/api/conversations/{id}/messages/{client_id}",
                format!("{messages}/m1").replace("{id}", id),
                Method::PUT,
                code,
                text,
                200,
            ),
            (messages, messages.replace("{id}", id), Method::GET, code, None, 200),
            (messages, format!("{messages}?after=-1").replace("{id}", id), Method::GET, code, None, 422),
            ("/api/openapi.json", "/api/openapi.json".into(), Method::GET, "", None, 200),
        ];
        for (path, address, method, bearer, body, expected) in asked {
            let (status, body) = call(&app, method.clone(), &address, bearer, body).await;
            assert_eq!(status, StatusCode::from_u16(expected).expect("a status"), "{method} {address}: {body}");
            let described = &document["paths"][path][method.as_str().to_lowercase()]["responses"][expected.to_string()];
            let described = match described["$ref"].as_str() {
                Some(name) => document.pointer(&name[1..]).expect("a response"),
                None => described,
            };
            let schema = &described["content"]["application/json"]["schema"];
            assert!(schema.is_object(), "{method} {path} {expected} is not described");
            if path != "/api/openapi.json" {
                assert_eq!(faults(&document, schema, &body, path), Vec::<String>::new(), "{body}");
            }
        }
    });
}

/// Every body that the program takes is described, and what it refuses by its form is not.
#[test]
fn the_document_is_as_strict_as_the_program() {
    on_its_own(async {
        let (app, document) = (app().await, document());
        let resident = token(Role::Resident, "", "0190a0b0-0000-7000-8000-000000000001");
        let mut known = opening("c1", "Hei");
        known["anonymous"] = json!(false);
        let (_, opened) = call(&app, Method::POST, "/api/contacts", &resident, Some(known)).await;
        let id = opened["contact"].as_str().expect("an id");
        let nurse = token(Role::Professional, "small", "nurse-1");
        let lead = token(Role::Lead, "small", "lead-1");
        let claim = format!("/api/contacts/{id}/claim");
        assert_eq!(call(&app, Method::POST, &claim, &nurse, None).await.0, StatusCode::OK);
        let schema = |path: &str, method: &Method| {
            let schema = &document["paths"][path][method.as_str().to_lowercase()]["requestBody"];
            schema["content"]["application/json"]["schema"].clone()
        };
        for (who, method, path, whole) in crate::strangers::bodies(id) {
            let described = match path.as_str() {
                "/api/contacts" => "/api/contacts",
                path if path.contains("/messages/") => "/api/conversations/{id}/messages/{client_id}",
                _ => "/api/contacts/{id}/{command}",
            };
            let schema = schema(described, &method);
            assert_eq!(faults(&document, &schema, &whole, &path), Vec::<String>::new(), "what is right is described");
            let names: Vec<String> = whole.as_object().expect("an object").keys().cloned().collect();
            for name in names.iter().map(String::as_str).chain(["sen", "attachments"]) {
                for other in [json!([]), json!(-1), json!(""), json!(1.5), json!("x".repeat(20_000)), json!({})] {
                    let mut body = whole.clone();
                    body[name] = other;
                    let is_described = faults(&document, &schema, &body, &path).is_empty();
                    let bearer = match who {
                        "code" => &resident,
                        // Only somebody who leads the unit gives a contact away.
                        _ if path.ends_with("/assign") => &lead,
                        _ => &nurse,
                    };
                    let (status, answer) = call(&app, method.clone(), &path, bearer, Some(body.clone())).await;
                    let is_refused = [StatusCode::UNPROCESSABLE_ENTITY, StatusCode::BAD_REQUEST].contains(&status);
                    assert!(is_refused && !is_described, "{method} {path} {name}: {status} {answer}, {is_described}");
                }
            }
        }
        let codes = |list: &facts::CodeList| list.codes.iter().map(|code| json!(code.code)).collect::<Vec<_>>();
        let schemas = &document["components"]["schemas"];
        let listed = |command: &str, field: &str| schemas[command]["properties"][field]["enum"].clone();
        assert_eq!(listed("ResolveCommand", "outcome"), json!(codes(facts::Outcome::LIST)));
        assert_eq!(listed("EncounterCommand", "modality"), json!(codes(facts::Modality::LIST)));
    });
}
