//! The `leadership-directory` binary: see `leadership-directory --help`.

use std::process::ExitCode;

/// Most of a start and some of every answer is memory taken and given back.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    leadership_directory::cli::run()
}
