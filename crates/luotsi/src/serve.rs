//! `luotsi serve`: pages over a data directory.

use std::net::SocketAddr;
use std::path::Path;

use analytics::{Error, Result};

use crate::{DataDirectory, runtime};

#[derive(clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    data: DataDirectory,
    /// Address to serve on.
    #[arg(long, env = "LUOTSI_LISTEN", default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
}

pub fn run(arguments: &Arguments) -> Result<()> {
    serve(&arguments.data.path, arguments.listen)
}

pub fn serve(data: &Path, listen: SocketAddr) -> Result<()> {
    let _ = (data, listen, runtime()?);
    Err(Error::new("pages come next"))
}
