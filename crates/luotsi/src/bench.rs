//! `luotsi bench`: how fast Luotsi is, beside its peers.

use analytics::Result;
use clap::Subcommand;

#[derive(Subcommand)]
pub enum BenchCommand {
    /// Continuity of care over generated encounters.
    Continuity {
        #[arg(long, default_value_t = 20_000_000)]
        rows: u64,
    },
}

pub fn run(_command: &BenchCommand) -> Result<()> {
    Ok(())
}
