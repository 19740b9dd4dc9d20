//! `check FOLDER`

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use super::{print, tell};
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
        let lines: Vec<String> = checked
            .faults
            .iter()
            .map(|fault| {
                format!(
                    "{fault}
"
                )
            })
            .collect();
        print(&lines.concat());
        let errors = checked.faults.iter().filter(|f| f.fault.severity == crate::model::Severity::Error).count();
        let warnings = checked.faults.len() - errors;
        tell(&format!("{} entries, {} terms: {errors} errors, {warnings} warnings", checked.entries, checked.terms));
        if checked.is_good() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }
}
