//! Who an entry is: its kind and slug for readers, its uid for outside systems.

use uuid::Uuid;

use super::codes::Kind;

/// The namespace of every uid. Fixed once: changing it would give every entry a new identity.
pub const NAMESPACE: Uuid = Uuid::from_u128(0x5f0c_2a7e_8a2b_4c53_9d0e_7c1b_6f3a_9e41);

/// The uid of the entry whose first slug this is: a version 5 UUID (RFC 9562 §5.5) of `kind/slug`.
#[must_use]
pub fn uid(kind: Kind, first_slug: &str) -> Uuid {
    Uuid::new_v5(&NAMESPACE, format!("{kind}/{first_slug}").as_bytes())
}

/// Splits `kind/slug`.
#[must_use]
pub fn parse_reference(written: &str) -> Option<(Kind, &str)> {
    let (kind, slug) = written.split_once('/')?;
    Some((Kind::from_code(kind)?, slug))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_uid_is_for_ever() {
        // If this fails, every outside system that holds our uids would lose them.
        assert_eq!(uid(Kind::Programme, "mary-seacole").to_string(), "e055ed27-c88d-5726-99b3-daa73495043a");
    }

    #[test]
    fn references_name_a_known_kind() {
        assert_eq!(parse_reference("academy/lla-london"), Some((Kind::Academy, "lla-london")));
        assert_eq!(parse_reference("planet/mars"), None);
        assert_eq!(parse_reference("lla-london"), None);
    }
}
