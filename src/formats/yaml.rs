//! YAML: the form of the files in `data/`, for people to read and edit.

use std::io::{self, Write};

use serde_json::Value;

/// Writes one stored body as an item of a sequence.
///
/// # Errors
/// As the writer fails, or where the body is not JSON.
pub fn write(out: &mut impl Write, body: &str) -> io::Result<()> {
    let value: Value = serde_json::from_str(body)?;
    let text = yaml_serde::to_string(&[super::without_silence(value)]).map_err(io::Error::other)?;
    out.write_all(text.as_bytes())?;
    out.write_all(b"\n")
}
