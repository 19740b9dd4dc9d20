//! NDJSON: one term or entry a line, as the directory keeps it.

use std::io::{self, Write};

/// Writes one stored body as a line.
///
/// # Errors
/// As the writer fails.
pub fn write(out: &mut impl Write, body: &str) -> io::Result<()> {
    out.write_all(body.as_bytes())?;
    out.write_all(b"\n")
}
