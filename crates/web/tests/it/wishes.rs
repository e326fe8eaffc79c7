//! "I would come sooner", by pages: a freed time is offered to the next in line, for a while, and taken or passed on.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::bookings::booked;
use crate::desk::post;
use crate::on_its_own;
use crate::pages::{get, signed_in};
use crate::series::app;

fn id_of(address: &str) -> String {
    address.split('?').next().unwrap_or_default().rsplit('/').next().unwrap_or_default().to_string()
}

/// Wishes made in this process.
static MADE: AtomicU64 = AtomicU64::new(1);

/// Leaves a wish in the calendar; where it led.
pub async fn wished(app: &std::sync::Arc<web::App>, who: &str, instead: &str, more: &str) -> String {
    let path = format!("/book/nurse/wish?lang=en&kind=talk&instead={instead}");
    let (status, page) = get(app, &path, who).await;
    assert_eq!(status, 200, "{page}");
    let id = page.split("name=\"id\" value=\"").nth(1).and_then(|it| it.split('"').next()).expect("an id");
    // The clock stands: of one instant the earlier wish has the smaller id, as by a clock that goes.
    let id = format!("{}-7000-8000-{:012x}", &id[..13], MADE.fetch_add(1, Ordering::Relaxed));
    let form = format!("id={id}&kind=talk&instead={instead}{more}");
    let (_, to, page) = post(app, who, "/book/nurse/wish?lang=en", &form).await;
    if to.is_empty() { page } else { to }
}

#[test]
fn a_freed_time_is_offered_to_one_after_the_other() {
    on_its_own(async {
        let app = app(&[("nurse-1", true)]).await;
        let nurse = signed_in(&app, "professional").await;
        let (aino, paavo) = (signed_in(&app, "resident&as=aino").await, signed_in(&app, "resident&as=paavo").await);
        let other = signed_in(&app, "resident").await;
        // The only times before Friday are others'.
        let early = id_of(&booked(&app, &other, "/book/nurse?lang=fi", "9.00", "").await);
        let second = signed_in(&app, "resident").await;
        booked(&app, &second, "/book/nurse?lang=fi", "9.30", "").await;
        let friday = "/book/nurse?lang=fi&from=2026-01-09";
        let own = id_of(&booked(&app, &aino, friday, "9.00", "").await);
        let his = id_of(&booked(&app, &paavo, friday, "9.30", "").await);
        let (_, page) = get(&app, &format!("/matters/{own}?lang=en"), &aino).await;
        assert!(page.contains("I would come sooner"), "{page}");
        assert_eq!(get(&app, &format!("/book/nurse/wish?instead={own}"), &paavo).await.0, 404, "another's");
        let page = wished(&app, &aino, &own, "&earliest=2026-02-01").await;
        assert!(page.contains("Give an earlier day"), "{page}");
        let to = wished(&app, &aino, &own, "&day-4=yes&part=morning").await;
        assert!(to.ends_with("did=wished"), "{to}");
        let first = id_of(&to);
        assert_eq!(id_of(&wished(&app, &aino, &own, "").await), first, "one wish for one appointment");
        let his_wish = id_of(&wished(&app, &paavo, &his, "").await);
        let (_, page) = get(&app, &format!("/matters/{first}?lang=en"), &aino).await;
        assert!(
            page.contains("We tell you when a suitable time becomes free") && page.contains("In the morning"),
            "{page}"
        );
        let (_, work) = get(&app, "/desk?unit=small&lang=en", &nurse).await;
        assert!(work.contains("Wish for an earlier time"), "{work}");
        let (_, page) = get(&app, &format!("/desk/wishes/{his_wish}?lang=en"), &nurse).await;
        assert!(page.contains("number 2 on the waiting list"), "{page}");
        // The early time is freed: it is Aino's for a while, who made her wish first.
        assert!(post(&app, &other, &format!("/matters/{early}/cancel"), "").await.1.ends_with("did=cancelled"));
        let (_, page) = get(&app, &format!("/matters/{first}?lang=en"), &aino).await;
        assert!(page.contains("Your turn: answer by") && page.contains("Thu 8 Jan 2026 9.00"), "{page}");
        let (_, free) = get(&app, "/book/nurse?lang=fi", "").await;
        assert!(!free.contains("8.1.2026 9.00"), "nobody else books it meanwhile: {free}");
        let (_, page) = get(&app, &format!("/matters/{his_wish}?lang=en"), &paavo).await;
        assert!(!page.contains("Take this time"), "{page}");
        // She says no, and it goes to Paavo, who takes it; his old time is free again.
        let (_, to, _) = post(&app, &aino, &format!("/matters/{first}/wish/pass"), "").await;
        assert!(to.ends_with("did=passed"), "{to}");
        let (_, page) = get(&app, &format!("/matters/{his_wish}?lang=en"), &paavo).await;
        assert!(page.contains("Take this time"), "{page}");
        let (_, to, page) = post(&app, &paavo, &format!("/matters/{his_wish}/wish/take"), "").await;
        assert_eq!(to, format!("/matters/{his}?did=moved"), "{page}");
        let (_, page) = get(&app, &format!("/matters/{his}?lang=en"), &paavo).await;
        assert!(page.contains("Thu 8 Jan 2026") && page.contains("9.00–9.30"), "{page}");
        let (_, free) = get(&app, friday, "").await;
        assert!(free.contains("9.1.2026 9.30"), "{free}");
        // With the time that she has her wish ends.
        assert!(post(&app, &aino, &format!("/matters/{own}/cancel"), "").await.1.ends_with("did=cancelled"));
        let (_, page) = get(&app, &format!("/matters/{first}?lang=en"), &aino).await;
        assert!(page.contains("The wish has ended"), "{page}");
    });
}

#[test]
fn where_nothing_is_free_there_are_three_ways_on() {
    on_its_own(async {
        let app = app(&[("nurse-1", true)]).await;
        let late = "/book/nurse?lang=en&kind=talk&from=2026-06-01";
        let (_, page) = get(&app, late, "").await;
        for to in ["/book/nurse/wish?kind=talk", "/book/nurse?kind=talk", "href=\"/contact\""] {
            assert!(page.contains(to), "{to}: {page}");
        }
        assert_eq!(get(&app, "/book/nurse/wish?kind=talk", "").await.0, 303, "a visitor signs in first");
        let resident = signed_in(&app, "resident").await;
        let to = wished(&app, &resident, "", "&way-phone=yes").await;
        // There are times that suit: the first is offered at once.
        let (_, page) = get(&app, &format!("{}?lang=en", to.split('?').next().expect("an address")), &resident).await;
        assert!(page.contains("Take this time") && page.contains("Phone"), "{page}");
    });
}
