//! The `leadership-directory` binary: see `leadership-directory --help`.

use std::process::ExitCode;

fn main() -> ExitCode {
    leadership_directory::cli::run()
}
