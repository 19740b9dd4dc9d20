//! The hash chain over the history.

use sha2::{Digest, Sha256};

/// The hash of the empty history.
pub(super) const GENESIS: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// The SHA-256 of parts, in hexadecimal. Each part is preceded by its length, so no two lists of
/// parts hash alike.
#[must_use]
pub fn hash(parts: &[&str]) -> String {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update((part.len() as u64).to_be_bytes());
        hasher.update(part.as_bytes());
    }
    let mut text = String::with_capacity(64);
    for byte in hasher.finalize() {
        for nibble in [byte >> 4, byte & 15] {
            text.push(char::from_digit(u32::from(nibble), 16).unwrap_or('0'));
        }
    }
    text
}

/// The first 64 bits of a hash: enough to tell two histories apart that were not made to look alike.
#[must_use]
pub fn link(hash: &str) -> u64 {
    hash.get(..16).and_then(|begin| u64::from_str_radix(begin, 16).ok()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_do_not_run_together() {
        assert_ne!(hash(&["ab", "c"]), hash(&["a", "bc"]));
        assert_eq!(hash(&["ab", "c"]), hash(&["ab", "c"]));
        assert_eq!(hash(&[]).len(), GENESIS.len());
    }
}
