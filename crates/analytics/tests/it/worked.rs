//! Worked cases that others published: equal to the digits they print.

use analytics::measure::{Catalogue, Grouping, Request, run};
use serde_json::Value;

use crate::county::County;

fn json(name: &str) -> Option<Value> {
    let text = std::fs::read_to_string(crate::shared(&format!("worked/{name}"))?).expect("a file");
    Some(serde_json::from_str(&text).expect("JSON"))
}

/// A county whose residents made visits, given as letters in order of time, each a provider.
fn county_of(patients: &[(String, Vec<Option<String>>)]) -> County {
    let mut county = County::empty();
    county.must("units", "unit_id,name_fi,level,parent_id\ncounty,Alue,county,\n");
    let mut providers: Vec<&str> =
        patients.iter().flat_map(|(_, visits)| visits.iter().flatten().map(String::as_str)).collect();
    providers.sort_unstable();
    providers.dedup();
    let list: String = providers.iter().map(|it| format!("{it},physician,county\n")).collect();
    county.must("professionals", &format!("professional_id,profession,unit_id\n{list}"));
    let list: String = patients.iter().map(|(id, _)| format!("{id},1980\n")).collect();
    county.must("residents", &format!("resident_id,birth_year\n{list}"));
    let mut csv =
        String::from("encounter_id,resident_id,professional_id,profession,unit_id,service,modality,started_at\n");
    for (id, visits) in patients {
        for (day, provider) in visits.iter().enumerate() {
            let provider = provider.as_deref().unwrap_or("");
            csv += &format!(
                "{id}-{day},{id},{provider},physician,county,outpatient,in_person,2023-01-{:02}T10:00:00Z\n",
                day + 1
            );
        }
    }
    county.must("encounters", &csv);
    county
}

fn letters(text: &str) -> Vec<Option<String>> {
    text.chars().map(|letter| Some(letter.to_string())).collect()
}

fn mean_of(county: &County, index: &str) -> Option<f64> {
    let catalogue = Catalogue::shipped().expect("the catalogue");
    let request = Request {
        from: jiff::civil::date(2023, 1, 1),
        to: jiff::civil::date(2024, 1, 1),
        grouping: Grouping::default(),
        as_of: county.now() + (1 << 52),
        tree_now: false,
        confidence: analytics::measure::CONFIDENCE,
        suppress: None,
    };
    let ids = [format!("continuity.{index}")];
    let results = crate::runtime().block_on(run(&county.snapshot(), &catalogue, &ids, &request)).expect("figures");
    results.figures.first().and_then(|figure| figure.value)
}

#[test]
fn continuity_indices_are_the_published_ones() {
    let Some(path) = crate::shared("worked/continuity_index_cases.csv") else { return };
    let mut reader = csv::Reader::from_path(path).expect("CSV");
    let mut checked = 0;
    for row in reader.records() {
        let row = row.expect("a row");
        let (index, expected) = (&row[0], &row[2]);
        if !["coc", "upc", "secon"].contains(&index) {
            continue;
        }
        let visits = row[1].split(' ').map(|it| Some(it.to_string())).collect();
        let found = mean_of(&county_of(&[("one".into(), visits)]), index);
        let decimals = expected.split_once('.').map_or(0, |(_, digits)| digits.len());
        let printed = found.map_or(String::new(), |value| format!("{value:.decimals$}"));
        assert_eq!(printed, expected, "{index} of {}", &row[1]);
        checked += 1;
    }
    assert!(checked > 25, "only {checked} cases");
}

#[test]
fn continuity_behaves_as_decided_where_peers_differ() {
    let Some(cases) = json("continuity_behaviour_cases.json") else { return };
    for case in cases["cases"].as_array().into_iter().flatten() {
        let mut patients: Vec<(String, Vec<Option<String>>)> = case["patients"]
            .as_object()
            .into_iter()
            .flatten()
            .map(|(id, visits)| match visits {
                Value::String(text) => (id.clone(), letters(text)),
                list => {
                    let provider = |it: &Value| it.as_str().filter(|text| !text.is_empty()).map(String::from);
                    (id.clone(), list.as_array().into_iter().flatten().map(provider).collect())
                }
            })
            .collect();
        // Visits of several people, as they come: each one's in the order of their days.
        let mut visits: Vec<[&str; 3]> = case["visits"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|it| [0, 1, 2].map(|at| it[at].as_str().unwrap_or("")))
            .collect();
        visits.sort_by_key(|[_, day, _]| *day);
        for [patient, _, provider] in visits {
            match patients.iter_mut().find(|(id, _)| id == patient) {
                Some((_, visits)) => visits.push(Some(provider.into())),
                None => patients.push((patient.into(), vec![Some(provider.into())])),
            }
        }
        let index = case["index"].as_str().unwrap_or("");
        let tolerance = case["tolerance"].as_f64().unwrap_or(1e-9);
        let id = &case["id"];
        if patients.is_empty() && case.get("patients").is_some() {
            assert_eq!(mean_of(&County::new(), index), None, "{id}");
        } else if let Some(expected) = case.get("expected_mean") {
            let found = mean_of(&county_of(&patients), index);
            match expected.as_f64() {
                Some(expected) => {
                    assert!(found.is_some_and(|it| (it - expected).abs() <= tolerance), "{id}: {found:?}")
                }
                None => assert_eq!(found, None, "{id}"),
            }
        }
        for (patient, expected) in case["expected"].as_object().into_iter().flatten() {
            let one: Vec<_> = patients.iter().filter(|(id, _)| id == patient).cloned().collect();
            let found = mean_of(&county_of(&one), index).unwrap_or(f64::NAN);
            let expected = expected.as_f64().unwrap_or(f64::NAN);
            assert!((found - expected).abs() <= tolerance, "{id} {patient}: {found}");
        }
    }
}

#[test]
fn callback_shares_are_the_worked_ones() {
    let Some(cases) = json("access_cases.json") else { return };
    for case in cases["callback"].as_array().into_iter().flatten() {
        let mut county = County::new();
        let mut csv = String::from("contact_id,channel,service,unit_id,opened_at,first_response_at\n");
        for (number, times) in case["contacts"].as_array().into_iter().flatten().enumerate() {
            csv += &format!(
                "c{number},callback,families,a,{},{}\n",
                times[0].as_str().unwrap_or(""),
                times[1].as_str().unwrap_or("")
            );
        }
        let file = county.file("callbacks.csv", csv);
        let mapping = analytics::import::Mapping { zone: Some("UTC".into()), ..Default::default() };
        assert_eq!(county.import_file("contacts", &file, mapping).expect("an import").rejected, 0);
        let request = Request {
            from: jiff::civil::date(2026, 3, 1),
            to: jiff::civil::date(2026, 4, 1),
            grouping: Grouping::default(),
            as_of: "2026-03-10T00:00:00Z".parse::<jiff::Timestamp>().expect("a time").as_microsecond(),
            tree_now: false,
            confidence: analytics::measure::CONFIDENCE,
            suppress: None,
        };
        let catalogue = Catalogue::shipped().expect("the catalogue");
        let ids = ["access.callback_24h".to_string()];
        let results = crate::runtime().block_on(run(&county.snapshot(), &catalogue, &ids, &request)).expect("figures");
        let expected = &case["expected"];
        assert_eq!(Some(results.figures[0].n), expected["n"].as_u64());
        assert_eq!(results.figures[0].value, expected["share_24"].as_f64());
    }
}

/// The figure of a measure over March 2026 without grouping: n and value.
fn figure(county: &County, id: &str) -> (u64, Option<f64>) {
    let request = Request {
        from: jiff::civil::date(2026, 3, 1),
        to: jiff::civil::date(2026, 4, 1),
        grouping: Grouping::default(),
        as_of: county.now() + (1 << 52),
        tree_now: false,
        confidence: analytics::measure::CONFIDENCE,
        suppress: None,
    };
    let catalogue = Catalogue::shipped().expect("the catalogue");
    let results = crate::runtime().block_on(run(&county.snapshot(), &catalogue, &[id.to_string()], &request));
    let results = results.expect("figures");
    results.figures.first().map_or((0, None), |figure| (figure.n, figure.value))
}

#[test]
fn third_free_slots_are_the_worked_ones() {
    let Some(cases) = json("access_cases.json") else { return };
    let reading = |professional: usize, asked: &str, third: &str| {
        let listed = third.is_empty();
        let free = if listed { 0 } else { 3 };
        format!("q{professional},outpatient,{asked}:00,a,physician,{third},{free},{listed}\n")
    };
    let value = |rows: String, professionals: usize| {
        let mut county = County::new();
        let people: String = (0..professionals).map(|number| format!("q{number},physician,a\n")).collect();
        county.must("professionals", &format!("professional_id,profession,unit_id\n{people}"));
        county.must(
            "t3_readings",
            &format!("professional_id,service,asked_at,unit_id,profession,third_at,free,listed\n{rows}"),
        );
        figure(&county, "access.t3")
    };
    let texts = |value: &Value| -> Vec<String> {
        value.as_array().into_iter().flatten().filter_map(|it| Some(it.as_str()?.to_string())).collect()
    };
    let (mut days, mut units) = (0, 0);
    for case in cases["t3"].as_array().into_iter().flatten() {
        if let Some(expected) = case["expected_days"].as_f64() {
            let held = texts(&case["held"]);
            let free: Vec<String> = texts(&case["free"]).into_iter().filter(|slot| !held.contains(slot)).collect();
            let third = free.get(2).map_or(String::new(), |third| format!("{third}:00"));
            let asked = case["asked"].as_str().expect("a time");
            assert_eq!(value(reading(0, asked, &third), 1), (1, Some(expected)), "{case}");
            days += 1;
        }
    }
    let unit = |case: &Value, expected: f64| {
        let known = case["t3_by_professional"].as_array().expect("days");
        let rows = known.iter().enumerate().map(|(number, days)| {
            let third = days.as_i64().filter(|days| *days < 182).map_or(String::new(), |days| {
                let day = jiff::civil::date(2026, 3, 2).checked_add(jiff::Span::new().days(days)).expect("a day");
                format!("{day}T15:00:00")
            });
            reading(number, "2026-03-02T08:00", &third)
        });
        assert_eq!(value(rows.collect(), known.len()), (known.len() as u64, Some(expected)), "{case}");
    };
    for case in cases["t3"]
        .as_array()
        .into_iter()
        .flatten()
        .chain(cases["t3_dialects"]["cases"].as_array().into_iter().flatten())
    {
        if let Some(expected) = case["expected_unit_days"].as_f64().or(case["thl_2020"].as_f64()) {
            unit(case, expected);
            units += 1;
        }
    }
    assert_eq!((days, units), (5, 4));
}

#[test]
fn waits_and_remote_shares_are_the_worked_ones() {
    let Some(cases) = json("access_cases.json") else { return };
    let mut checked = 0;
    for case in cases["waiting"].as_array().into_iter().flatten() {
        let days: Vec<i64> = case["days"].as_array().into_iter().flatten().filter_map(Value::as_i64).collect();
        let median = case["median"].as_f64().or(case["completed_median"].as_f64());
        let mut county = County::new();
        let (mut contacts, mut encounters) = (
            String::from("contact_id,resident_id,channel,service,unit_id,opened_at\n"),
            String::from(
                "encounter_id,resident_id,contact_id,profession,unit_id,service,modality,first_visit,started_at,status\n",
            ),
        );
        for (number, days) in days.iter().enumerate() {
            let day = jiff::civil::date(2026, 3, 20).checked_sub(jiff::Span::new().days(*days)).expect("a day");
            contacts += &format!("c{number},r{},phone,outpatient,a,{day}T08:00:00\n", number + 1);
            encounters += &format!(
                "e{number},r{},c{number},physician,a,outpatient,in_person,true,2026-03-20T09:00:00,done\n",
                number + 1
            );
        }
        county.must("contacts", &contacts);
        county.must("encounters", &encounters);
        assert_eq!(figure(&county, "access.contact_to_care_median"), (days.len() as u64, median), "{case}");
        if let Some(mean) = case["mean"].as_f64() {
            assert_eq!(figure(&county, "access.contact_to_care_mean").1, Some(mean), "{case}");
        }
        // Beside the waits that ended those that have not.
        let still: Vec<i64> =
            case["still_waiting_days"].as_array().into_iter().flatten().filter_map(Value::as_i64).collect();
        if !still.is_empty() {
            let rows: String = still
                .iter()
                .enumerate()
                .map(|(number, days)| {
                    let day = jiff::civil::date(2026, 3, 31).checked_sub(jiff::Span::new().days(*days)).expect("a day");
                    format!("s{number},r{},care_need,care,a,{day}T08:00:00\n", number + 1)
                })
                .collect();
            county.must(
                "assessments",
                &format!("assessment_id,resident_id,kind,guarantee,unit_id,need_established_at\n{rows}"),
            );
            assert_eq!(Some(figure(&county, "access.still_waiting").0), case["still_waiting"].as_u64(), "{case}");
        }
        checked += 1;
    }
    for case in cases["remote_share"].as_array().into_iter().flatten() {
        let mut county = County::new();
        let mut csv = String::from("encounter_id,resident_id,profession,unit_id,service,modality,started_at\n");
        for (class, modality) in [("visit", "in_person"), ("R52", "phone"), ("R56", "letter"), ("unknown", "")] {
            for number in 0..case["counts"][class].as_u64().expect("a count") {
                csv += &format!("{class}{number},r1,physician,a,outpatient,{modality},2026-03-03T08:00:00Z\n");
            }
        }
        county.must("encounters", &csv);
        let (n, value) = figure(&county, "access.remote_share");
        assert_eq!((n, value), (100, case["expected_remote_share"].as_f64()), "an unknown mode is in neither: {case}");
        checked += 1;
    }
    assert_eq!(checked, 3);
}
