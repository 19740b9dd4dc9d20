//! Where the members of a JSON object stand, without reading what they are.
//!
//! All of it is for JSON that was written here: it can be read, has no white space, and its names need no escaping.

use std::borrow::Cow;
use std::ops::Range;

use memchr::memchr2;

/// The members of an object that have these names, each as it is written; no more of it is read than it takes to find
/// them.
#[must_use]
pub fn members<'a, const N: usize>(json: &'a [u8], names: [&str; N]) -> [Option<&'a str>; N] {
    let mut found = [None; N];
    for (name, value) in each(json) {
        if let Some(place) = names.iter().position(|wanted| wanted.as_bytes() == name).and_then(|at| found.get_mut(at))
        {
            *place = json.get(value).and_then(|value| std::str::from_utf8(value).ok());
            if found.iter().all(Option::is_some) {
                break;
            }
        }
    }
    found
}

/// The names of an object's members, and where their values stand.
pub fn each(json: &[u8]) -> impl Iterator<Item = (&[u8], Range<usize>)> {
    let mut at = 1;
    // A name in quotes, a colon, a value, and a comma where another follows.
    std::iter::from_fn(move || {
        let name_end = string_end(json, at)?;
        let (name, value) = (json.get(at + 1..name_end - 1)?, name_end + 1..value_end(json, name_end + 1)?);
        at = value.end + 1;
        Some((name, value))
    })
}

/// Where the string ends that begins at a place; nothing where none does.
#[must_use]
pub fn string_end(json: &[u8], begin: usize) -> Option<usize> {
    if json.get(begin) != Some(&b'"') {
        return None;
    }
    let mut at = begin + 1;
    loop {
        at += memchr2(b'"', b'\\', json.get(at..)?)?;
        if json.get(at) == Some(&b'"') {
            return Some(at + 1);
        }
        // What a backslash escapes ends nothing.
        at += 2;
    }
}

/// Where the value ends that begins at a place; nothing where the text ends before it.
#[must_use]
pub fn value_end(json: &[u8], begin: usize) -> Option<usize> {
    let mut depth = 0_usize;
    let mut at = begin;
    loop {
        match json.get(at)? {
            b'"' => at = string_end(json, at)?,
            b'{' | b'[' => {
                depth += 1;
                at += 1;
            }
            b'}' | b']' | b',' if depth == 0 => return Some(at),
            b'}' | b']' => {
                depth -= 1;
                at += 1;
            }
            _ => at += 1,
        }
    }
}

/// A member's text; nothing where it is null or not there.
#[must_use]
pub fn text(member: Option<&str>) -> Option<Cow<'_, str>> {
    let json = member?;
    let inner = json.strip_prefix('"')?.strip_suffix('"')?;
    if inner.contains('\\') { serde_json::from_str(json).ok().map(Cow::Owned) } else { Some(Cow::Borrowed(inner)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_are_found_in_any_order_and_the_rest_is_not_read() {
        let json = br#"{"a":"x \"y\"","b":[{"a":2},"]\\"],"c":null,"d":"plain", and then nonsense"#;
        let [c, a, d] = members(json, ["c", "a", "d"]).map(text);
        assert_eq!((c, a.as_deref(), d.as_deref()), (None, Some("x \"y\""), Some("plain")));
        assert_eq!(members(json, ["b"]), [Some(r#"[{"a":2},"]\\"]"#)]);
        assert_eq!(members(br#"{"b":1}"#, ["a", "b"]), [None, Some("1")]);
        for broken in ["", "{", "{}", "{\"a", "{\"a\":", "{\"a\":\"x", "{\"a\":[1", "[1,2]"] {
            assert_eq!(members(broken.as_bytes(), ["a"]), [None], "{broken}");
        }
    }
}
