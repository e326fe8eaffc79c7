//! Ready answers: offered by unit, the client's own language first, and added to what was typed.

use content::{Found, Library};
use jiff::civil::date;

use crate::desk::{post, written};
use crate::pages::{fixture, get, signed_in};
use crate::{app_over, on_its_own};

/// Parts for everybody, for the unit of the tests and for another.
fn library() -> Library {
    let part = |id: &str, units: &str, fi: &str| {
        let text = format!(
            "id = \"{id}\"\nversion = 1\n{units}\nname = {{ fi = \"Nimi {id}\", sv = \"Namn {id}\", en = \"Name {id}\" }}\n\
             [[phrase]]\nid = \"one\"\ntitle = {{ fi = \"Otsikko {id}\", sv = \"Rubrik {id}\", en = \"Title {id}\" }}\n\
             text = {{ fi = \"{fi}\", sv = \"På svenska {id}\", en = \"In English {id}\" }}\n"
        );
        Found::shipped(&format!("content/canned/{id}.toml"), &text)
    };
    let found = [
        part("all", "", "Kaikille & \\\"kaikille\\\""),
        part("small", "units = [\"small\"]", "Pienille"),
        part("other", "units = [\"other\"]", "Muille"),
    ];
    let library = Library::read(kinds::content::FOLDERS, &found, &|_, _| true);
    assert_eq!(library.faults, []);
    library
}

#[test]
fn a_ready_answer_comes_after_what_was_typed_in_the_language_of_the_client() {
    on_its_own(async {
        let app = app_over(fixture(0.5, true), false).await;
        app.take_content(&library(), date(2026, 1, 7));
        let nurse = signed_in(&app, "nurse").await;
        let contact = written(&app, "c1", "Ont i ryggen", "sv-FI").await;
        let path = format!("/desk/contacts/{}", contact.id);
        assert_eq!(post(&app, &nurse, &format!("{path}/claim"), "").await.0, 303);
        let (_, page) = get(&app, &format!("{path}?lang=en"), &nurse).await;
        let offered: Vec<&str> = page
            .split("<option value=\"")
            .skip(1)
            .filter_map(|it| it.split('"').next())
            .filter(|it| it.contains("/one"))
            .collect();
        let expected = ["sv/all/one", "sv/small/one", "fi/all/one", "fi/small/one", "en/all/one", "en/small/one"];
        assert_eq!(offered, expected, "their own language first, of their unit alone");
        assert!(page.contains("Swedish: Name all") && page.contains("Title all"), "named in the reader's language");
        assert!(page.contains("data-text=\"Kaikille &amp; &quot;kaikille&quot;\""), "for a script, as it is");
        let add = async |form: &str| post(&app, &nurse, &format!("{path}/phrase?lang=en"), form).await;
        for (typed, phrase, expected) in [
            ("", "sv/all/one", Some("På svenska all")),
            ("Hej!+", "sv/small/one", Some("Hej!\n\nPå svenska small")),
            ("Hej!", "en/all/one", Some("Hej!\n\nIn English all")),
            ("Hej!", "sv/other/one", None),
            ("Hej!", "sv/all/two", None),
            ("Hej!", "de/all/one", None),
            ("Hej!", "", None),
        ] {
            let (status, _, page) = add(&format!("client_id=k&text={typed}&noted=Muista&phrase={phrase}")).await;
            let text = expected.unwrap_or("Hej!");
            assert_eq!(status, if expected.is_some() { 200 } else { 422 }, "{phrase}");
            assert!(
                page.contains(&format!(">{text}</textarea>")) && page.contains(">Muista</textarea>"),
                "{phrase}: {page}"
            );
            assert_eq!(page.contains("Choose the ready answer"), expected.is_none(), "{phrase}");
        }
        let (_, again) = get(&app, &path, &nurse).await;
        assert!(again.contains(">Hej!</textarea>"), "it is a draft like what was typed");
        // A contact of another language that has no phrases is offered those of the reader's.
        let contact = written(&app, "c2", "Spina", "ru").await;
        let path = format!("/desk/contacts/{}", contact.id);
        assert_eq!(post(&app, &nurse, &format!("{path}/claim"), "").await.0, 303);
        let (_, page) = get(&app, &format!("{path}?lang=en"), &nurse).await;
        let first = page.split("<option value=\"").find(|it| it.contains("/one")).unwrap_or_default();
        assert!(first.starts_with("en/all/one"), "{first}");
    });
}
