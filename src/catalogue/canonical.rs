//! JSON in the one form that hashes are made of: the members of every object by name, and no white space.
//!
//! Whoever parses JSON and writes it with sorted keys comes to the same text; this does so in one pass, since every
//! entry goes through it whenever it changes.

use std::fmt;

use serde::Serialize;
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

/// Writes JSON text in its canonical form.
///
/// # Errors
/// Where it is not JSON, or a member's name holds what JSON must escape: no name of ours does.
pub(super) fn canonical(text: &str) -> Result<Vec<u8>, serde_json::Error> {
    let mut out = Vec::with_capacity(text.len());
    let mut json = serde_json::Deserializer::from_str(text);
    Into(&mut out).deserialize(&mut json)?;
    json.end()?;
    Ok(out)
}

/// Writes whatever comes to the end of a text.
struct Into<'o>(&'o mut Vec<u8>);

impl Into<'_> {
    fn scalar<E: Error>(self, value: &(impl Serialize + ?Sized)) -> Result<(), E> {
        serde_json::to_writer(self.0, value).map_err(E::custom)
    }
}

impl<'de> DeserializeSeed<'de> for Into<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Into<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        self.scalar(&())
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<(), E> {
        self.scalar(&value)
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<(), E> {
        self.scalar(&value)
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<(), E> {
        self.scalar(&value)
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<(), E> {
        self.scalar(&value)
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<(), E> {
        self.scalar(value)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        self.0.push(b'[');
        let begin = self.0.len();
        loop {
            let end = self.0.len();
            if end > begin {
                self.0.push(b',');
            }
            if items.next_element_seed(Into(self.0))?.is_none() {
                self.0.truncate(end);
                self.0.push(b']');
                return Ok(());
            }
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let begin = self.0.len();
        let mut members: Vec<(&'de str, usize, usize)> = Vec::with_capacity(16);
        while let Some(name) = map.next_key::<&'de str>()? {
            let from = self.0.len();
            serde_json::to_writer(&mut *self.0, name).map_err(A::Error::custom)?;
            self.0.push(b':');
            map.next_value_seed(Into(self.0))?;
            members.push((name, from, self.0.len()));
        }
        members.sort_unstable();
        let written = self.0.split_off(begin);
        self.0.push(b'{');
        for (index, (_, from, to)) in members.into_iter().enumerate() {
            if index > 0 {
                self.0.push(b',');
            }
            self.0.extend_from_slice(written.get(from - begin..to - begin).unwrap_or_default());
        }
        self.0.push(b'}');
        Ok(())
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
            assert_eq!(String::from_utf8(canonical(text).expect("JSON")).expect("text"), value.to_string());
        }
        assert!(canonical("{} x").is_err() && canonical("{").is_err());
    }
}
