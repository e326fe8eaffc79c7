use super::*;

fn small() -> County {
    County::new(Plan { residents: 2_000, seed: 7 })
}

#[test]
fn the_same_seed_gives_the_same_county() {
    let of = |number| format!("{:?}", small().resident(number, ResidentId(i64::from(number))));
    assert_eq!(of(17), of(17));
    let other = County::new(Plan { residents: 2_000, seed: 8 }).resident(17, ResidentId(17));
    assert_ne!(of(17), format!("{other:?}"));
}

#[test]
fn the_queue_clears_when_the_platform_takes_a_third() {
    let county = small();
    let mean = |days: std::ops::Range<usize>| {
        let weekdays: Vec<usize> = days.filter(|day| county.clock.is_weekday(*day)).collect();
        weekdays.iter().map(|day| county.families_line.answered(*day)).sum::<f64>() / weekdays.len() as f64
    };
    let before = mean(0..365);
    assert!((before - 0.52).abs() < 0.01, "{before}");
    let after = mean(county.clock.first_of(time::month(2025, 6))..county.clock.days());
    assert!(after > 0.98, "{after}");
}

#[test]
fn every_row_refers_to_units_and_people_that_exist() {
    let county = small();
    let shared = county.shared();
    let units: Vec<&str> = shared.units.iter().map(|row| row.0.unit_id.0.as_str()).collect();
    let people: Vec<&str> = shared.professionals.iter().map(|row| row.0.professional_id.0.as_str()).collect();
    for number in 0..200 {
        let rows = county.resident(number, ResidentId(i64::from(number)));
        for Recorded(visit, _) in &rows.encounters {
            assert!(units.contains(&&*visit.unit_id.0));
            assert!(visit.professional_id.iter().all(|who| people.contains(&&*who.0)));
        }
        for Recorded(contact, _) in &rows.contacts {
            assert!(units.contains(&&*contact.unit_id.0), "{}", contact.unit_id);
            assert!(contact.first_response_at.is_none_or(|at| at >= contact.opened_at));
        }
    }
}
