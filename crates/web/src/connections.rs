//! Connections of all comers: how many there are at a time, and how long each may take to ask, to read and to say
//! nothing.

use std::collections::HashMap;
use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes, HttpBody};
use axum::extract::ConnectInfo;
use axum::http::Request;
use hyper::body::{Frame, Incoming, SizeHint};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, mpsc, watch};
use tokio::time::{Instant, Sleep, sleep, sleep_until};
use tower::ServiceExt;

/// The head of a request has come after so long, the first of a connection as well as the next: whoever is silent goes.
const HEAD: Duration = Duration::from_secs(15);
/// Of an answer so many bytes are taken within so long, or it is given up.
const TAKEN: usize = 16 * 1024;
const TAKEN_WITHIN: Duration = Duration::from_secs(20);
/// A connection is given so long to send what it has to say, however many others wait.
const SAID_WITHIN: Duration = Duration::from_secs(2);
/// An answer under way is left alone for so long, however many others wait.
const ANSWERED_WITHIN: Duration = Duration::from_secs(10);
/// After so long it is looked again whether there is room.
const LOOK: Duration = Duration::from_millis(100);
/// Connections at most, wherever descriptors are no matter.
const MOST: usize = 10_000;

/// How many connections there is room for beside the files that the server opens, by the limit of its descriptors.
pub fn room() -> usize {
    let limits = std::fs::read_to_string("/proc/self/limits").unwrap_or_default();
    let line = limits.lines().find_map(|line| line.strip_prefix("Max open files"));
    let soft = line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or(1024);
    room_of(soft)
}

/// Half of few descriptors and all but 256 of many are for connections.
fn room_of(descriptors: usize) -> usize {
    (descriptors - (descriptors / 2).min(256)).min(MOST)
}

/// Serves until `ending` turns true, and then until the requests under way have their answers.
///
/// Where there is no room for another connection, the one that has been silent longest is closed for it: it is nobody's
/// who asks for something.
pub async fn serve(listener: TcpListener, router: Router, room: usize, mut ending: watch::Receiver<bool>) {
    let (open, mut closed) = mpsc::channel::<()>(1);
    let all: Arc<All> = Arc::default();
    let mut number = 0;
    while !*ending.borrow() {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            _ = ending.changed() => continue,
        };
        let Ok((socket, peer)) = accepted else {
            // Such as too many open files: the silent make room, and it is tried again.
            all.close_one();
            sleep(LOOK).await;
            continue;
        };
        while all.lock().len() >= room && !all.close_one() && !*ending.borrow() {
            sleep(LOOK).await;
        }
        number += 1;
        let standing = all.enter(number);
        let (router, ending, open, all) = (router.clone(), ending.clone(), open.clone(), Arc::clone(&all));
        tokio::spawn(async move {
            one(socket, peer, router, &standing, ending).await;
            all.lock().remove(&number);
            drop(open);
        });
    }
    drop(open);
    // Nothing is ever sent: it ends with the last connection.
    let _ = closed.recv().await;
}

/// Every open connection.
#[derive(Default)]
struct All(Mutex<HashMap<u64, Arc<Standing>>>);

/// How a connection stands.
struct Standing {
    begun: Instant,
    /// Requests that have come whole, and have no whole answer yet.
    asked: AtomicU64,
    /// Milliseconds after `begun` at which it last turned from silent to sending or asking, or back.
    turned: AtomicU64,
    close: Notify,
}

impl Standing {
    fn turn(&self) {
        self.turned.store(self.begun.elapsed().as_millis() as u64, Ordering::Relaxed);
    }

    fn since(&self) -> Instant {
        self.begun + Duration::from_millis(self.turned.load(Ordering::Relaxed))
    }
}

impl All {
    fn lock(&self) -> MutexGuard<'_, HashMap<u64, Arc<Standing>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn enter(&self, number: u64) -> Arc<Standing> {
        let (asked, turned) = (AtomicU64::new(0), AtomicU64::new(0));
        let standing = Arc::new(Standing { begun: Instant::now(), asked, turned, close: Notify::new() });
        self.lock().insert(number, Arc::clone(&standing));
        standing
    }

    /// Closes the connection that has been silent longest, or has sent half a request; else one that has just come and said
    /// nothing yet, or else the one whose answer has been under way longest. False: every one has asked a moment ago.
    fn close_one(&self) -> bool {
        let mut all = self.lock();
        let place = |it: &Standing| {
            let (is_asking, since) = (it.asked.load(Ordering::Relaxed) > 0, it.since());
            (is_asking, since.elapsed() < SAID_WITHIN, since)
        };
        let Some((number, first)) = all.iter().min_by_key(|(_, it)| place(it)) else { return false };
        let (is_asking, _, since) = place(first);
        if is_asking && since.elapsed() < ANSWERED_WITHIN {
            return false;
        }
        let number = *number;
        if let Some(standing) = all.remove(&number) {
            standing.close.notify_one();
        }
        true
    }
}

/// One connection to its end.
async fn one(
    socket: TcpStream,
    peer: SocketAddr,
    router: Router,
    standing: &Arc<Standing>,
    mut ending: watch::Receiver<bool>,
) {
    // Without it a small event waits for the acknowledgement of the one before.
    let _ = socket.set_nodelay(true);
    let standing_of_request = Arc::clone(standing);
    let service = service_fn(move |request: Request<Incoming>| {
        let asking = Asking::of(&standing_of_request);
        if request.body().is_end_stream() {
            asking.is_whole();
        }
        let mut request = request.map(|body| Body::new(Question { body, asking: Arc::clone(&asking) }));
        request.extensions_mut().insert(ConnectInfo(peer));
        let answer = router.clone().oneshot(request);
        async move {
            let answer = answer.await?;
            asking.is_whole();
            Ok::<_, Infallible>(answer.map(|body| Answer { body, _asking: asking }))
        }
    });
    let mut builder = http1::Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(HEAD);
    let mut connection = std::pin::pin!(builder.serve_connection(TokioIo::new(Taken::of(socket)), service));
    tokio::select! {
        // A client that breaks off knows it; nobody else has to.
        _ = connection.as_mut() => return,
        () = standing.close.notified() => return,
        _ = ending.wait_for(|ending| *ending) => {}
    }
    connection.as_mut().graceful_shutdown();
    let _ = connection.await;
}

/// Says of a connection that it sends a request, and once that has come whole, that it waits for an answer, until it is
/// dropped. A client that holds back the rest of a request does not wait.
struct Asking {
    of: Arc<Standing>,
    counts: AtomicBool,
}

impl Asking {
    fn of(standing: &Arc<Standing>) -> Arc<Asking> {
        standing.turn();
        Arc::new(Asking { of: Arc::clone(standing), counts: AtomicBool::new(false) })
    }

    fn is_whole(&self) {
        if !self.counts.swap(true, Ordering::Relaxed) {
            self.of.asked.fetch_add(1, Ordering::Relaxed);
            self.of.turn();
        }
    }
}

impl Drop for Asking {
    fn drop(&mut self) {
        if *self.counts.get_mut() {
            self.of.asked.fetch_sub(1, Ordering::Relaxed);
        }
        self.of.turn();
    }
}

/// A request's body, which says when it has come whole.
struct Question {
    body: Incoming,
    asking: Arc<Asking>,
}

impl HttpBody for Question {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        let frame = ready!(Pin::new(&mut self.body).poll_frame(context));
        if frame.is_none() || self.body.is_end_stream() {
            self.asking.is_whole();
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// An answer's body: as long as it is not sent, its connection is not silent.
struct Answer {
    body: Body,
    _asking: Arc<Asking>,
}

impl HttpBody for Answer {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// A socket whose other side takes what it is sent: not all at once, but not as slowly as it likes.
struct Taken {
    socket: TcpStream,
    /// Set when the other side has taken nothing more, until when it is to take some.
    until: Option<Pin<Box<Sleep>>>,
    /// Bytes taken since then.
    taken: usize,
}

impl Taken {
    fn of(socket: TcpStream) -> Taken {
        Taken { socket, until: None, taken: 0 }
    }

    fn written(&mut self, written: Poll<io::Result<usize>>, context: &mut Context<'_>) -> Poll<io::Result<usize>> {
        if let Poll::Ready(done) = written {
            self.taken += *done.as_ref().unwrap_or(&0);
            // The next sending, after a time with nothing to send, has a time limit of its own.
            if self.taken >= TAKEN || self.until.as_ref().is_some_and(|until| until.deadline() <= Instant::now()) {
                (self.until, self.taken) = (None, 0);
            }
            return Poll::Ready(done);
        }
        let until = self.until.get_or_insert_with(|| {
            self.taken = 0;
            Box::pin(sleep_until(Instant::now() + TAKEN_WITHIN))
        });
        ready!(until.as_mut().poll(context));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

impl AsyncRead for Taken {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_read(context, buffer)
    }
}

impl AsyncWrite for Taken {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.socket).poll_write(context, bytes);
        self.written(written, context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.socket).poll_write_vectored(context, bytes);
        self.written(written, context)
    }

    fn is_write_vectored(&self) -> bool {
        self.socket.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_few_descriptors_half_are_left_for_files() {
        for (descriptors, room) in [(20, 10), (160, 80), (1024, 768), (20_000, 10_000), (1_048_576, 10_000)] {
            assert_eq!(room_of(descriptors), room, "{descriptors}");
        }
    }
}
