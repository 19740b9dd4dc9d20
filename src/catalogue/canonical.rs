//! JSON in the one form that hashes are made of: the members of every object by name, and no white space.
//!
//! Whoever parses JSON and writes it with sorted keys comes to the same text. Of what was written here no more than the
//! order of members differs from it, so nothing else is read: every entry goes through this whenever it changes.

use smallvec::SmallVec;

use crate::model::members::string_end;

/// JSON text that was written here, in its canonical form; nothing where what it is made of does not fit together, or
/// where a name is escaped: it would have to be read to be put in order.
pub(super) fn canonical(json: &[u8]) -> Option<Vec<u8>> {
    let mut sorting = Sorting { json, pieces: Vec::with_capacity(64), unsorted: Vec::new() };
    let end = sorting.value(0)?;
    (end == json.len()).then(|| sorting.written()).flatten()
}

/// A stretch of a text.
#[derive(Debug, Clone, Copy)]
struct Piece {
    from: usize,
    to: usize,
    /// Whether a member of an object begins with it: then a comma goes before it, unless it is the first.
    is_begin: bool,
}

/// A text that is gone through once, and the pieces of it in the order in which they are written: pieces are put in order,
/// and text is copied only when all of them are.
struct Sorting<'a> {
    json: &'a [u8],
    pieces: Vec<Piece>,
    /// Room for the pieces of one object, in the order in which they came.
    unsorted: Vec<Piece>,
}

impl<'a> Sorting<'a> {
    /// Takes the value that begins at a place; where it ends.
    fn value(&mut self, at: usize) -> Option<usize> {
        let json = self.json;
        let end = match json.get(at)? {
            b'{' => return self.object(at),
            b'[' => return self.array(at),
            b'"' => string_end(json, at)?,
            _ => {
                let rest = json.get(at..)?;
                let length = rest.iter().position(|byte| matches!(byte, b',' | b']' | b'}')).unwrap_or(rest.len());
                at + (length > 0).then_some(length)?
            }
        };
        self.take(at, end);
        Some(end)
    }

    /// Takes a stretch that is written as it is.
    fn take(&mut self, from: usize, to: usize) {
        match self.pieces.last_mut() {
            Some(last) if last.to == from => last.to = to,
            _ => self.pieces.push(Piece { from, to, is_begin: false }),
        }
    }

    fn array(&mut self, begin: usize) -> Option<usize> {
        let mut at = begin + 1;
        self.take(begin, at);
        if self.json.get(at) != Some(&b']') {
            loop {
                at = self.value(at)?;
                match *self.json.get(at)? {
                    b',' => self.take(at, at + 1),
                    b']' => break,
                    _ => return None,
                }
                at += 1;
            }
        }
        self.take(at, at + 1);
        Some(at + 1)
    }

    fn object(&mut self, begin: usize) -> Option<usize> {
        let json = self.json;
        let mut at = begin + 1;
        self.take(begin, at);
        let first = self.pieces.len();
        // Each name, and which pieces the member has.
        let mut members: SmallVec<[(&'a [u8], usize, usize); 16]> = SmallVec::new();
        if json.get(at) != Some(&b'}') {
            loop {
                let name_end = string_end(json, at)?;
                let name = json.get(at + 1..name_end - 1).filter(|name| !name.contains(&b'\\'))?;
                let value = (json.get(name_end) == Some(&b':')).then_some(name_end + 1)?;
                let from = self.pieces.len();
                self.pieces.push(Piece { from: at, to: value, is_begin: true });
                at = self.value(value)?;
                members.push((name, from, self.pieces.len()));
                match json.get(at)? {
                    b',' => at += 1,
                    b'}' => break,
                    _ => return None,
                }
            }
        }
        if !members.is_sorted() {
            members.sort_unstable();
            self.unsorted.clear();
            self.unsorted.extend_from_slice(self.pieces.get(first..)?);
            self.pieces.truncate(first);
            for (_, from, to) in members {
                self.pieces.extend_from_slice(self.unsorted.get(from - first..to - first)?);
            }
        } else if members.len() == self.pieces.len() - first {
            // All of it is in order.
            self.pieces.truncate(first);
            self.take(begin + 1, at);
        }
        self.take(at, at + 1);
        Some(at + 1)
    }

    /// The pieces, written.
    fn written(&self) -> Option<Vec<u8>> {
        let mut out = Vec::with_capacity(self.json.len());
        for Piece { from, to, is_begin } in &self.pieces {
            // A brace that opens an object is the only one that comes last of a piece, for those of texts have quotes behind.
            if *is_begin && out.last() != Some(&b'{') {
                out.push(b',');
            }
            out.extend_from_slice(self.json.get(*from..*to)?);
        }
        Some(out)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    #[test]
    fn it_is_what_any_writer_of_sorted_json_comes_to() {
        let plain = r#"{"b":[],"a":{},"z":[{"y":1,"x":[-2,true,null]}],"c":"“é”\n\u0001\\\" 😀","/a/0":"x"}"#;
        let nested =
            r#"{"a":[{"z":"{","b":[{"f":1,"e":{}},[]]},{"b":1}],"d":{"x":0,"y":{}},"c":{"y":{"q":[],"p":{}}},"b":""}"#;
        for text in [plain, "[]", "{}", "null", "\"a\"", "[1,[2,[3]]]", r#"{"a":{"b":{"d":1,"c":2}}}"#, nested] {
            let mut value: Value = serde_json::from_str(text).expect("JSON");
            value.sort_all_objects();
            let canonical = canonical(text.as_bytes()).expect("JSON");
            assert_eq!(String::from_utf8(canonical).expect("text"), value.to_string());
        }
        for broken in [
            "",
            "{",
            "{} x",
            "{\"a\"",
            "{\"a\"1}",
            "{\"a\":[1,2}",
            "[1,2",
            "{\"a\":1]",
            "[1,]",
            "{\"a\":}",
            r#"{"a\"":1}"#,
        ] {
            assert_eq!(canonical(broken.as_bytes()), None, "{broken}");
        }
    }
}
