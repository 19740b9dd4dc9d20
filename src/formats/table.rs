//! Tables as text: CSV (RFC 4180), safe to open in a spreadsheet.

use memchr::{memchr, memchr3};

/// What makes a spreadsheet take a cell for a formula, where it stands first.
const FORMULA: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

/// Writes a row: quoted where it must be, ended by CRLF. A cell that a spreadsheet would calculate has an apostrophe
/// put before it, so that it is shown and never run.
pub(super) fn row<'a>(out: &mut Vec<u8>, cells: impl IntoIterator<Item = &'a str>) {
    let begin = out.len();
    for (index, cell) in cells.into_iter().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        write_cell(out, cell);
    }
    // A row of one empty cell would be an empty line, which is none.
    if out.len() == begin {
        out.extend_from_slice(b"\"\"");
    }
    out.extend_from_slice(b"\r\n");
}

/// Writes a cell (RFC 4180 §2, 5 to 7).
fn write_cell(out: &mut Vec<u8>, cell: &str) {
    let guard: &[u8] = if is_guarded(cell) { b"'" } else { b"" };
    let cell = cell.as_bytes();
    if memchr3(b'"', b',', b'\n', cell).is_none() && memchr(b'\r', cell).is_none() {
        out.extend_from_slice(guard);
        out.extend_from_slice(cell);
        return;
    }
    out.push(b'"');
    out.extend_from_slice(guard);
    let mut rest = cell;
    while let Some((before, after)) = memchr(b'"', rest).and_then(|at| rest.split_at_checked(at + 1)) {
        out.extend_from_slice(before);
        out.push(b'"');
        rest = after;
    }
    out.extend_from_slice(rest);
    out.push(b'"');
}

/// Whether a cell has an apostrophe put before it.
#[must_use]
pub fn is_guarded(cell: &str) -> bool {
    cell.starts_with(FORMULA)
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
