//! `generate --entries N`

use std::io::{BufWriter, Write as _};
use std::process::ExitCode;

use clap::Args;

use super::fail;
use crate::import::{generate, shipped_vocabularies};

/// Write made-up entries
#[derive(Debug, Args)]
pub(super) struct Generate {
    /// How many entries
    #[arg(long, value_name = "N")]
    entries: u32,
    /// What they are made from: the same seed gives the same entries
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    seed: u64,
}

impl Generate {
    pub(super) fn run(self) -> ExitCode {
        let mut out = BufWriter::new(std::io::stdout().lock());
        for entry in generate::entries(self.entries, self.seed, &shipped_vocabularies()) {
            if let Err(error) = writeln!(out, "{entry}") {
                return fail(error);
            }
        }
        match out.flush() {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => fail(error),
        }
    }
}
