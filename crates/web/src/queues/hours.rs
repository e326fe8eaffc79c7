//! The hours of a queue: whether it is open now, and its week.

use calendar::hours::{Except, Hours};
use jiff::civil::{Time, Weekday};
use maud::{Markup, html};
use operations::contacts::Queue;

use crate::App;
use crate::layout::Page;
use crate::numbers;

/// Whether it is open now, till when, or when it opens.
pub fn now(app: &App, page: &Page, queue: &Queue) -> Markup {
    let (now, calendar) = (app.kinds.store.now(), app.calendar);
    let today = calendar.local_date(now);
    let span =
        today.and_then(|day| queue.open.of(day, calendar).into_iter().find(|(from, to)| (*from..*to).contains(&now)));
    let opens = queue.open.next_open(now, calendar);
    html! {
        p.lead {
            @match (span, opens) {
                (Some((_, to)), _) => { (page.language.text_with("queues-open", &[("clock", &numbers::clock(to))])) }
                (None, Some(at)) => { (page.language.text_with("queues-closed", &[("at", &numbers::moment(at, page.language))])) }
                (None, None) => { (page.text("queues-never")) }
            }
        }
    }
}

/// Its week, and the days on which other hours hold.
pub fn table(page: &Page, queue: &Queue) -> Markup {
    let staffed = queue.staffed.is_some().then(|| queue.staffed());
    html! {
        section #hours {
            h2 { (page.text("queues-hours")) }
            (week(page, &queue.open))
            @if let Some(staffed) = staffed { h3 { (page.text("queues-staffed")) } (week(page, &staffed)) }
            @for it in &queue.open.except { p { (except(page, it)) } }
        }
    }
}

fn week(page: &Page, hours: &Hours) -> Markup {
    const DAYS: [Weekday; 7] = [
        Weekday::Monday,
        Weekday::Tuesday,
        Weekday::Wednesday,
        Weekday::Thursday,
        Weekday::Friday,
        Weekday::Saturday,
        Weekday::Sunday,
    ];
    let of = |day: Weekday| {
        let mut times: Vec<[Time; 2]> = hours.week.iter().filter(|it| it.on.contains(&day)).map(|it| it.at).collect();
        times.sort_unstable();
        times.into_iter().map(|at| span(page, at)).collect::<Vec<_>>().join(", ")
    };
    html! {
        ul.plain {
            @for day in DAYS {
                @let times = of(day);
                li {
                    (page.text(&format!("weekday-{}", day.to_monday_one_offset()))) ": "
                    @if times.is_empty() { (page.text("queues-shut")) } @else { (times) }
                }
            }
            @if let Some(at) = hours.holidays { li { (page.text("queues-holidays")) ": " (span(page, at)) } }
        }
    }
}

fn except(page: &Page, it: &Except) -> String {
    let language = page.language;
    let day = |date: jiff::civil::Date| numbers::day(&date.to_string(), language);
    let days =
        if it.days[0] == it.days[1] { day(it.days[0]) } else { format!("{}–{}", day(it.days[0]), day(it.days[1])) };
    let times = it.at.map_or_else(|| page.text("queues-shut"), |at| span(page, at));
    format!("{days}: {times}. {}", it.why.of(language.code()))
}

fn span(page: &Page, [from, to]: [Time; 2]) -> String {
    let time = |time: Time| {
        page.language.text_with(
            "queues-time",
            &[("hour", &time.hour().to_string()), ("minute", &format!("{:02}", time.minute()))],
        )
    };
    format!("{}–{}", time(from), time(to))
}
