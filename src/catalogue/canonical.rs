//! JSON in the one form that hashes are made of: the members of every object by name, and no white space.
//!
//! Whoever parses JSON and writes it with sorted keys comes to the same text. Of what was written here no more than the
//! order of members differs from it, so nothing else is read: every entry goes through this whenever it changes.

use smallvec::SmallVec;

use crate::model::members::string_end;

/// JSON text that was written here, in its canonical form; nothing where what it is made of does not fit together, or
/// where a name is escaped: it would have to be read to be put in order.
pub(super) fn canonical(json: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(json.len());
    let end = value(json, 0, &mut out)?;
    (end == json.len()).then_some(out)
}

/// Writes the value that begins at a place; where it ends.
fn value(json: &[u8], at: usize, out: &mut Vec<u8>) -> Option<usize> {
    let end = match json.get(at)? {
        b'{' => return object(json, at, out),
        b'[' => return array(json, at, out),
        b'"' => string_end(json, at)?,
        _ => {
            let rest = json.get(at..)?;
            let length = rest.iter().position(|byte| matches!(byte, b',' | b']' | b'}')).unwrap_or(rest.len());
            at + (length > 0).then_some(length)?
        }
    };
    out.extend_from_slice(json.get(at..end)?);
    Some(end)
}

fn array(json: &[u8], begin: usize, out: &mut Vec<u8>) -> Option<usize> {
    out.push(b'[');
    let mut at = begin + 1;
    if json.get(at) == Some(&b']') {
        out.push(b']');
        return Some(at + 1);
    }
    loop {
        at = value(json, at, out)?;
        let next = *json.get(at)?;
        out.push(next);
        at += 1;
        match next {
            b',' => {}
            b']' => return Some(at),
            _ => return None,
        }
    }
}

fn object(json: &[u8], begin: usize, out: &mut Vec<u8>) -> Option<usize> {
    out.push(b'{');
    let first = out.len();
    // Each name, and where in what is written the member stands.
    let mut members: SmallVec<[(&[u8], usize, usize); 16]> = SmallVec::new();
    let mut at = begin + 1;
    if json.get(at) == Some(&b'}') {
        out.push(b'}');
        return Some(at + 1);
    }
    loop {
        let name_end = string_end(json, at)?;
        let from = out.len();
        out.extend_from_slice(json.get(at..name_end)?);
        out.push(b':');
        let name = json.get(at + 1..name_end - 1).filter(|name| !name.contains(&b'\\'))?;
        at = (json.get(name_end) == Some(&b':')).then(|| value(json, name_end + 1, out))??;
        members.push((name, from, out.len()));
        let next = *json.get(at)?;
        out.push(next);
        at += 1;
        match next {
            b',' => {}
            b'}' => break,
            _ => return None,
        }
    }
    if !members.is_sorted() {
        members.sort_unstable();
        let written = out.split_off(first);
        for (_, from, to) in members {
            out.extend_from_slice(written.get(from - first..to - first)?);
            out.push(b',');
        }
        if let Some(last) = out.last_mut() {
            *last = b'}';
        }
    }
    Some(at)
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
