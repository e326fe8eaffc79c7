//! A network between a worker and its database that cuts connections in the middle of the protocol, is slow, or is silent.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::time::Duration;

/// The state of the network at the moment.
#[derive(Default)]
pub struct Network {
    /// Messages that a connection may send before it is cut; 0: it is not.
    pub messages: AtomicU32,
    /// The last of them arrives, and only its answer is lost.
    pub arrives: AtomicBool,
    /// How long everything takes on its way, in milliseconds.
    pub delay: AtomicU64,
    /// Nothing moves.
    pub silent: AtomicBool,
    /// Connections that were cut.
    pub cuts: AtomicU32,
    ended: AtomicBool,
}

/// A way to a database; gone when dropped.
pub struct Proxy {
    pub network: Arc<Network>,
    pub port: u16,
}

impl Proxy {
    /// A way to a port of this machine.
    pub fn to(port: u16) -> Result<Proxy, String> {
        let broken = |error: std::io::Error| format!("the proxy: {error}");
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).map_err(broken)?;
        let here = listener.local_addr().map_err(broken)?.port();
        let network = Arc::new(Network::default());
        let shared = Arc::clone(&network);
        std::thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                if shared.ended.load(Ordering::Acquire) {
                    return;
                }
                let Ok(server) = TcpStream::connect((Ipv4Addr::LOCALHOST, port)) else { continue };
                // Small messages go at once, as they do without a proxy.
                let _ = client.set_nodelay(true).and_then(|()| server.set_nodelay(true));
                let ways = (client.try_clone(), server.try_clone());
                let (Ok(client_too), Ok(server_too)) = ways else { continue };
                let (there, back) = (Arc::clone(&shared), Arc::clone(&shared));
                std::thread::spawn(move || there.messages(client, server));
                std::thread::spawn(move || back.answers(server_too, client_too));
            }
        });
        Ok(Proxy { network, port: here })
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.network.ended.store(true, Ordering::Release);
        // The listener is woken to see it.
        let _ = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port));
    }
}

impl Network {
    /// From the client to the database, message by message: the first has no kind, every other a kind and a length.
    fn messages(&self, mut from: TcpStream, mut to: TcpStream) {
        let mut sent = 0;
        while let Some(message) = read(&mut from, sent == 0) {
            sent += 1;
            self.travel();
            let most = self.messages.load(Ordering::Acquire);
            let cut = most > 0 && sent >= most;
            if (!cut || self.arrives.load(Ordering::Acquire)) && to.write_all(&message).is_err() {
                break;
            }
            if cut {
                self.cuts.fetch_add(1, Ordering::AcqRel);
                break;
            }
        }
        end(&from, &to);
    }

    fn answers(&self, mut from: TcpStream, mut to: TcpStream) {
        let mut buffer = [0; 65_536];
        while let Ok(length) = from.read(&mut buffer) {
            self.travel();
            if length == 0 || to.write_all(&buffer[..length]).is_err() {
                break;
            }
        }
        end(&from, &to);
    }

    fn travel(&self) {
        std::thread::sleep(Duration::from_millis(self.delay.load(Ordering::Acquire)));
        while self.silent.load(Ordering::Acquire) && !self.ended.load(Ordering::Acquire) {
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

fn end(one: &TcpStream, other: &TcpStream) {
    let _ = one.shutdown(Shutdown::Both);
    let _ = other.shutdown(Shutdown::Both);
}

/// One message of PostgreSQL's protocol, whole.
fn read(from: &mut TcpStream, first: bool) -> Option<Vec<u8>> {
    let head = if first { 4 } else { 5 };
    let mut message = vec![0; head];
    from.read_exact(&mut message).ok()?;
    let length = u32::from_be_bytes(message[head - 4..].try_into().ok()?) as usize;
    message.resize(head + length.checked_sub(4)?, 0);
    from.read_exact(&mut message[head..]).ok()?;
    Some(message)
}
