//! Times with seats, by pages: a seat is booked and given up, those who wait are offered it, and who came is marked.

use crate::desk::post;
use crate::on_its_own;
use crate::pages::{get, signed_in};
use crate::series::app;

fn id_of(address: &str) -> String {
    address.split('?').next().unwrap_or_default().rsplit('/').next().unwrap_or_default().to_string()
}

/// The first gathering on the page of the calendar.
pub async fn first(app: &std::sync::Arc<web::App>, who: &str) -> String {
    let (_, page) = get(app, "/book/nurse?lang=en", who).await;
    let id = page.split("/book/nurse/seat/").nth(1).and_then(|it| it.split('?').next());
    id.unwrap_or_else(|| panic!("no gathering: {page}")).to_string()
}

/// Takes a seat, or waits for one; where it led.
pub async fn taken(app: &std::sync::Arc<web::App>, who: &str, gathering: &str, more: &str) -> String {
    let (status, page) = get(app, &format!("/book/nurse/seat/{gathering}?lang=en"), who).await;
    assert_eq!(status, 200, "{page}");
    let id = page.split("name=\"id\" value=\"").nth(1).and_then(|it| it.split('"').next()).expect("an id");
    post(app, who, &format!("/book/nurse/seat/{gathering}"), &format!("id={id}{more}")).await.1
}

#[test]
fn seats_are_booked_given_up_and_offered_to_whoever_waits() {
    on_its_own(async {
        let app = app(&[("nurse-1", true)]).await;
        let nurse = signed_in(&app, "professional").await;
        let (aino, paavo) = (signed_in(&app, "resident&as=aino").await, signed_in(&app, "resident&as=paavo").await);
        let other = signed_in(&app, "resident").await;
        let gathering = first(&app, "").await;
        let (_, page) = get(&app, "/book/nurse?lang=en", "").await;
        assert!(page.contains("Free places: 2 of 2") && page.contains("Thu 8 Jan 2026 13.00–13.30"), "{page}");
        let to = taken(&app, &aino, &gathering, "").await;
        assert!(to.starts_with("/matters/") && to.ends_with("did=booked"), "{to}");
        let seat = id_of(&to);
        assert!(taken(&app, &other, &gathering, "").await.ends_with("did=booked"));
        let (_, page) = get(&app, &format!("/book/nurse/seat/{gathering}?lang=en"), &paavo).await;
        assert!(page.contains("All places are taken") && page.contains("Nobody is on the waiting list"), "{page}");
        assert!(taken(&app, &paavo, &gathering, "").await.contains("wrong=taken"), "no third seat");
        let to = taken(&app, &paavo, &gathering, "&wait=1").await;
        assert!(to.ends_with("did=wished"), "{to}");
        let wish = id_of(&to);
        let (_, page) = get(&app, &format!("/matters/{wish}?lang=en"), &paavo).await;
        assert!(page.contains("On the waiting list for a place") && !page.contains("Take this time"), "{page}");
        let (_, page) = get(&app, &format!("/desk/gatherings/{gathering}?lang=en"), &nurse).await;
        assert!(page.contains("Aino Virtanen") && page.contains("One is on the waiting list"), "{page}");
        // Aino gives her seat up: it is Paavo's to take, and nobody else's.
        assert!(post(&app, &aino, &format!("/matters/{seat}/cancel"), "").await.1.ends_with("did=cancelled"));
        let (_, page) = get(&app, &format!("/matters/{wish}?lang=en"), &paavo).await;
        assert!(page.contains("Your turn: answer by") && page.contains("Take this time"), "{page}");
        assert!(taken(&app, &aino, &gathering, "").await.contains("wrong=taken"), "it is kept for him");
        let (_, own) = get(&app, "/matters?lang=en", &paavo).await;
        assert!(own.contains("Your turn") && own.contains("Answer by"), "{own}");
        assert_eq!(post(&app, &aino, &format!("/matters/{wish}/wish/take"), "").await.0, 404, "another's");
        let (_, to, page) = post(&app, &paavo, &format!("/matters/{wish}/wish/take"), "").await;
        assert!(to.starts_with("/matters/") && to.ends_with("did=booked"), "{to} {page}");
        let (_, page) = get(&app, &format!("/desk/gatherings/{gathering}?lang=en"), &nurse).await;
        assert!(page.contains("Paavo Salo") && !page.contains("Aino Virtanen"), "{page}");
        assert!(page.contains("Decided on Thu"), "{page}");
        // Nobody has come before it begins.
        let (status, _, page) =
            post(&app, &nurse, &format!("/desk/gatherings/{gathering}/came?lang=en"), "seat=1").await;
        assert!(status == 409 && page.contains("cannot be done as the time stands now"), "{page}");
        let (_, to, _) = post(&app, &nurse, &format!("/desk/gatherings/{gathering}/not-held"), "").await;
        assert!(to.ends_with("did=not-held"), "{to}");
        let (_, own) = get(&app, "/matters?lang=en", &paavo).await;
        assert!(own.contains("Cancelled"), "{own}");
        let (_, day) = get(&app, "/desk/calendar?date=2026-01-08&unit=small&lang=en", &nurse).await;
        assert!(day.contains("0 of 2 places taken"), "the next is as it was: {day}");
        for role in ["manager", "resident"] {
            let who = signed_in(&app, role).await;
            assert_eq!(get(&app, &format!("/desk/gatherings/{gathering}"), &who).await.0, 404, "{role}");
        }
    });
}
