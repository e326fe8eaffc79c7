//! Connections of strangers over real sockets: who says nothing, asks slowly or does not read is let go, and others are
//! answered meanwhile.

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use serde_json::json;

use crate::luotsi;
use crate::serving::{Server, call, opening, token};

/// Every such connection is closed within this.
const CLOSED_WITHIN: Duration = Duration::from_secs(40);
/// Connections of each kind.
const EACH: usize = 8;

/// A way to hold a connection: what is sent at first, and again and again after that.
type Holding = (&'static str, String, &'static [u8]);

fn connected(address: &str) -> TcpStream {
    let stream = TcpStream::connect(address).expect("connected");
    stream.set_read_timeout(Some(Duration::from_millis(200))).expect("a timeout");
    stream
}

/// Signs in with a token; the cookie to send.
fn signed_in(address: &str, token: &str) -> String {
    let (mut stream, mut answer) = (TcpStream::connect(address).expect("connected"), String::new());
    let form = format!("token={token}");
    let kind = "Content-Type: application/x-www-form-urlencoded\r\nConnection: close\r\n";
    let head = format!("POST /sign-in HTTP/1.1\r\nHost: {address}\r\n{kind}Content-Length: {}\r\n\r\n", form.len());
    stream.write_all((head + &form).as_bytes()).expect("asked");
    stream.read_to_string(&mut answer).expect("an answer");
    let cookie = answer.split("session=").nth(1).and_then(|rest| rest.split(';').next());
    format!("session={}", cookie.unwrap_or_else(|| panic!("signed in: {answer}")))
}

/// Whether the other side has closed; what it sends is read.
fn is_closed(stream: &mut TcpStream) -> bool {
    let mut bytes = [0; 4096];
    match stream.read(&mut bytes) {
        Ok(0) => true,
        Ok(_) => false,
        Err(error) => !matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut),
    }
}

#[test]
fn whoever_holds_a_connection_without_asking_for_anything_is_let_go() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server::start(&folder.path().join("county"));
    let at = server.address.clone();
    let head = |method: &str, path: &str, more: &str| format!("{method} {path} HTTP/1.1\r\nHost: {at}\r\n{more}\r\n");
    let posted = |length: &str| head("POST", "/contact", &format!("Content-Length: {length}\r\n"));
    // Administrators bring files that are too large for the time of other bodies.
    let admin = token(&folder.path().join("county").display().to_string(), "admin", "county");
    let cookie = signed_in(&at, &admin);
    let brought = |begun: &str| {
        let kind = "Content-Type: multipart/form-data; boundary=x\r\nContent-Length: 5000\r\n";
        head("POST", "/admin/imports", &format!("Cookie: {cookie}\r\n{kind}")) + begun
    };
    let part = |name: &str| format!("--x\r\nContent-Disposition: form-data; name=\"{name}\"; filename=\"a\"\r\n\r\n");
    let ways: [Holding; 12] = [
        ("a form that does not come", brought(""), b""),
        ("a file that does not come", brought(&part("file")), b""),
        ("a slow file", brought(&part("file")), b"a"),
        ("a slow part before the file", brought(&part("other")), b"a"),
        ("nothing at all", String::new(), b""),
        ("half a head", "GET / HTTP/1.1\r\nHost: a\r\n".into(), b""),
        ("a slow head", "GET / HTTP/1.1\r\nHost: a\r\n".into(), b"x-a: b\r\n"),
        ("a body that does not come", posted("5000"), b""),
        ("a slow body", posted("5000"), b"a"),
        ("a slow body in chunks", head("POST", "/api/contacts", "Transfer-Encoding: chunked\r\n"), b"1\r\na\r\n"),
        ("kept alive", head("GET", "/healthz", ""), b""),
        ("a slow body where none is taken", head("GET", "/healthz", "Content-Length: 5000\r\n"), b"a"),
    ];
    let begun = Instant::now();
    let mut held: Vec<(&Holding, TcpStream)> = Vec::new();
    for way in &ways {
        for _ in 0..EACH {
            let mut stream = connected(&at);
            stream.set_read_timeout(Some(Duration::from_millis(2))).expect("a timeout");
            stream.write_all(way.1.as_bytes()).expect("sent");
            held.push((way, stream));
        }
    }
    while !held.is_empty() && begun.elapsed() < CLOSED_WITHIN {
        held.retain_mut(|(way, stream)| !is_closed(stream) && (way.2.is_empty() || stream.write_all(way.2).is_ok()));
        std::thread::sleep(Duration::from_millis(400));
    }
    let left: Vec<&str> = held.iter().map(|(way, _)| way.0).collect();
    assert!(left.is_empty(), "after {:?} there still are: {left:?}", begun.elapsed());
    eprintln!("all {} connections were closed within {:.0} s", ways.len() * EACH, begun.elapsed().as_secs_f64());
}

#[test]
fn where_descriptors_are_scarce_the_silent_make_room_for_those_who_ask() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("county");
    let mut program = Command::new("sh");
    program.args(["-c", "ulimit -n 160; exec \"$0\" \"$@\"", env!("CARGO_BIN_EXE_luotsi")]);
    let server = Server::start_with(program, &data);
    let silent: Vec<TcpStream> = (0..200).map(|_| connected(&server.address)).collect();
    for number in 0..5 {
        let begun = Instant::now();
        let opened = call(&server.address, "POST", "/api/contacts", "", Some(&opening(&format!("c{number}"))));
        assert_eq!(opened.map(|(status, _)| status), Some(201), "somebody asks");
        assert!(begun.elapsed() < Duration::from_secs(45), "and is answered after {:?}", begun.elapsed());
    }
    drop(silent);
    // Half requests come one after another, and whoever asks needs a moment to begin.
    let is_over = Arc::new(AtomicBool::new(false));
    let halves: Vec<_> = (0..2)
        .map(|_| {
            let (address, is_over) = (server.address.clone(), Arc::clone(&is_over));
            std::thread::spawn(move || {
                let mut kept = std::collections::VecDeque::new();
                while !is_over.load(Ordering::Relaxed) {
                    if let Ok(mut half) = TcpStream::connect(&address) {
                        let head =
                            format!("POST /api/contacts HTTP/1.1\r\nHost: {address}\r\nContent-Length: 90\r\n\r\n{{");
                        let _ = half.write_all(head.as_bytes());
                        kept.push_back(half);
                    }
                    if kept.len() > 100 {
                        kept.pop_front();
                    }
                    std::thread::sleep(Duration::from_millis(40));
                }
            })
        })
        .collect();
    std::thread::sleep(Duration::from_secs(4));
    let answered = (0..12).filter(|_| {
        let mut stream = connected(&server.address);
        std::thread::sleep(Duration::from_millis(150));
        let asked = format!("GET /healthz HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", server.address);
        let mut answer = String::new();
        let _ = stream.write_all(asked.as_bytes()).and_then(|()| stream.read_to_string(&mut answer));
        answer.starts_with("HTTP/1.1 200")
    });
    let answered = answered.count();
    is_over.store(true, Ordering::Relaxed);
    halves.into_iter().for_each(|it| it.join().expect("ended"));
    assert!(answered >= 11, "{answered} of 12 were answered");
}

fn memory(server: &Server) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", server.id())).expect("a process");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("its memory");
    line.split_whitespace().next().and_then(|kib| kib.parse::<u64>().ok()).expect("a number") / 1024
}

#[test]
fn answers_that_nobody_reads_do_not_fill_the_memory() {
    const WRITTEN: usize = 400;
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server::start(&folder.path().join("county"));
    let (_, opened) = call(&server.address, "POST", "/api/contacts", "", Some(&opening("c"))).expect("an answer");
    let of = |field: &str| opened[field].as_str().expect("text").to_string();
    let (contact, code) = (of("contact"), of("resume_code"));
    let text = json!({ "text": format!("a{}b", "\n".repeat(9_998)) });
    let writers: Vec<_> = (0..8)
        .map(|writer| {
            let (address, contact, code) = (server.address.clone(), contact.clone(), code.clone());
            let text = text.clone();
            std::thread::spawn(move || {
                for number in 0..WRITTEN / 8 {
                    let path = format!("/api/conversations/{contact}/messages/m{writer}-{number}");
                    assert_eq!(call(&address, "PUT", &path, &code, Some(&text)).expect("an answer").0, 201);
                }
            })
        })
        .collect();
    writers.into_iter().for_each(|writer| writer.join().expect("written"));
    let before = memory(&server);
    let paths = ["/contact/thread?all=1".to_string(), format!("/api/conversations/{contact}/messages")];
    let unread: Vec<TcpStream> = (0..24)
        .map(|number| {
            let mut stream = connected(&server.address);
            let (path, at) = (&paths[number % 2], &server.address);
            let who = format!("Cookie: contact={code}\r\nAuthorization: Bearer {code}\r\n");
            stream.write_all(format!("GET {path} HTTP/1.1\r\nHost: {at}\r\n{who}\r\n").as_bytes()).expect("asked");
            stream
        })
        .collect();
    let mut most = before;
    for _ in 0..20 {
        std::thread::sleep(Duration::from_millis(150));
        most = most.max(memory(&server));
    }
    eprintln!("24 answers that nobody reads: {before} MiB before, {most} MiB at most");
    assert!(most - before <= 200, "from {before} to {most} MiB");
    drop(unread);
}

#[test]
fn a_body_that_is_too_large_is_refused_and_who_sent_it_hears_why() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server::start(&folder.path().join("county"));
    for (method, path) in [
        ("POST", "/api/contacts"),
        ("PUT", "/api/conversations/00000000-0000-0000-0000-000000000000/messages/m1"),
        ("POST", "/contact"),
    ] {
        for size in [300_000, 10_000_000] {
            let mut stream = connected(&server.address);
            stream.set_read_timeout(Some(Duration::from_secs(20))).expect("a timeout");
            let at = &server.address;
            let head = format!("{method} {path} HTTP/1.1\r\nHost: {at}\r\nConnection: close\r\n");
            stream.write_all(format!("{head}Content-Length: {size}\r\n\r\n").as_bytes()).expect("the head");
            stream.write_all(&vec![b'a'; size]).expect("the body is taken");
            let mut answer = String::new();
            stream.read_to_string(&mut answer).expect("the answer is whole");
            let status = answer.split(' ').nth(1).expect("a status");
            let expected = if path == "/contact" { "422" } else { "413" };
            assert_eq!(status, expected, "{method} {path} {size}: {answer}");
        }
    }
}

/// A server that is asked under a name that somebody else has made lead here does not answer.
#[test]
fn a_server_answers_under_its_own_names() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("county");
    let ask = |server: &Server, version: &str, path: &str, host: &str| {
        let mut stream = connected(&server.address);
        stream.set_read_timeout(Some(Duration::from_secs(20))).expect("a timeout");
        stream.write_all(format!("GET {path} {version}\r\n{host}Connection: close\r\n\r\n").as_bytes()).expect("asked");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("an answer");
        answer.split(' ').nth(1).and_then(|status| status.parse::<u16>().ok()).expect("a status")
    };
    let server = Server::start(&data);
    for (version, path, host, expected) in [
        ("HTTP/1.1", "/", "Host: anything.example\r\n", 200),
        ("HTTP/1.1", "/", "", 400),
        ("HTTP/1.1", "/", "Host: a.example\r\nHost: b.example\r\n", 400),
        ("HTTP/1.0", "/", "", 200),
    ] {
        assert_eq!(ask(&server, version, path, host), expected, "{version} {host}");
    }
    drop(server);
    std::fs::write(data.join("county.toml"), "hosts = [\"yhteys.example\", \"[::1]\"]\n").expect("settings");
    let server = Server::start(&data);
    for (path, host, expected) in [
        ("/", "Host: yhteys.example\r\n", 200),
        ("/", "Host: Yhteys.Example:8080\r\n", 200),
        ("/", "Host: [::1]:8080\r\n", 200),
        ("/", "Host: evil.example\r\n", 421),
        ("/", "Host: yhteys.example.evil.example\r\n", 421),
        ("/api/openapi.json", "Host: evil.example\r\n", 421),
        ("/healthz", "Host: 127.0.0.1\r\n", 200),
    ] {
        assert_eq!(ask(&server, "HTTP/1.1", path, host), expected, "{path} {host}");
    }
}

/// A unit has a queue when it is among the units that are published.
const PUBLISHED: &str = "the units are published";

/// The command line's record of somebody's work holds for those who are signed in, and for what is made for them.
#[test]
fn who_works_here_no_more_is_given_no_token() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("county");
    let path = data.display().to_string();
    let run = |arguments: &[&str]| luotsi(&[arguments, &["--data", &path]].concat());
    let must = |arguments: &[&str]| {
        let output = run(arguments);
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("text").trim().to_string()
    };
    must(&["unit", "set", "county", "--name", "Alue", "--level", "county", "--from", "2026-01-01"]);
    for unit in ["west", "east"] {
        let below = ["--level", "unit", "--parent", "county", "--from", "2026-01-01"];
        must(&[&["unit", "set", unit, "--name", unit], below.as_slice()].concat());
    }
    let set = |unit: &'static str| ["professional", "set", "n", "--profession", "nurse", "--unit", unit];
    let make = ["token", "--role", "nurse", "--id", "n", "--unit", "west"];
    let before = must(&make);
    must(&[set("west").as_slice(), &["--from", "2026-01-01"]].concat());
    let server = Server::start(&data);
    let sees = |bearer: &str, unit: &str| {
        call(&server.address, "GET", &format!("/api/queues/{unit}"), bearer, None).map(|(status, _)| status)
    };
    let soon = |what: &str, is_so: &dyn Fn() -> bool| {
        let (begun, within) = (Instant::now(), if what == PUBLISHED { 60 } else { 10 });
        while !is_so() {
            assert!(begun.elapsed() < Duration::from_secs(within), "{what}, within {within} s");
            std::thread::sleep(Duration::from_millis(100));
        }
    };
    let now = must(&make);
    soon(PUBLISHED, &|| sees(&now, "west") == Some(200) && sees(&before, "west") == Some(200));
    must(&set("east"));
    soon("moved", &|| sees(&now, "west") == Some(404) && sees(&before, "west") == Some(404));
    assert!(!run(&make).status.success(), "none for where they were");
    let east = must(&["token", "--role", "nurse", "--id", "n", "--unit", "east"]);
    soon("the new unit", &|| sees(&east, "east") == Some(200));
    // Another leaves, who has been there since before today.
    let other = ["professional", "set", "m", "--profession", "nurse", "--unit", "east", "--from", "2026-01-01"];
    must(&other);
    let theirs = must(&["token", "--role", "nurse", "--id", "m", "--unit", "east"]);
    soon("before", &|| sees(&theirs, "east") == Some(200));
    must(&["professional", "end", "m"]);
    soon("gone", &|| sees(&theirs, "east") == Some(404) && sees(&east, "east") == Some(200));
    for unit in ["west", "east", "county"] {
        let refused = run(&["token", "--role", "nurse", "--id", "m", "--unit", unit]);
        assert_eq!(refused.status.code(), Some(1), "{unit}");
        let said = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert!(said.contains("works here no more") && said.contains("try: "), "{said}");
    }
}
