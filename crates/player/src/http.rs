//! Requests and answers, cookies, and one plain way to a server.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use jiff::civil::DateTime;
use serde_json::Value;

/// A request.
#[derive(Debug, Clone, Default)]
pub struct Request {
    pub method: &'static str,
    /// Path and query.
    pub path: String,
    pub headers: Vec<(&'static str, String)>,
    pub body: Vec<u8>,
}

/// An answer.
#[derive(Debug, Clone, Default)]
pub struct Answer {
    pub status: u16,
    /// In the order in which they came; names in small letters.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(it, _)| it == name).map(|(_, value)| value.as_str())
    }
}

/// The longest that an answer may take: a clock that is moved waits for facts and figures.
const LONGEST: Duration = Duration::from_secs(120);

/// Sends a request to a server at `HOST:PORT`. Errors say what broke off.
pub fn send(address: &str, request: &Request) -> Result<Answer, String> {
    let told = |error: std::io::Error| format!("{} {}: {error}", request.method, request.path);
    let mut stream = TcpStream::connect(address).map_err(told)?;
    stream.set_read_timeout(Some(LONGEST)).map_err(told)?;
    let Request { method, path, headers, body } = request;
    let mut head = format!("{method} {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n");
    headers.iter().for_each(|(name, value)| head += &format!("{name}: {value}\r\n"));
    head += &format!("Content-Length: {}\r\n\r\n", body.len());
    stream.write_all(&[head.as_bytes(), body].concat()).map_err(told)?;
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).map_err(told)?;
    answer(&bytes).ok_or_else(|| format!("{method} {path}: the answer broke off"))
}

/// Moves the clock of a demo county that was begun with `--now` to a local time, and leaves its figures; gives the instant.
pub fn move_clock(address: &str, to: DateTime) -> Result<String, String> {
    clock(address, &format!("{{\"to\": \"{}\", \"publish\": false}}", to.strftime("%Y-%m-%dT%H:%M")))
}

/// Has figures published as of the local time at which the clock stands: those that a page shows, or all.
pub fn publish(address: &str, now: DateTime, page: Option<&str>) -> Result<(), String> {
    let asked = page.map_or(Value::Bool(true), Value::from);
    clock(address, &format!("{{\"to\": \"{}\", \"publish\": {asked}}}", now.strftime("%Y-%m-%dT%H:%M"))).map(drop)
}

fn clock(address: &str, body: &str) -> Result<String, String> {
    let body = body.as_bytes().to_vec();
    let answer = send(address, &Request { method: "POST", path: "/demo/clock".into(), headers: vec![], body })?;
    let told: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    match (answer.status, told["now"].as_str()) {
        (200, Some(now)) => Ok(now.to_string()),
        _ => Err(format!("the clock does not move: {}", String::from_utf8_lossy(&answer.body))),
    }
}

fn answer(bytes: &[u8]) -> Option<Answer> {
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n")?;
    let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let mut lines = head.lines();
    let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
    let headers = lines.filter_map(|line| line.split_once(':'));
    let headers = headers.map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_string())).collect();
    let answer = Answer { status, headers, body: bytes[end + 4..].to_vec() };
    let body =
        if answer.header("transfer-encoding") == Some("chunked") { joined(&answer.body)? } else { answer.body.clone() };
    let length: Option<usize> = answer.header("content-length").and_then(|length| length.parse().ok());
    length.is_none_or(|length| body.len() == length).then_some(Answer { body, ..answer })
}

/// The chunks of a body, put together.
fn joined(mut rest: &[u8]) -> Option<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let end = rest.windows(2).position(|two| two == b"\r\n")?;
        let length =
            usize::from_str_radix(std::str::from_utf8(&rest[..end]).ok()?.split(';').next()?.trim(), 16).ok()?;
        rest = rest.get(end + 2..)?;
        if length == 0 {
            return Some(body);
        }
        body.extend_from_slice(rest.get(..length)?);
        rest = rest.get(length + 2..)?;
    }
}

/// Cookies of one browser, each with the path below which it is sent.
#[derive(Debug, Clone, Default)]
pub struct Cookies(BTreeMap<(String, String), String>);

impl Cookies {
    pub fn set(&mut self, name: &str, value: &str) {
        self.0.insert(("/".into(), name.into()), value.into());
    }

    /// Takes what an answer sets and takes away.
    pub fn take(&mut self, answer: &Answer) {
        for (_, set) in answer.headers.iter().filter(|(name, _)| name == "set-cookie") {
            let mut parts = set.split(';').map(str::trim);
            let Some((name, value)) = parts.next().and_then(|pair| pair.split_once('=')) else { continue };
            let (mut path, mut is_over) = ("/".to_string(), false);
            for part in parts {
                match part.split_once('=') {
                    Some((key, given)) if key.eq_ignore_ascii_case("path") => path = given.into(),
                    Some((key, given)) if key.eq_ignore_ascii_case("max-age") => {
                        is_over = given == "0" || given.starts_with('-')
                    }
                    _ => {}
                }
            }
            let key = (path, name.to_string());
            if is_over {
                self.0.remove(&key);
            } else {
                self.0.insert(key, value.into());
            }
        }
    }

    /// The header for a path; none: no cookie goes there.
    pub fn header(&self, path: &str) -> Option<String> {
        let path = path.split('?').next().unwrap_or(path);
        let goes = |below: &str| {
            path == below || path.strip_prefix(below).is_some_and(|rest| below.ends_with('/') || rest.starts_with('/'))
        };
        let sent = self.0.iter().filter(|((below, _), _)| goes(below));
        let sent: Vec<String> = sent.map(|((_, name), value)| format!("{name}={value}")).collect();
        (!sent.is_empty()).then(|| sent.join("; "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_in_chunks_is_whole_and_one_that_broke_off_is_none() {
        let chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n";
        assert_eq!(answer(chunked).expect("an answer").body, b"abcde");
        assert!(answer(&chunked[..chunked.len() - 10]).is_none());
        assert!(answer(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc").is_none());
    }

    #[test]
    fn cookies_go_where_their_paths_say_and_are_taken_away() {
        let set = |text: &str| Answer { headers: vec![("set-cookie".into(), text.into())], ..Answer::default() };
        let mut cookies = Cookies::default();
        cookies.take(&set("session=1; Path=/; HttpOnly"));
        cookies.take(&set("demo=2; Path=/sign-in; Max-Age=31536000"));
        assert_eq!(cookies.header("/desk?list=unit").as_deref(), Some("session=1"));
        assert_eq!(cookies.header("/sign-in").as_deref(), Some("session=1; demo=2"));
        assert_eq!(cookies.header("/sign-into").as_deref(), Some("session=1"));
        cookies.take(&set("session=; Path=/; Max-Age=0"));
        assert_eq!(cookies.header("/desk"), None);
    }
}
