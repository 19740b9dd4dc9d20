//! JSON in the one form that hashes are made of: the members of every object by name, and no white space.
//!
//! Whoever parses JSON and writes it with sorted keys comes to the same text. Of what was written here no more than the
//! order of members differs from it, so nothing else is read: every entry goes through this whenever it changes.

use smallvec::SmallVec;

use crate::model::members::string_end;

/// JSON text that was written here, in its canonical form; nothing where what it is made of does not fit together, or
/// where a name is escaped: it would have to be read to be put in order.
pub(super) fn canonical(json: &[u8]) -> Option<Vec<u8>> {
    let mut writing = Writing { json, out: Vec::with_capacity(json.len()), unsorted: Vec::new() };
    let end = writing.value(0)?;
    (end == json.len()).then_some(writing.out)
}

/// A text that is being written.
struct Writing<'a> {
    json: &'a [u8],
    out: Vec<u8>,
    /// Room for the members of one object, in the order in which they came.
    unsorted: Vec<u8>,
}

impl<'a> Writing<'a> {
    /// Writes the value that begins at a place; where it ends.
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
        self.out.extend_from_slice(json.get(at..end)?);
        Some(end)
    }

    fn array(&mut self, begin: usize) -> Option<usize> {
        self.out.push(b'[');
        let mut at = begin + 1;
        if self.json.get(at) == Some(&b']') {
            self.out.push(b']');
            return Some(at + 1);
        }
        loop {
            at = self.value(at)?;
            let next = *self.json.get(at)?;
            self.out.push(next);
            at += 1;
            match next {
                b',' => {}
                b']' => return Some(at),
                _ => return None,
            }
        }
    }

    fn object(&mut self, begin: usize) -> Option<usize> {
        let json = self.json;
        self.out.push(b'{');
        let first = self.out.len();
        // Each name, and where in what is written the member stands.
        let mut members: SmallVec<[(&'a [u8], usize, usize); 16]> = SmallVec::new();
        let mut at = begin + 1;
        if json.get(at) == Some(&b'}') {
            self.out.push(b'}');
            return Some(at + 1);
        }
        loop {
            let name_end = string_end(json, at)?;
            let from = self.out.len();
            self.out.extend_from_slice(json.get(at..name_end)?);
            self.out.push(b':');
            let name = json.get(at + 1..name_end - 1).filter(|name| !name.contains(&b'\\'))?;
            at = (json.get(name_end) == Some(&b':')).then(|| self.value(name_end + 1))??;
            members.push((name, from, self.out.len()));
            let next = *json.get(at)?;
            self.out.push(next);
            at += 1;
            match next {
                b',' => {}
                b'}' => break,
                _ => return None,
            }
        }
        if !members.is_sorted() {
            members.sort_unstable();
            self.unsorted.clear();
            self.unsorted.extend_from_slice(self.out.get(first..)?);
            self.out.truncate(first);
            for (_, from, to) in members {
                self.out.extend_from_slice(self.unsorted.get(from - first..to - first)?);
                self.out.push(b',');
            }
            if let Some(last) = self.out.last_mut() {
                *last = b'}';
            }
        }
        Some(at)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    #[test]
    fn it_is_what_any_writer_of_sorted_json_comes_to() {
        let plain = r#"{"b":[],"a":{},"z":[{"y":1,"x":[-2,true,null]}],"c":"“é”\n\u0001\\\" 😀","/a/0":"x"}"#;
        for text in [plain, "[]", "{}", "null", "\"a\"", "[1,[2,[3]]]", r#"{"a":{"b":{"d":1,"c":2}}}"#] {
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
