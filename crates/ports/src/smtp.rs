//! Mail by SMTP, step by step: until the message itself is on its way it is known not to have arrived; after it, only the
//! server's answer tells. Its `Message-ID` is the dispatch's id, so that a letter that comes twice is the same letter.

use std::io::ErrorKind;
use std::time::Duration;

use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Mailbox, Message};
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, DEFAULT_MECHANISMS};
use lettre::transport::smtp::client::{SmtpConnection, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};
use lettre::transport::smtp::extension::ClientId;
use lettre::transport::smtp::response::{Category, Severity};
use operations::dispatches::Outcome;
use ureq::http::Uri;

use crate::webhook::is_of_this_machine;
use crate::{Letter, Settings};

/// A mail server: `smtps://` speaks TLS from the beginning, `smtp://` turns to it before anything is said; only on this
/// machine it need not.
struct Server {
    host: String,
    port: u16,
    user: Option<String>,
    is_tls: bool,
}

impl Server {
    fn of(url: &str) -> Option<Server> {
        let uri = url.parse::<Uri>().ok()?;
        let is_tls = match uri.scheme_str()? {
            "smtps" => true,
            "smtp" => false,
            _ => return None,
        };
        let authority = uri.authority()?;
        let user = authority.as_str().rsplit_once('@').map(|(user, _)| user.to_string());
        let (host, port) = (authority.host().to_string(), authority.port_u16());
        // A password in an address would stand in the settings.
        let is_plain = user.as_deref().is_none_or(|user| !user.contains(':')) && !host.is_empty();
        is_plain.then(|| Server { host, port: port.unwrap_or(if is_tls { 465 } else { 587 }), user, is_tls })
    }
}

/// Whether the address of a mail server can be used.
pub fn is_safe(url: &str) -> bool {
    Server::of(url).is_some()
}

pub fn hand_over(settings: &Settings, letter: &Letter, step: Duration) -> Outcome {
    let failed = |code: &str| Outcome::Failed { code: code.into() };
    let server = settings.url.as_deref().and_then(Server::of);
    let from = settings.from.as_deref().and_then(|it| it.parse().ok());
    let (Some(server), Some(from)) = (server, from) else { return failed("settings") };
    let Ok(to) = letter.to.parse::<lettre::Address>() else { return Outcome::Refused { code: "address".into() } };
    let Some(message) = message(from, to.clone(), letter) else { return failed("message") };
    let connected = connected(&server, settings, step);
    let mut connection = match connected {
        Ok(connection) => connection,
        // Of the server itself, which somebody mends; nothing of the person was said.
        Err(error) => return failed(&code(&error)),
    };
    let sent = offered(&mut connection, message.envelope().from().cloned(), to).map_err(|error| before(&error));
    let outcome = match sent {
        Ok(()) => match connection.message(&message.formatted()) {
            Ok(_) => Outcome::Taken,
            // It answered, and did not take it.
            Err(error) if error.status().is_some() => before(&error),
            Err(error) => Outcome::Unknown { code: code(&error) },
        },
        Err(outcome) => outcome,
    };
    // Goodbye, where it still listens; it has nothing to do with the message.
    let _ = connection.quit();
    outcome
}

fn message(from: lettre::Address, to: lettre::Address, letter: &Letter) -> Option<Message> {
    let domain = from.domain().to_string();
    let is_by_itself = HeaderValue::new(HeaderName::new_from_ascii_str("Auto-Submitted"), "auto-generated".into());
    Message::builder()
        .from(Mailbox::new(None, from))
        .to(Mailbox::new(None, to))
        .message_id(Some(format!("<{}@{domain}>", letter.id)))
        .subject(letter.title.clone())
        .raw_header(is_by_itself)
        .header(ContentType::TEXT_PLAIN)
        .body(letter.text.clone())
        .ok()
}

fn connected(server: &Server, settings: &Settings, step: Duration) -> Result<SmtpConnection, Error> {
    let hello = ClientId::default();
    let tls = TlsParameters::new(server.host.clone())?;
    let from_the_beginning = server.is_tls.then_some(&tls);
    let address = (server.host.trim_matches(['[', ']']), server.port);
    let mut connection = SmtpConnection::connect(address, Some(step), &hello, from_the_beginning, None)?;
    if !server.is_tls && !is_of_this_machine(&server.host) {
        connection.starttls(&tls, &hello)?;
    }
    if let (Some(user), Some(secret)) = (&server.user, &settings.secret) {
        connection.auth(DEFAULT_MECHANISMS, &Credentials::new(user.clone(), secret.clone()))?;
    }
    Ok(connection)
}

/// Up to where the message itself comes.
fn offered(connection: &mut SmtpConnection, from: Option<lettre::Address>, to: lettre::Address) -> Result<(), Error> {
    connection.command(Mail::new(from, Vec::new()))?;
    connection.command(Rcpt::new(to, Vec::new()))?;
    connection.command(Data).map(drop)
}

/// The outcome of what the server did not take. For good where it says so of the message or the address, 5.1.x and 5.5.x of
/// the older codes 501 and 550 to 554; all else somebody mends.
fn before(error: &Error) -> Outcome {
    let is_of_message = error.status().is_some_and(|status| {
        status.severity == Severity::PermanentNegativeCompletion
            && (status.category == Category::MailSystem || status.to_string() == "501")
    });
    let code = code(error);
    if is_of_message { Outcome::Refused { code } } else { Outcome::Failed { code } }
}

fn code(error: &Error) -> String {
    // As the system says that nothing came in time.
    let waited = std::error::Error::source(error)
        .and_then(|it| it.downcast_ref::<std::io::Error>())
        .is_some_and(|it| matches!(it.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut));
    match error.status() {
        Some(status) => status.to_string(),
        None if waited => "timeout".into(),
        None if error.is_tls() => "tls".into(),
        None => "connection".into(),
    }
}
