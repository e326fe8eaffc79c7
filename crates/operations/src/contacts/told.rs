//! The bytes by which what is asked of a contact is known when it is asked again.

use facts::Code;

use super::Command;

/// Every field is named here, so that none that comes is left out in silence.
pub fn told(command: &Command) -> Vec<u8> {
    let nothing = String::new;
    let (verb, text, detail) = match command {
        Command::Open {
            channel,
            service,
            language,
            unit: _,
            queue: _,
            anonymous,
            subject,
            routed: _,
            client_id: _,
            text,
        } => {
            let anonymous = if *anonymous { "anonymous" } else { "" };
            let subject = subject.map_or_else(nothing, |subject| subject.to_string());
            return parts(&[channel.code(), service, language, anonymous, &subject, &text.0]);
        }
        Command::Ring { service, language, unit, queue: _, subject, routed: _, at } => {
            let subject = subject.map_or_else(nothing, |subject| subject.to_string());
            return parts(&["ring", service, language, unit, &subject, &at.to_string()]);
        }
        Command::RingAgain { at } => ("ring_again", None, at.to_string()),
        Command::Log { channel, service, language, unit, queue: _, subject, routed: _, client_id: _, text } => {
            let subject = subject.map_or_else(nothing, |subject| subject.to_string());
            return parts(&["log", channel.code(), service, language, unit, &subject, &text.0]);
        }
        Command::Part {
            of,
            channel: _,
            service: _,
            language: _,
            unit,
            queue,
            anonymous: _,
            subject: _,
            on_behalf: _,
            routed: _,
            since: _,
            text,
        } => return parts(&["part", &of.to_string(), unit, queue.as_deref().unwrap_or(""), &text.0]),
        Command::Split { part } => ("split", None, part.to_string()),
        Command::TakeBack => ("take_back", None, nothing()),
        Command::PartBecame { part, stage } => ("part_became", None, format!("{part}/{stage:?}")),
        Command::Claim => ("claim", None, nothing()),
        Command::Assign { to } => ("assign", None, to.to_string()),
        Command::Release => ("release", None, nothing()),
        Command::Write { client_id: _, text } => ("write", Some(text), nothing()),
        Command::Ask { client_id: _, text } => ("ask", Some(text), nothing()),
        Command::Note { text } => ("note", Some(text), nothing()),
        Command::Consult { consultation, unit, to, profession, words } => {
            let to = to.as_ref().map_or_else(nothing, ToString::to_string);
            let profession = profession.map_or("", Code::code);
            ("consult", Some(words), format!("{consultation}/{unit}/{to}/{profession}"))
        }
        Command::Advise { consultation, words } => ("advise", Some(words), consultation.to_string()),
        Command::Recall { consultation } => ("recall", None, consultation.to_string()),
        Command::Transfer { to, queue: None, reason, note } => ("transfer", note.as_ref(), format!("{to}/{reason}")),
        Command::Transfer { to, queue: Some(queue), reason, note } => {
            ("transfer", note.as_ref(), format!("{queue}@{to}/{reason}"))
        }
        Command::PassOn => ("pass_on", None, nothing()),
        Command::Resolve { outcome } => ("resolve", None, outcome.code().into()),
        Command::Finish { outcome, client_id: _, text } => ("finish", Some(text), outcome.code().into()),
        Command::Reopen => ("reopen", None, nothing()),
        Command::Undo => ("undo", None, nothing()),
        Command::Close => ("close", None, nothing()),
        Command::Greet { until, text: _ } => ("greet", None, until.to_string()),
        Command::Leave => ("leave", None, nothing()),
        Command::Turn => ("turn", None, nothing()),
        Command::Rate { rating } => ("rate", None, rating.to_string()),
        Command::CallMe { slot, number, mark: _ } => ("call_me", number.as_ref(), format!("{}/{}", slot.from, slot.to)),
        Command::Called { reached, at: None } => ("called", None, reached.to_string()),
        Command::Called { reached, at: Some(at) } => ("called", None, format!("{reached}/{at}")),
        Command::OpenVideo => ("open_video", None, nothing()),
        Command::EndVideo => ("end_video", None, nothing()),
        Command::ToPhone { number } => ("to_phone", number.as_ref(), nothing()),
        Command::Attach { file, name } => ("attach", Some(name), format!("{}/{}", file.id, file.digest)),
        Command::Identify { subject } => ("identify", None, subject.to_string()),
        Command::AnswerBy { means, address } => ("answer_by", Some(address), means.code().into()),
        Command::Stop { text } => ("stop", Some(text), nothing()),
    };
    parts(&[verb, text.map_or("", |text| &text.0), &detail])
}

/// Texts of which no two lists give the same bytes.
fn parts(parts: &[&str]) -> Vec<u8> {
    let part = |part: &&str| (part.len() as u64).to_be_bytes().into_iter().chain(part.bytes()).collect::<Vec<u8>>();
    parts.iter().flat_map(part).collect()
}
