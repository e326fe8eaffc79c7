//! Pages that are wrong in known ways make known failures: what was not met is never passed over.

use std::cell::RefCell;
use std::rc::Rc;

use content::{Catalogue, File, Origin};
use jiff::civil::date;

use super::*;
use crate::http::{Answer, Request};

/// A desk as it should be: a list, a matter with a form, and what follows when it is sent.
const LIST: &str = r#"<main><h1>Työlista</h1><table><caption>Yhteydenotot</caption>
    <tr><th>Onni</th><td><ul><li>Odottaa 29.6.</li></ul></td><td><a href="/desk/1">Avaa</a></td></tr>
    <tr><th>Veera</th><td>Odottaa&nbsp;30.6.</td><td><a href="/desk/2">Avaa</a></td></tr></table></main>"#;
const MATTER: &str = r#"<main><h1>Onni</h1><form method="post" action="/desk/1">
    <input type="hidden" name="client_id" value="c&amp;1"><label for="text">Viesti</label><textarea id="text" name="text"></textarea>
    <fieldset><legend>Tapa</legend><input type="radio" name="way" id="a" value="phone"><label for="a">Puhelin</label>
    <input type="radio" name="way" id="b" value="video" checked><label for="b">Video</label></fieldset>
    <label>Kieli <select name="language"><option value="fi">suomi</option><option value="sv">svenska</option>
    <optgroup label="Muut: viittomat"><option value="fse">suomi</option></optgroup></select></label>
    <input type="checkbox" id="done" name="done"><label for="done">Valmis</label>
    <button name="act" value="send">Lähetä</button></form><details><summary>Ohje</summary><p>Kirjoita lyhyesti.</p></details></main>"#;

/// A server whose pages are given, with what was sent to it.
fn site(pages: &[(&'static str, u16, String)]) -> (Fetch, Rc<RefCell<Vec<Request>>>) {
    let sent = Rc::new(RefCell::new(Vec::new()));
    let (log, pages) = (Rc::clone(&sent), pages.to_vec());
    let fetch = move |request: &Request| {
        log.borrow_mut().push(request.clone());
        let html = |status, body: &str| {
            let headers = vec![("content-type".to_string(), "text/html; charset=utf-8".to_string())];
            Ok(Answer { status, headers, body: body.as_bytes().to_vec() })
        };
        let is_it = |path: &str| path == format!("{} {}", request.method, request.path) || path == request.path;
        match pages.iter().find(|(path, ..)| is_it(path)) {
            Some((_, 303, to)) => {
                Ok(Answer { status: 303, headers: vec![("location".into(), to.clone())], body: vec![] })
            }
            Some((_, status, body)) => html(*status, body),
            None if request.path == "/sign-in" => html(200, ""),
            None => html(404, "<h1>Sivua ei ole</h1>"),
        }
    };
    (Rc::new(fetch), sent)
}

fn right() -> Vec<(&'static str, u16, String)> {
    vec![
        ("/desk", 200, LIST.into()),
        ("GET /desk/1", 200, MATTER.into()),
        ("POST /desk/1", 303, "/desk/1/sent".into()),
        (
            "/desk/1/sent",
            200,
            "<h1>Onni</h1><p role=\"status\">Lähetetty klo 9.00</p><p>Numero: <b>NEBS-F29A</b>. Tarvitset sitä.</p>"
                .into(),
        ),
    ]
}

/// A journey of three steps, of which the second has these lines.
fn journey(lines: &str) -> Journey {
    let names = "{ fi = \"a\", sv = \"b\", en = \"tells\" }";
    let step = format!("[[step]]\nwho = \"nurse\"\npage = \"/desk\"\ntell = {names}\n");
    let seen = "see = [{ text = \"Onni\" }]\n";
    let text = format!(
        "id = \"s-001\"\nversion = 1\nsystem = \"S-001\"\ntitle = {names}\n[who.nurse]\nrole = \"lead\"\nas = \"nurse@a\"\n\
         {step}{seen}{step}{lines}\n{step}{seen}"
    );
    let file = File { path: "content/journeys/s-001.toml", text: &text, origin: Origin::Shipped };
    let (journeys, faults) = Catalogue::<Journey>::read(&[file], &|_, _| true);
    assert!(faults.is_empty(), "{}", faults[0]);
    journeys.all().next().expect("a journey").content.clone()
}

/// Plays it in a county with these pages, whose figure is first the one and then the other.
fn played(
    lines: &str,
    pages: &[(&'static str, u16, String)],
    figures: [Option<f64>; 2],
) -> (Result<(), String>, Vec<Request>) {
    let (fetch, sent) = site(pages);
    let mut read = 0;
    let mut figure = |_: &Reading| {
        read += 1;
        Ok(figures[usize::from(read > 1)])
    };
    let begins = date(2026, 3, 9).at(8, 0, 0, 0);
    let mut county = County {
        fetch,
        origin: "http://127.0.0.1:1".into(),
        begins,
        move_clock: &mut |_| Ok(()),
        publish: &mut |_, _| Ok(()),
        figure: &mut figure,
        refusals: &|_, code| if code == "taken" { vec![vec!["Aika ei ole enää vapaa".into()]] } else { vec![] },
        files: Path::new("."),
        data: Path::new("."),
    };
    let told = play(&journey(lines), &mut county);
    let sent = sent.borrow().clone();
    (told, sent)
}

const ACTS: &str = r#"do = [
    { follow = "Avaa", within = "Onni" }, { write = "Hei & moi", in = "Viesti" }, { choose = "Puhelin", in = "Tapa" },
    { choose = "svenska", in = "Kieli" }, { tick = "Valmis" }, { press = "Lähetä" }, { keep = "number", in = "Numero" } ]
see = [{ role = "status", name = "Lähetetty" }, { text = "{number}. Tarvitset sitä." }]
unseen = [{ text = "Veera" }]"#;

#[test]
fn a_person_reads_fills_and_sends_and_all_of_the_form_goes() {
    let (told, sent) = played(ACTS, &right(), [None, None]);
    told.expect("it plays to its end");
    let post = sent.iter().rfind(|request| request.method == "POST").expect("it is sent");
    let body = String::from_utf8_lossy(&post.body);
    assert_eq!(body, "client_id=c%261&text=Hei+%26+moi&way=phone&language=sv&done=on&act=send");
    let header = |name: &str| post.headers.iter().find(|(it, _)| *it == name).map(|(_, value)| value.as_str());
    assert_eq!(header("Origin"), Some("http://127.0.0.1:1"));
    assert_eq!(header("Referer"), Some("http://127.0.0.1:1/desk/1"));
}

/// Changes one page, and expects a failure that says so.
fn fails(lines: &str, from: &str, to: &str, expected: &str) {
    let mut pages = right();
    for page in &mut pages {
        page.2 = page.2.replace(from, to);
    }
    let told = played(lines, &pages, [None, None]).0.expect_err(expected);
    assert!(told.contains(expected), "{told}");
    assert!(told.starts_with("S-001: step 2 (tells): "), "{told}");
}

#[test]
fn what_is_wrong_on_a_page_ends_the_journey_and_says_what_there_was() {
    fails(ACTS, r#"<label for="text">Viesti</label>"#, "Viesti", "there is no textbox “Viesti”; there is “”");
    fails(ACTS, "href=\"/desk/1\"", "href=\"/desk/9\"", "follow “Avaa” within “Onni”: it is refused with 404");
    fails(
        ACTS,
        "</form>",
        "<button>Lähetä</button></form>",
        "2 are called “Lähetä”: “Lähetä”, “Lähetä”; say within what",
    );
    fails(ACTS, "<button name", "<button disabled name", "it is disabled");
    fails(ACTS, "<button name", "<button type=\"button\" name", "does nothing without a script");
    fails(ACTS, "<button name", "<button hidden name", "there is no button “Lähetä”; there is “Ohje”");
    fails(ACTS, "<textarea id", "<textarea maxlength=\"3\" id", "takes at most 3 characters");
    fails(ACTS, "Lähetetty", "Lähetettykö", "the status “Lähetetty” is not seen");
    fails(ACTS, "</p><p>Numero", "</p><p>Veera</p><p>Numero", "the text “Veera” is seen, and is not to be");
    fails(ACTS, "Numero", "Tunnus", "tells nothing beside “Numero”");
    fails(ACTS, "<main><h1>Onni", "<main><p><h1>Onni", "do not nest");
    fails("do = [{ follow = \"Avaa\" }]\nsee = [{ text = \"x\" }]", "", "", "2 are called “Avaa”");
    fails(
        "do = [{ follow = \"Avaa\", within = \"Joel\" }]\nsee = [{ text = \"x\" }]",
        "",
        "",
        "nothing on the page holds “Joel”",
    );
    fails(
        "do = [{ follow = \"Avaa\", within = \"Onni\" }]\nsee = [{ text = \"Kirjoita lyhyesti.\" }]",
        "",
        "",
        "is not seen",
    );
    fails("see = [{ text = \"30.6.\", within = \"Onni\" }]", "", "", "the text “30.6.” within “Onni” is not seen");
    // Something not seen in what is not there proves nothing.
    fails("unseen = [{ text = \"29.6.\", within = \"Joel\" }]", "", "", "nothing on the page holds “Joel”");
}

#[test]
fn the_failure_shows_the_page_as_it_was_met() {
    let told = played("see = [{ text = \"x\" }]", &right(), [None, None]).0.expect_err("nothing such");
    assert!(
        told.contains(
            "/desk (200)\nmain\n  heading “Työlista”\n  table “Yhteydenotot”\n    text “Yhteydenotot”\n    row"
        ),
        "{told}"
    );
}

#[test]
fn what_is_folded_is_seen_once_it_is_opened() {
    let lines = "do = [{ follow = \"Avaa\", within = \"Onni\" }, { press = \"Ohje\" }]\nsee = [{ text = \"Kirjoita lyhyesti.\" }]";
    played(lines, &right(), [None, None]).0.expect("it is seen");
}

#[test]
fn a_link_that_is_told_as_a_button_is_pressed() {
    let mut pages = right();
    pages[1].2 = MATTER.replace("</main>", "<a role=\"button\" href=\"/desk/1/sent\">Katso lähetetyt</a></main>");
    let lines = "do = [{ follow = \"Avaa\", within = \"Onni\" }, { press = \"Katso lähetetyt\" }]\nsee = [{ text = \"Lähetetty\" }]";
    played(lines, &pages, [None, None]).0.expect("it leads there");
}

#[test]
fn a_refusal_has_to_come() {
    let lines = "do = [{ follow = \"Avaa\", within = \"Onni\" }, { press = \"Lähetä\", refused = \"taken\" }]";
    fails(lines, "", "", "it is not refused with taken: the page (200) does not say so");
    fails(&lines.replace("\"taken\"", "\"owned\""), "", "", "there is no text for it");
    fails(&lines.replace("\"taken\"", "\"not_found\""), "", "", "it is not refused: 200, not 404");
    let mut pages = right();
    pages[2] = ("POST /desk/1", 409, "<h1>Onni</h1><p role=\"alert\">Aika ei ole enää vapaa.</p>".into());
    played(lines, &pages, [None, None]).0.expect("it is refused");
    let unexpected =
        "do = [{ follow = \"Avaa\", within = \"Onni\" }, { press = \"Lähetä\" }]\nsee = [{ text = \"Onni\" }]";
    let told = played(unexpected, &pages, [None, None]).0.expect_err("it is refused");
    assert!(told.contains("press “Lähetä”: it is refused with 409"), "{told}");
}

#[test]
fn a_figure_has_to_move_by_as_much() {
    let figure =
        |rest: &str| format!("[[step.figure]]\nmeasure = \"volume.contacts\"\nunit = \"a\"\nmonth = \"this\"\n{rest}");
    let lines = |rest: &str| format!("see = [{{ text = \"Onni\" }}]\n{}", figure(rest));
    let told = |rest: &str, figures| played(&lines(rest), &right(), figures).0;
    told("by = 1.0", [Some(4.0), Some(5.0)]).expect("it moved");
    told("before = 4.0\nafter = 5.0", [Some(4.0), Some(5.0)]).expect("it moved");
    for (rest, figures, expected) in [
        ("by = 1.0\nsince = \"acts\"", [Some(4.0), Some(4.0)], "moved from 4 to 4, not by 1"),
        ("by = 1.0\nsince = \"step\"", [Some(4.0), Some(6.0)], "moved from 4 to 6, not by 1"),
        ("by = 1.0", [Some(4.0), Some(4.0)], "moved from 4 to 4, not by 1"),
        ("by = 1.0", [Some(4.0), None], "is not there"),
        ("by = 0.0", [None, Some(4.0)], "was not there before"),
        ("value = 5.0", [Some(4.0), None], "is 4, not 5"),
        ("before = 3.0\nafter = 5.0", [Some(4.0), Some(5.0)], "was 4, not 3"),
    ] {
        let why = told(rest, figures).expect_err(expected);
        assert!(why.contains(&format!("volume.contacts of a in 2026-03 {expected}")), "{why}");
    }
}

#[test]
fn a_port_brings_what_it_has_and_tells_of_what_it_was_given() {
    let data = std::env::temp_dir().join(format!("luotsi-port-{}", std::process::id()));
    let folder = data.join("ports/sms");
    std::fs::create_dir_all(folder.join("out")).expect("a folder");
    for (name, text) in [("1.json", "Aika on maanantaina"), ("2.json", "Kerro lisää"), ("3.partial", "Kerro lisää")]
    {
        std::fs::write(folder.join("out").join(name), text).expect("a file");
    }
    assert_eq!(ports::last(&folder, "Kerro lisää").as_deref(), Some("2"));
    assert_eq!(ports::last(&folder, "Aika on").as_deref(), Some("1"));
    // The other side of the port: it takes what lies there.
    let taken = std::thread::spawn({
        let path = folder.join("in/s-001-1.json");
        move || loop {
            if let Ok(text) = std::fs::read_to_string(&path) {
                std::fs::remove_file(&path).expect("taken");
                return text;
            }
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
    });
    let names = "{ fi = \"a\", sv = \"b\", en = \"c\" }";
    let step = format!("[[step]]\nwho = \"operator\"\npage = \"/\"\ntell = {names}\n");
    let acts = "do = [{ keep = \"sent\", in = \"port:sms\", within = \"Aika on\" }, { put = '{\"id\": \"{sent}\"}', in = \"port:sms\" }]";
    let text = format!(
        "id = \"s-001\"\nversion = 1\nsystem = \"S-001\"\ntitle = {names}\n[who.operator]\nrole = \"port\"\nas = \"sms\"\n\
         {step}{acts}\n{step}{step}"
    );
    let file = File { path: "content/journeys/s-001.toml", text: &text, origin: Origin::Shipped };
    let (journeys, faults) = Catalogue::<Journey>::read(&[file], &|_, _| true);
    assert!(faults.is_empty(), "{}", faults[0]);
    let (fetch, sent) = site(&[]);
    let mut county = County {
        fetch,
        origin: "http://127.0.0.1:1".into(),
        begins: date(2026, 3, 9).at(8, 0, 0, 0),
        move_clock: &mut |_| Ok(()),
        publish: &mut |_, _| Ok(()),
        figure: &mut |_| Ok(None),
        refusals: &|_, _| vec![],
        files: Path::new("."),
        data: &data,
    };
    play(&journeys.all().next().expect("a journey").content, &mut county).expect("it plays to its end");
    assert_eq!(taken.join().expect("it took it"), r#"{"id": "1"}"#);
    assert!(sent.borrow().is_empty(), "no page is opened");
    std::fs::remove_dir_all(&data).expect("removed");
}

#[test]
fn of_options_of_one_name_the_group_tells_which() {
    let choose = |option: &str| ACTS.replace("choose = \"svenska\"", &format!("choose = \"{option}\""));
    let (told, sent) = played(&choose("Muut: viittomat: suomi"), &right(), [None, None]);
    told.expect("it plays to its end");
    let post = sent.iter().rfind(|request| request.method == "POST").expect("it is sent");
    assert!(String::from_utf8_lossy(&post.body).contains("language=fse"));
    fails(&choose("suomi"), "", "", "“Kieli” has several “suomi”");
    fails(&choose("Toiset: suomi"), "", "", "“Kieli” has no “Toiset: suomi”");
}
