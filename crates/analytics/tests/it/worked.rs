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
    for case in cases["cases"].as_array().into_iter().flatten().filter(|case| case.get("patients").is_some()) {
        let patients: Vec<(String, Vec<Option<String>>)> = case["patients"]
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
        let index = case["index"].as_str().unwrap_or("");
        let tolerance = case["tolerance"].as_f64().unwrap_or(1e-9);
        let id = &case["id"];
        if patients.is_empty() {
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
