//! The command line.

mod check;
mod clients;
mod export;
mod generate;
mod import;
mod serve;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

use crate::import::Located;
use crate::model::Severity;
use crate::settings::{Flags, Settings};
use crate::telemetry;

/// A directory of NHS leadership programmes, academies, coaching, frameworks and resources.
#[derive(Debug, Parser)]
#[command(name = "leadership-directory", version, about, disable_help_subcommand = true)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    common: Common,
}

/// What every command that uses the directory takes.
#[derive(Debug, Clone, Args)]
struct Common {
    /// Read settings from this file; `config/default.toml` explains each.
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Keep the directory here: <sqlite://FILE> or postgres://… [default: <sqlite://leadership-directory.db>]
    #[arg(long, global = true, value_name = "URL")]
    database: Option<String>,
    /// Listen here; port 0 picks a free one [default: 127.0.0.1:8080]
    #[arg(long, global = true, value_name = "ADDR:PORT")]
    listen: Option<String>,
    /// Begin every link in an answer with this address
    #[arg(long, global = true, value_name = "URL")]
    public_url: Option<String>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the directory over HTTP (what happens without a command)
    Serve,
    /// Check files of entries and terms, without a database
    Check(check::Check),
    /// Import files of entries and terms: all of it, or nothing
    Import(import::Import),
    /// Export the directory
    Export(export::Export),
    /// Manage the systems that may ask for tokens, for OneRoster
    Clients(clients::Clients),
    /// Write N realistic made-up entries as NDJSON, the same for the same seed
    Generate(generate::Generate),
    /// Print the OpenAPI document
    Openapi,
    /// Print the list of every field and code, as docs/terms.md holds it
    Terms,
}

impl Common {
    /// Reads the settings and starts logging.
    fn settings(&self) -> Result<Settings, ExitCode> {
        let flags =
            Flags { listen: self.listen.clone(), public_url: self.public_url.clone(), database: self.database.clone() };
        match Settings::read(self.config.as_deref(), &flags) {
            Ok(settings) => {
                telemetry::start(&settings.log);
                Ok(settings)
            }
            Err(error) => Err(fail(error)),
        }
    }
}

/// Runs the command line.
#[must_use]
pub fn run() -> ExitCode {
    let cli = Cli::parse();
    let common = &cli.common;
    match cli.command.unwrap_or(Command::Serve) {
        Command::Serve => serve::run(common),
        Command::Check(check) => check.run(),
        Command::Import(import) => import.run(common),
        Command::Export(export) => export.run(common),
        Command::Clients(clients) => clients.run(common),
        Command::Generate(generate) => generate.run(),
        Command::Openapi => print(crate::http::openapi::text()),
        Command::Terms => print(&crate::model::terms::document(&crate::import::shipped_vocabularies())),
    }
}

/// Tells why a command failed.
fn fail(error: impl std::fmt::Display) -> ExitCode {
    tell(&format!("leadership-directory: {error}"));
    ExitCode::FAILURE
}

/// Writes a line to standard error. A reader that has gone away is no fault.
fn tell(line: &str) {
    use std::io::Write as _;
    let _ = writeln!(std::io::stderr(), "{line}");
}

/// Writes a text to standard output.
fn print(text: &str) -> ExitCode {
    use std::io::Write as _;
    match std::io::stdout().write_all(text.as_bytes()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => fail(error),
    }
}

/// Runs a future to its end on a runtime of its own.
fn block_on<T>(future: impl Future<Output = T>) -> std::io::Result<T> {
    Ok(tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(future))
}

/// Writes faults to standard output, a line each; counts the errors among them.
fn print_faults(faults: &[Located]) -> usize {
    let mut text = String::new();
    for fault in faults {
        text.push_str(&fault.to_string());
        text.push('\n');
    }
    print(&text);
    faults.iter().filter(|located| located.fault.severity == Severity::Error).count()
}
