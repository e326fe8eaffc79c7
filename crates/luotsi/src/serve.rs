//! `luotsi serve`: pages over a data directory.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use analytics::lake::Lake;
use analytics::{Error, Result};
use operations::calendar::Calendar;
use tokio::net::TcpListener;
use web::App;

use crate::published::Publication;
use crate::{DataDirectory, now, runtime};

/// How often it is looked whether facts are newer than what is published.
const LOOK: Duration = Duration::from_secs(15);
/// After failures it is looked less and less often.
const LONGEST_PAUSE: Duration = Duration::from_mins(10);

#[derive(clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    data: DataDirectory,
    #[command(flatten)]
    addresses: Addresses,
}

#[derive(clap::Args, Clone, Copy)]
pub struct Addresses {
    /// Address to serve on.
    #[arg(long, env = "LUOTSI_LISTEN", default_value = "127.0.0.1:8080")]
    pub listen: SocketAddr,
    /// Address for /metrics alone. Without it a server on loopback answers /metrics beside its pages, another does not.
    #[arg(long, env = "LUOTSI_METRICS_LISTEN")]
    pub metrics_listen: Option<SocketAddr>,
}

pub fn run(arguments: &Arguments) -> Result<()> {
    serve(&arguments.data.path, arguments.addresses, false)
}

/// Serves until it is told to end. `demo`: sign-in by choosing a role.
pub fn serve(data: &Path, addresses: Addresses, demo: bool) -> Result<()> {
    let runtime = runtime()?;
    runtime.block_on(async {
        let listener = bind(addresses.listen, "--listen").await?;
        let metrics = match addresses.metrics_listen {
            Some(address) => Some(bind(address, "--metrics-listen").await?),
            None => None,
        };
        let publication = Publication::load(data).await?;
        let version = publication.version();
        let beside_pages = metrics.is_none() && addresses.listen.ip().is_loopback();
        let app = App::new(Arc::new(publication), web::shipped_scorecards(), demo, beside_pages, secret);
        let (folder, followed) = (data.to_path_buf(), Arc::clone(&app));
        std::thread::spawn(move || follow(&folder, &followed, version));
        if let Some(metrics) = metrics {
            tokio::spawn(web::serve_metrics(metrics, Arc::clone(&app)));
        }
        let address = listener.local_addr().map_err(|error| Error::new(error.to_string()))?;
        eprintln!("serving on http://{address}");
        let stopped = async {
            let _ = tokio::signal::ctrl_c().await;
        };
        web::serve(listener, app, stopped).await.map_err(|error| Error::new(format!("cannot serve: {error}")))
    })
}

async fn bind(address: SocketAddr, flag: &str) -> Result<TcpListener> {
    TcpListener::bind(address).await.map_err(|error| {
        Error::new(format!("cannot listen on {address}: {error}")).remedy(format!("another address with {flag}"))
    })
}

/// Publishes again when newer facts have been committed and stand still, or another day has begun. On a thread of its
/// own, so that pages do not wait for it.
fn follow(data: &Path, app: &App, mut version: u64) {
    let calendar = Calendar::shipped();
    let today = || calendar.local_date(now());
    let (mut published, mut pause, mut seen) = (today(), LOOK, version);
    loop {
        std::thread::sleep(pause);
        let newer = Lake::existing(data).map_or(version, |lake| lake.version());
        let stands_still = std::mem::replace(&mut seen, newer) == newer;
        if !stands_still || (newer == version && today() == published) {
            continue;
        }
        match runtime().and_then(|runtime| runtime.block_on(Publication::load(data))) {
            Ok(publication) => {
                (version, published, pause) = (publication.version(), today(), LOOK);
                app.publish(Arc::new(publication));
                eprintln!("published version {version} of the facts");
            }
            Err(error) => {
                pause = (pause * 2).min(LONGEST_PAUSE);
                eprintln!("error: cannot publish newer facts, the older ones stay: {error}");
            }
        }
    }
}

#[expect(clippy::expect_used, reason = "without the system's randomness nobody may be signed in")]
fn secret() -> [u8; 32] {
    use std::io::Read;
    let mut bytes = [0; 32];
    std::fs::File::open("/dev/urandom")
        .and_then(|mut file| file.read_exact(&mut bytes))
        .expect("the system's randomness");
    bytes
}
