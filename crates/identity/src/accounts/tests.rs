use super::*;
use crate::totp;

const HOUR: i64 = 3_600_000_000;
const PASSWORD: &str = "ruskea kettu hyppää";

fn on_its_own<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().expect("a runtime").block_on(future)
}

fn accounts() -> Arc<Accounts> {
    Arc::new(Accounts::open(None, [5; 32]).expect("accounts"))
}

/// The code that an authenticator shows at an instant.
fn shown(secret: &[u8; SECRET], now: i64) -> String {
    format!("{:06}", totp::at(secret, now / 30_000_000, 1_000_000))
}

/// An account that is in use since the beginning, and the secret of its authenticator.
async fn in_use(accounts: &Arc<Accounts>, name: &str, person: &str) -> [u8; SECRET] {
    let code = accounts.add(name, person, 0).expect("stored").expect("made");
    let secret = accounts.secret(name, &code, 0).expect("read").expect("the code is right");
    let done = accounts.set_up((name, &code), PASSWORD, &shown(&secret, 0), 0).await.expect("stored");
    assert_eq!(done, Ok(person.into()));
    secret
}

#[test]
fn an_account_is_opened_by_name_password_and_code_and_each_code_once() {
    on_its_own(async {
        let accounts = accounts();
        let secret = in_use(&accounts, "Anna.Virtanen", "n1").await;
        let now = HOUR;
        let code = shown(&secret, now);
        let enter = async |name: &str, password: &str, code: &str, now: i64| {
            accounts.enter(name, password, code, now).await.expect("read")
        };
        for (name, password, code) in [
            ("anna", PASSWORD, code.as_str()),
            ("", PASSWORD, &code),
            ("anna.virtanen", "ruskea kettu hyppaa", &code),
            ("anna.virtanen", "", &code),
            ("anna.virtanen", PASSWORD, ""),
            ("anna.virtanen", PASSWORD, &shown(&secret, now + HOUR)),
        ] {
            assert_eq!(enter(name, password, code, now).await, None, "{name} {password} {code}");
        }
        // However the name is written, and the ä typed.
        let typed: String = PASSWORD.nfd().collect();
        assert_ne!(typed, PASSWORD);
        assert_eq!(enter(" ANNA.virtanen ", &typed, &code, now).await, Some("n1".into()));
        assert_eq!(enter("anna.virtanen", PASSWORD, &code, now).await, None, "the code was used");
        let before = shown(&secret, now - 30_000_000);
        assert_eq!(enter("anna.virtanen", PASSWORD, &before, now).await, None, "so was every one before it");
        let later = now + 60_000_000;
        assert_eq!(enter("anna.virtanen", PASSWORD, &shown(&secret, later), later).await, Some("n1".into()));
    });
}

#[test]
fn a_code_sets_an_account_up_once_and_within_a_day() {
    on_its_own(async {
        let accounts = accounts();
        let code = accounts.add("anna", "n1", 0).expect("stored").expect("made");
        let set_up = async |code: &str, password: &str, shown: &str, now: i64| {
            accounts.set_up(("anna", code), password, shown, now).await.expect("stored")
        };
        let secret = accounts.secret("anna", &code, 0).expect("read").expect("right");
        assert_eq!(accounts.secret("anna", "AAAA-AAAA-AAAA-AAAA", 0).expect("read"), None);
        assert_eq!(accounts.secret("other", &code, 0).expect("read"), None);
        assert_eq!(accounts.secret("anna", &code, LASTS).expect("read"), None, "a day is over");
        let now = HOUR;
        for (password, wrong) in [
            ("yksitoista!", Wrong::PasswordShort),
            ("salasana1234", Wrong::PasswordGuessed),
            ("SALASANA1234", Wrong::PasswordGuessed),
            ("abababababababab", Wrong::PasswordGuessed),
            (&"pitkä".repeat(41), Wrong::PasswordLong),
        ] {
            assert_eq!(set_up(&code, password, &shown(&secret, now), now).await, Err(wrong), "{password}");
        }
        assert_eq!(set_up(&code, PASSWORD, "000000", LASTS - 1).await, Err(Wrong::OneTimeCode));
        assert_eq!(set_up("AAAA", PASSWORD, &shown(&secret, now), now).await, Err(Wrong::SetUpCode));
        assert_eq!(accounts.all().expect("read")[0].standing, Standing::Waits { until: LASTS });
        // However it is typed.
        let typed = code.to_lowercase().replace('-', " ");
        assert_eq!(set_up(&typed, PASSWORD, &shown(&secret, now), now).await, Ok("n1".into()));
        assert_eq!(accounts.all().expect("read")[0].standing, Standing::InUse);
        assert_eq!(set_up(&code, "another password of theirs", &shown(&secret, now), now).await, Err(Wrong::SetUpCode));
        let again = accounts.enter("anna", PASSWORD, &shown(&secret, now), now).await.expect("read");
        assert_eq!(again, None, "the code with which it was set up was used");
    });
}

#[test]
fn an_account_that_is_reset_or_closed_opens_no_more() {
    on_its_own(async {
        let accounts = accounts();
        let secret = in_use(&accounts, "anna", "n1").await;
        let enter = async |secret: &[u8; SECRET], now: i64| {
            accounts.enter("anna", PASSWORD, &shown(secret, now), now).await.expect("read")
        };
        assert_eq!(enter(&secret, HOUR).await, Some("n1".into()));
        let code = accounts.reset("anna", 2 * HOUR).expect("stored").expect("there is one");
        assert_eq!(enter(&secret, 2 * HOUR).await, None);
        let new = accounts.secret("anna", &code, 2 * HOUR).expect("read").expect("right");
        assert_ne!(new, secret, "who had the authenticator has nothing any more");
        let done = accounts.set_up(("anna", &code), PASSWORD, &shown(&new, 2 * HOUR), 2 * HOUR).await.expect("stored");
        assert_eq!(done, Ok("n1".into()));
        assert_eq!(enter(&new, 3 * HOUR).await, Some("n1".into()));
        assert_eq!(accounts.close("anna"), Ok(Ok(())));
        assert_eq!(enter(&new, 4 * HOUR).await, None);
        assert_eq!(accounts.close("anna"), Ok(Err(Unable::NotThere)));
        assert_eq!(accounts.reset("anna", 0).map(|it| it.is_ok()), Ok(false));
    });
}

#[test]
fn a_person_has_one_account_and_a_name_one_person() {
    let accounts = accounts();
    let add = |name: &str, person: &str| accounts.add(name, person, 0).expect("stored").map(drop);
    assert_eq!(add("anna", "n1"), Ok(()));
    assert_eq!(add("ANNA ", "n2"), Err(Unable::NameTaken));
    assert_eq!(add("other", "n1"), Err(Unable::HasOne));
    assert_eq!(add("anna", "n1"), Err(Unable::NameTaken));
    for no_name in ["", "  ", "a\nb", &"a".repeat(65)] {
        assert_eq!(add(no_name, "n3"), Err(Unable::Name), "{no_name}");
    }
}

#[test]
fn a_name_that_is_not_there_takes_as_much_work_as_one_that_is() {
    let hash = PasswordHash::new(NOBODYS).expect("a hash");
    let real = accounts().hash(PASSWORD).expect("hashed");
    let real = PasswordHash::new(&real).expect("a hash");
    assert_eq!((hash.algorithm, hash.version, &hash.params), (real.algorithm, real.version, &real.params));
    assert_eq!(hash.hash.map(|it| it.len()), real.hash.map(|it| it.len()));
    assert_eq!(hash.salt.map(|it| it.len()), real.salt.map(|it| it.len()));
}

#[test]
fn no_more_than_some_wait_to_be_hashed_and_the_others_are_told_at_once() {
    on_its_own(async {
        let accounts = accounts();
        let secret = in_use(&accounts, "anna", "n1").await;
        let all: Vec<_> = (0..100)
            .map(|_| {
                let accounts = Arc::clone(&accounts);
                tokio::spawn(async move { accounts.enter("anna", "another password", "123456", HOUR).await })
            })
            .collect();
        let mut busy = 0;
        for it in all {
            busy += usize::from(it.await.expect("an answer").is_err());
        }
        assert_eq!(busy, 100 - AT_ONCE - WAITING);
        let entered = accounts.enter("anna", PASSWORD, &shown(&secret, HOUR), HOUR).await;
        assert_eq!(entered.expect("there is room again"), Some("n1".into()));
    });
}

#[test]
fn whoever_does_not_wait_for_the_answer_keeps_their_turn_until_it_is_hashed() {
    on_its_own(async {
        let accounts = accounts();
        let (sender, receiver) = std::sync::mpsc::channel::<()>();
        let hashing = Arc::clone(&accounts);
        let work = tokio::spawn(async move { hashing.hashed(move |_| receiver.recv()).await });
        tokio::task::yield_now().await;
        work.abort();
        assert!(work.await.is_err(), "nobody waits for it");
        assert_eq!(accounts.hashing.available_permits(), AT_ONCE - 1, "it is hashed all the same");
        sender.send(()).expect("it goes on");
    });
}

#[test]
fn the_file_opens_nothing_without_the_countys_key_and_is_its_owners_alone() {
    on_its_own(async {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("accounts.db");
        let before = Arc::new(Accounts::open(Some(&file), [5; 32]).expect("accounts"));
        let secret = in_use(&before, "anna", "n1").await;
        drop(before);
        let mode = std::os::unix::fs::PermissionsExt::mode(&file.metadata().expect("a file").permissions());
        assert_eq!(mode & 0o777, 0o600);
        let bytes = std::fs::read(&file).expect("a file");
        let holds = |what: &[u8]| bytes.windows(what.len()).any(|window| window == what);
        assert!(!holds(&secret) && !holds(totp::base32(&secret).as_bytes()) && !holds(PASSWORD.as_bytes()));
        for (key, opens) in [([6; 32], None), ([5; 32], Some("n1".to_string()))] {
            let accounts = Arc::new(Accounts::open(Some(&file), key).expect("accounts"));
            let entered = accounts.enter("anna", PASSWORD, &shown(&secret, HOUR), HOUR).await.expect("read");
            assert_eq!(entered, opens, "{key:?}");
        }
    });
}

#[test]
fn passwords_that_are_guessed_are_written_as_they_are_compared() {
    for line in GUESSED.lines() {
        assert!(line.chars().count() >= LEAST_PASSWORD, "{line} is refused as too short");
        assert_eq!(line, line.to_lowercase().nfc().collect::<String>(), "{line}");
    }
}
