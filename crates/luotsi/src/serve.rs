//! `luotsi serve`: pages over a data directory.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use analytics::lake::Lake;
use analytics::{Error, Result};
use tokio::net::TcpListener;
use web::App;

use crate::published::Publication;
use crate::{DataDirectory, now, runtime};

/// How often it is looked whether facts are newer than what is published.
const LOOK: Duration = Duration::from_secs(15);

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
        tokio::spawn(follow(data.to_path_buf(), Arc::clone(&app), version));
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

/// Publishes again when newer facts have been committed, or another day has begun.
async fn follow(data: PathBuf, app: Arc<App>, mut version: u64) {
    let day = || now().div_euclid(86_400_000_000);
    let mut published = day();
    loop {
        tokio::time::sleep(LOOK).await;
        let newer = Lake::existing(&data).map_or(version, |lake| lake.version());
        if newer == version && day() == published {
            continue;
        }
        match Publication::load(&data).await {
            Ok(publication) => {
                (version, published) = (publication.version(), day());
                app.publish(Arc::new(publication));
                eprintln!("published version {version} of the facts");
            }
            Err(error) => eprintln!("error: cannot publish newer facts, the older ones stay: {error}"),
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
