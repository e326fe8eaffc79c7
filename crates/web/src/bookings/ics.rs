//! An appointment as a file for one's own calendar (RFC 5545). It says when, and neither what for nor where, which
//! would tell the same to whoever sees the calendar.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use matter::access::{Action, Role};
use operations::bookings::appointments::{Appointment, Stage};
use uuid::Uuid;

use crate::App;
use crate::answer::Failure;
use crate::caller::Caller;
use crate::home::missing;
use crate::layout::Page;

/// `GET /matters/{id}/calendar.ics`.
pub async fn ics(
    State(app): State<Arc<App>>,
    page: Page,
    Path(path): Path<String>,
    caller: Result<Caller, Failure>,
) -> Response {
    if page.role != Some(Role::Resident) {
        return missing(&page);
    }
    let read = async {
        let id: Uuid = path.parse().map_err(|_| Failure::not_found())?;
        Ok::<_, Failure>((id, app.guarded(&app.kinds.appointments, &caller?, id, Action::Read).await?))
    };
    let Ok((id, it)) = read.await else { return missing(&page) };
    let summary = page.text("bookings-ics-summary");
    let text = event(id, &it, &summary, app.kinds.store.now());
    let headers = [
        (CONTENT_TYPE, "text/calendar; charset=utf-8"),
        (CONTENT_DISPOSITION, "attachment; filename=\"appointment.ics\""),
    ];
    (StatusCode::OK, headers, text).into_response()
}

fn event(id: Uuid, it: &Appointment, summary: &str, now: i64) -> String {
    let at = |at: i64| {
        let at = Timestamp::from_microsecond(at).unwrap_or_default();
        at.strftime("%Y%m%dT%H%M%SZ").to_string()
    };
    let status = if it.stage == Stage::Cancelled { "CANCELLED" } else { "CONFIRMED" };
    let lines = [
        "BEGIN:VCALENDAR".to_string(),
        "VERSION:2.0".into(),
        "PRODID:-//Luotsi//EN".into(),
        "BEGIN:VEVENT".into(),
        format!("UID:{id}"),
        format!("DTSTAMP:{}", at(now)),
        format!("DTSTART:{}", at(it.booking.when.from)),
        format!("DTEND:{}", at(it.booking.when.to)),
        format!("SUMMARY:{}", escaped(summary)),
        format!("STATUS:{status}"),
        "END:VEVENT".into(),
        "END:VCALENDAR".into(),
    ];
    lines.iter().map(|line| folded(line) + "\r\n").collect()
}

fn escaped(text: &str) -> String {
    let text = text.replace('\\', "\\\\").replace(';', "\\;").replace(',', "\\,");
    text.replace("\r\n", "\\n").replace('\n', "\\n")
}

/// A line in parts of at most 75 bytes, as RFC 5545, 3.1, wants it.
fn folded(line: &str) -> String {
    let mut folded = String::new();
    let mut bytes = 0;
    for letter in line.chars() {
        if bytes + letter.len_utf8() > 74 {
            folded.push_str("\r\n ");
            bytes = 1;
        }
        folded.push(letter);
        bytes += letter.len_utf8();
    }
    folded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_lines_are_folded_within_no_letter_and_signs_are_escaped() {
        let long = format!("SUMMARY:{}", "ä".repeat(100));
        let folded = folded(&long);
        assert!(folded.split("\r\n").all(|part| part.len() <= 75), "{folded}");
        assert_eq!(folded.replace("\r\n ", ""), long);
        assert_eq!(escaped("a,b;c\\d\ne"), "a\\,b\\;c\\\\d\\ne");
    }
}
