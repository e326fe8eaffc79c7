//! Peers on this machine: real sockets, one connection after another, each met as the test says.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// The way in which a peer meets a connection.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Does {
    Takes,
    /// Nobody listens.
    Refuses,
    /// It says nothing from the beginning.
    Hangs,
    /// It has the message, and says nothing.
    HangsAfter,
    /// It has the message, and hangs up.
    DiesAfter,
    /// It hangs up while the message comes.
    DiesWithin,
    Answers(&'static str),
    /// SMTP: to whom it goes is answered so.
    Rcpt(&'static str),
    Twice,
}

/// A peer, and the messages that it has in hand.
pub struct Peer {
    pub address: String,
    pub has: Arc<Mutex<Vec<String>>>,
}

/// Longer than any patience here.
const LONG: Duration = Duration::from_secs(2);

/// Meets connections one after another, each as the list says, and all that come after it by taking what they bring.
pub fn peer(meet: fn(TcpStream, Does, &Mutex<Vec<String>>) -> std::io::Result<()>, does: Vec<Does>) -> Peer {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a socket");
    let address = listener.local_addr().expect("an address").to_string();
    let has: Arc<Mutex<Vec<String>>> = Arc::default();
    let (received, mut does) = (Arc::clone(&has), does.into_iter());
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let (received, does) = (Arc::clone(&received), does.next().unwrap_or(Does::Takes));
            std::thread::spawn(move || meet(stream, does, &received));
        }
    });
    Peer { address, has }
}

/// A mail server.
pub fn smtp(mut stream: TcpStream, does: Does, has: &Mutex<Vec<String>>) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    if does == Does::Hangs {
        std::thread::sleep(LONG);
        return Ok(());
    }
    if does == Does::Answers("421") {
        return stream.write_all(b"421 not now\r\n");
    }
    stream.write_all(b"220 here\r\n")?;
    let mut line = String::new();
    loop {
        line.clear();
        if reader.read_line(&mut line)? == 0 {
            return Ok(());
        }
        let verb = line.get(..4).unwrap_or_default().to_ascii_uppercase();
        match (verb.as_str(), does) {
            ("RCPT", Does::Rcpt(code)) => stream.write_all(format!("{code} no\r\n").as_bytes())?,
            ("DATA", Does::DiesWithin) => {
                stream.write_all(b"354 go on\r\n")?;
                reader.read_line(&mut line)?;
                return Ok(());
            }
            ("DATA", _) => {
                stream.write_all(b"354 go on\r\n")?;
                let mut message = String::new();
                while !message.ends_with("\r\n.\r\n") {
                    if reader.read_line(&mut message)? == 0 {
                        return Ok(());
                    }
                }
                let answer = match does {
                    Does::Answers(code) => format!("{code} no\r\n"),
                    Does::Twice => "250 taken\r\n250 taken\r\n".into(),
                    _ => "250 taken\r\n".into(),
                };
                if !matches!(does, Does::Answers(_)) {
                    has.lock().expect("a list").push(message);
                }
                match does {
                    Does::HangsAfter => std::thread::sleep(LONG),
                    Does::DiesAfter => return Ok(()),
                    _ => stream.write_all(answer.as_bytes())?,
                }
            }
            ("QUIT", _) => return stream.write_all(b"221 goodbye\r\n"),
            _ => stream.write_all(b"250 yes\r\n")?,
        }
    }
}

/// A server of HTTP.
pub fn http(mut stream: TcpStream, does: Does, has: &Mutex<Vec<String>>) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    if does == Does::Hangs {
        std::thread::sleep(LONG);
        return Ok(());
    }
    let (mut head, mut length) = (String::new(), 0);
    loop {
        let at = head.len();
        if reader.read_line(&mut head)? == 0 || head[at..].trim().is_empty() {
            break;
        }
        if let Some(value) = head[at..].to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap_or_default();
        }
    }
    if does == Does::DiesWithin {
        return Ok(());
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    let message = format!("{head}\r\n{}", String::from_utf8_lossy(&body));
    if !matches!(does, Does::Answers(code) if code.starts_with('4') || code == "503") {
        has.lock().expect("a list").push(message);
    }
    let answer = |status: &str| format!("HTTP/1.1 {status} so\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
    match does {
        Does::HangsAfter => {
            std::thread::sleep(LONG);
            Ok(())
        }
        Does::DiesAfter => Ok(()),
        Does::Answers(code) => stream.write_all(answer(code).as_bytes()),
        Does::Twice => stream.write_all((answer("202") + &answer("202")).as_bytes()),
        _ => stream.write_all(answer("202").as_bytes()),
    }
}
