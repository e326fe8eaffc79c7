//! The one binary: reads clock, environment and arguments, and wires the rest together.

mod account_command;
mod backup_command;
mod bench;
mod clock;
mod content_command;
mod contents;
mod demo;
mod erase_command;
mod facts_command;
mod follower;
mod heads;
mod imports;
mod last_read;
mod log_command;
mod measure_command;
mod organisation_command;
mod output;
mod place;
mod published;
mod right_command;
mod serve;
mod settings;
mod spc_command;
mod token_command;
mod who;

use std::path::PathBuf;
use std::process::ExitCode;

use analytics::{Error, Result};
use clap::{Parser, Subcommand};
use clock::now;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Runs the service loop of a wellbeing services county: facts, measures, scorecards.
#[derive(Parser)]
#[command(version, about, max_term_width = 100)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Make the synthetic county, then serve it with demo sign-in.
    Demo(demo::Arguments),
    /// Serve a data directory.
    Serve(serve::Arguments),
    /// Make a token with which a program or a person works in a role.
    Token(token_command::Arguments),
    /// Units as the county itself keeps them: begin, rename, move, end.
    #[command(subcommand)]
    Unit(organisation_command::UnitCommand),
    /// Professionals as the county itself keeps them: where they work, and until when.
    #[command(subcommand)]
    Professional(organisation_command::ProfessionalCommand),
    /// Rights of the people who work here: a role at a unit, until a day.
    #[command(subcommand)]
    Right(right_command::RightCommand),
    /// Local accounts of those who work here: a name, a password and a one-time code.
    #[command(subcommand)]
    Account(account_command::AccountCommand),
    /// Import a file into a fact table.
    Import(facts_command::ImportArguments),
    /// Erase a resident: out of the facts, out of the copies of what was imported, and out of the log.
    Erase(erase_command::Arguments),
    /// List, show, check and compact fact tables, and read what imports kept.
    #[command(subcommand)]
    Facts(facts_command::FactsCommand),
    /// Ask the facts in SQL. Needs the data directory, and thereby the right to cases.
    Sql(facts_command::SqlArguments),
    /// List, show and run measures.
    #[command(subcommand)]
    Measure(measure_command::MeasureCommand),
    /// Check, list and show parts of content: what is shipped, and what the county has its own of.
    #[command(subcommand)]
    Content(content_command::ContentCommand),
    /// Copy the whole county into two new folders, everything but keys and the keys, also while it serves.
    Backup(backup_command::Backup),
    /// Put a backup where nothing is.
    Restore(backup_command::Restore),
    /// Prove, copy and erase what stands in the event log.
    #[command(subcommand)]
    Log(log_command::LogCommand),
    /// Control chart of a series in a CSV file.
    Spc(spc_command::Arguments),
    /// Measure Luotsi itself, beside its peers where they are installed.
    #[command(subcommand)]
    Bench(bench::BenchCommand),
}

/// How a command ended well.
enum Done {
    Whole,
    /// Rows were refused; they stand in the quarantine.
    WithRejectedRows,
}

/// A data directory, named by every command that works on one.
#[derive(clap::Args, Clone)]
struct DataDirectory {
    /// Data directory.
    #[arg(long = "data", env = "LUOTSI_DATA", default_value = "data")]
    path: PathBuf,
}

/// Room for the stacks of the program's threads; only what is used is taken.
const STACK: usize = 256 << 20;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    // A long question in SQL is a deep tree, and whoever walks it needs room.
    let run = std::thread::Builder::new().stack_size(STACK).spawn(move || run(arguments.command));
    let done = run.map_err(|error| Error::new(format!("cannot start: {error}")));
    let done =
        done.and_then(|run| run.join().unwrap_or_else(|_| Err(Error::new("a mistake of ours ended the program"))));
    match done {
        Ok(Done::Whole) => ExitCode::SUCCESS,
        Ok(Done::WithRejectedRows) => ExitCode::from(3),
        Err(error) => {
            eprintln!("error: {}", facts::printable(&error.to_string()));
            ExitCode::from(1)
        }
    }
}

fn run(command: Command) -> Result<Done> {
    match command {
        Command::Demo(arguments) => demo::run(&arguments).map(|()| Done::Whole),
        Command::Serve(arguments) => serve::run(&arguments).map(|()| Done::Whole),
        Command::Token(arguments) => token_command::run(&arguments).map(|()| Done::Whole),
        Command::Unit(command) => organisation_command::unit(command).map(|()| Done::Whole),
        Command::Professional(command) => organisation_command::professional(command).map(|()| Done::Whole),
        Command::Right(command) => right_command::run(command).map(|()| Done::Whole),
        Command::Account(command) => account_command::run(command).map(|()| Done::Whole),
        Command::Import(arguments) => facts_command::import(&arguments),
        Command::Erase(arguments) => erase_command::run(&arguments).map(|()| Done::Whole),
        Command::Facts(command) => facts_command::run(&command).map(|()| Done::Whole),
        Command::Sql(arguments) => facts_command::sql(&arguments).map(|()| Done::Whole),
        Command::Measure(command) => measure_command::run(&command).map(|()| Done::Whole),
        Command::Content(command) => content_command::run(&command).map(|()| Done::Whole),
        Command::Backup(arguments) => backup_command::backup(&arguments).map(|()| Done::Whole),
        Command::Restore(arguments) => backup_command::restore(&arguments).map(|()| Done::Whole),
        Command::Log(command) => log_command::run(&command).map(|()| Done::Whole),
        Command::Spc(arguments) => spc_command::run(&arguments).map(|()| Done::Whole),
        Command::Bench(command) => bench::run(&command).map(|()| Done::Whole),
    }
}

/// The runtime that measures and pages run on.
fn runtime() -> Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .thread_stack_size(STACK / 16)
        .build()
        .map_err(|error| Error::new(format!("cannot start: {error}")))
}
