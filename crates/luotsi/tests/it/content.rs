//! `luotsi content`: what is shipped has no fault, and a county's own is held to its places.

use std::fs;

use crate::luotsi;

#[test]
fn shipped_content_is_sound_and_a_countys_faults_are_told_at_their_places() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().display().to_string();
    let content = |words: &[&str]| {
        let output = luotsi(&[&["content"], words, &["--data", &data]].concat());
        let told = [output.stdout, output.stderr].map(|text| String::from_utf8_lossy(&text).into_owned());
        (output.status.code(), told.concat())
    };
    let (code, sound) = content(&["check"]);
    assert!(code == Some(0) && sound.ends_with(" parts, 0 faults\n"), "{sound}");
    assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 0, "nothing is made to look");
    let (_, journey) = content(&["show", "journey:s-033"]);
    assert!(journey.starts_with("# journey:s-033@") && journey.contains("\nid = \"s-033\"\n"), "{journey}");
    let own = folder.path().join("content/journeys");
    fs::create_dir_all(&own).expect("a folder");
    let text = journey.lines().skip(1).map(|line| if line.starts_with("version = ") { "version = 2" } else { line });
    fs::write(own.join("s-033.toml"), text.collect::<Vec<_>>().join("\n")).expect("a file");
    let (code, told) = content(&["check"]);
    let place = format!("  at {}/s-033.toml:", own.display());
    assert!(
        code == Some(1) && told.contains("versions under 1001 are shipped ones") && told.contains(&place),
        "{told}"
    );
    let (code, listed) = content(&["list", "journeys"]);
    assert!(code == Some(0) && listed.contains("\njourney:s-033 ") && listed.contains(" shipped "), "{listed}");
    let (code, used) = content(&["where-used", "unit:mental-clinic"]);
    assert!(code == Some(0) && used.contains("content/journeys/s-033.toml:"), "{used}");
    assert_eq!(content(&["show", "journey:none"]).0, Some(1));
}
