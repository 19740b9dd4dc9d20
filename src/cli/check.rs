//! `check FOLDER`

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use super::{print_faults, tell};
use crate::import::check;

/// Check every file of a folder
#[derive(Debug, Args)]
pub(super) struct Check {
    /// The folder, or one file
    folder: PathBuf,
}

impl Check {
    pub(super) fn run(self) -> ExitCode {
        let checked = check::check(self.folder);
        let errors = print_faults(&checked.faults);
        let warnings = checked.faults.len() - errors;
        tell(&format!("{} entries, {} terms: {errors} errors, {warnings} warnings", checked.entries, checked.terms));
        if checked.is_good() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }
}
