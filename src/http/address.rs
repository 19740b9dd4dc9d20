//! Addresses of the directory's own, as answers give them.

use url::form_urlencoded::byte_serialize;

use super::Service;

/// An address that is being written.
#[derive(Clone)]
pub(super) struct Address {
    text: String,
    has_query: bool,
}

impl Address {
    /// An address under `/v1/`.
    pub(super) fn of(service: &Service, path: &str) -> Self {
        let mut text = String::with_capacity(service.public_url.len() + path.len() + 160);
        text.push_str(&service.public_url);
        text.push_str("/v1/");
        text.push_str(path);
        Self { text, has_query: false }
    }

    /// An address that was written before.
    pub(super) fn again(text: &str) -> Self {
        Self { has_query: text.contains('?'), text: text.to_owned() }
    }

    /// Adds a parameter.
    pub(super) fn with(self, name: &str, value: &str) -> Self {
        if value.bytes().fold(true, |all, byte| all & (stays(byte) || byte == b',')) {
            return self.with_plain(name, value);
        }
        self.with_any(name, value.split(','))
    }

    /// Adds a parameter that has several values. The commas between them stay as they are; written out they would only
    /// be harder to read.
    pub(super) fn with_any(mut self, name: &str, values: impl IntoIterator<Item = impl AsRef<str>>) -> Self {
        self.text.push(if self.has_query { '&' } else { '?' });
        self.has_query = true;
        self.text.push_str(name);
        self.text.push('=');
        for (index, value) in values.into_iter().enumerate() {
            if index > 0 {
                self.text.push(',');
            }
            let value = value.as_ref();
            if value.bytes().fold(true, |all, byte| all & stays(byte)) {
                self.text.push_str(value);
            } else {
                self.text.extend(byte_serialize(value.as_bytes()));
            }
        }
        self
    }

    /// Adds a parameter whose value has nothing in it to be written otherwise.
    pub(super) fn with_plain(mut self, name: &str, value: &str) -> Self {
        self.text.reserve(name.len() + value.len() + 2);
        self.text.extend([if self.has_query { "&" } else { "?" }, name, "=", value]);
        self.has_query = true;
        self
    }

    /// Adds parameters.
    pub(super) fn with_all<'a>(self, pairs: impl IntoIterator<Item = &'a (&'static str, String)>) -> Self {
        pairs.into_iter().fold(self, |address, (name, value)| address.with(name, value))
    }

    /// The address.
    pub(super) fn finish(self) -> String {
        self.text
    }
}

/// Whether a byte stands in a query as it is (the URL standard, application/x-www-form-urlencoded).
const fn stays(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() | matches!(byte, b'*' | b'-' | b'.' | b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commas_stay_and_what_stands_between_them_is_written_out_where_it_must_be() {
        let address = Address { text: "/v1/programmes".to_owned(), has_query: false };
        let address = address.with("facets", "role,level").with("q", "a b,ä").with_any("id", ["c", "d,e"]);
        let expected = "/v1/programmes?facets=role,level&q=a+b,%C3%A4&id=c,d%2Ce";
        assert_eq!(address.finish(), expected);
        assert_eq!(Address::again(expected).with("limit", "5").finish(), format!("{expected}&limit=5"));
    }

    #[test]
    fn what_stays_is_what_the_standard_leaves_as_it_is() {
        for byte in 0..=u8::MAX {
            assert_eq!(stays(byte), byte_serialize(&[byte]).collect::<String>().as_bytes() == [byte], "{byte}");
        }
    }
}
