//! A few members of a JSON object, without reading the rest of it.

use std::fmt;

use serde::de::{DeserializeSeed, Error as _, MapAccess, Visitor};
use serde_json::value::RawValue;

/// The members of an object that have these names, as they are written; no more of it is read than it takes to find
/// them. Our own names need no escaping.
#[must_use]
pub fn members<'a, const N: usize>(json: &'a [u8], names: [&str; N]) -> [Option<&'a RawValue>; N] {
    let mut found = [None; N];
    // An end before the end is told as an error: what was found stands.
    let _ = Search { names, found: &mut found }.deserialize(&mut serde_json::Deserializer::from_slice(json));
    found
}

/// A member's text; nothing where it is null or not there.
#[must_use]
pub fn text<'a>(member: Option<&'a RawValue>) -> Option<std::borrow::Cow<'a, str>> {
    /// Text that is borrowed where it is written without escapes.
    #[derive(serde::Deserialize)]
    struct Text<'a>(#[serde(borrow)] std::borrow::Cow<'a, str>);

    serde_json::from_str::<Option<Text<'a>>>(member?.get()).ok()?.map(|text| text.0)
}

struct Search<'s, 'a, const N: usize> {
    names: [&'s str; N],
    found: &'s mut [Option<&'a RawValue>; N],
}

impl<'a, const N: usize> DeserializeSeed<'a> for Search<'_, 'a, N> {
    type Value = ();

    fn deserialize<D: serde::Deserializer<'a>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'a, const N: usize> Visitor<'a> for Search<'_, 'a, N> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'a>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<&str>()? {
            let place = self.names.iter().position(|name| *name == key).and_then(|at| self.found.get_mut(at));
            match place {
                Some(place) => *place = Some(map.next_value()?),
                None => drop(map.next_value::<serde::de::IgnoredAny>()?),
            }
            if self.found.iter().all(Option::is_some) {
                return Err(A::Error::custom("everything is found"));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_are_found_in_any_order_and_the_rest_is_not_read() {
        let json = br#"{"a":"x \"y\"","b":[{"a":2}],"c":null,"d":"plain", and then nonsense"#;
        let [c, a, d] = members(json, ["c", "a", "d"]).map(text);
        assert_eq!((c, a.as_deref(), d.as_deref()), (None, Some("x \"y\""), Some("plain")));
        let [missing, b] = members(br#"{"b":1}"#, ["a", "b"]);
        assert!(missing.is_none());
        assert_eq!(b.map(RawValue::get), Some("1"));
    }
}
