//! Tables as text: CSV (RFC 4180), safe to open in a spreadsheet.

use std::borrow::Cow;

/// What makes a spreadsheet take a cell for a formula, where it stands first.
const FORMULA: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

/// Writes a row: quoted where it must be, ended by CRLF. A cell that a spreadsheet would calculate has an apostrophe
/// put before it, so that it is shown and never run.
pub(super) fn row<'a>(out: &mut Vec<u8>, cells: impl IntoIterator<Item = &'a str>) {
    let mut writer =
        csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).buffer_capacity(1_024).from_writer(out);
    for cell in cells {
        // Writing into memory does not fail.
        let _ = writer.write_field(guarded(cell).as_bytes());
    }
    let _ = writer.write_record(None::<&[u8]>);
}

/// Whether a cell has an apostrophe put before it.
#[must_use]
pub fn is_guarded(cell: &str) -> bool {
    cell.starts_with(FORMULA)
}

/// A cell that no spreadsheet takes for a formula.
fn guarded(cell: &str) -> Cow<'_, str> {
    if is_guarded(cell) { Cow::Owned(format!("'{cell}")) } else { Cow::Borrowed(cell) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_quoted_and_never_formulas() {
        let mut out = Vec::new();
        row(
            &mut out,
            ["plain", "", "a,b", "say \"x\"", "two\nlines", "=1+1", "-5", "@x", "+44 20", "\tx", "1-2", " =1"],
        );
        row(&mut out, [""]);
        assert_eq!(
            String::from_utf8(out).expect("text"),
            "plain,,\"a,b\",\"say \"\"x\"\"\",\"two\nlines\",'=1+1,'-5,'@x,'+44 20,'\tx,1-2, =1\r\n\"\"\r\n"
        );
    }
}
