//! Sets that are kept, as lists while they are short.

use std::borrow::Cow;

use super::{Bits, place};

/// A set that is kept, as small as it can be: a list while it is short.
#[derive(Debug, Clone)]
pub(in crate::catalogue) enum Members {
    /// In order.
    Few(Vec<u32>),
    /// As bits.
    Many(Bits),
}

impl Default for Members {
    fn default() -> Self {
        Self::Few(Vec::new())
    }
}

impl Members {
    /// A set that is empty.
    pub(in crate::catalogue) const EMPTY: Self = Self::Few(Vec::new());

    /// Adds an ordinal.
    pub(in crate::catalogue) fn insert(&mut self, ordinal: u32) {
        match self {
            Self::Many(bits) => bits.insert(ordinal),
            Self::Few(list) => {
                if let Err(at) = list.binary_search(&ordinal) {
                    list.insert(at, ordinal);
                }
                // As bits it takes no more room from here on.
                if list.last().is_some_and(|last| list.len() > 8 && list.len() * 32 > *last as usize) {
                    *self = Self::Many(list.iter().copied().collect());
                }
            }
        }
    }

    /// Takes an ordinal out.
    pub(in crate::catalogue) fn remove(&mut self, ordinal: u32) {
        match self {
            Self::Many(bits) => bits.remove(ordinal),
            Self::Few(list) => {
                if let Ok(at) = list.binary_search(&ordinal) {
                    list.remove(at);
                }
            }
        }
    }

    /// How many there are.
    pub(in crate::catalogue) fn len(&self) -> u64 {
        match self {
            Self::Many(bits) => bits.len(),
            Self::Few(list) => list.len() as u64,
        }
    }

    /// All of them, in order.
    pub(in crate::catalogue) fn iter(&self) -> impl Iterator<Item = u32> + '_ {
        let (few, many) = match self {
            Self::Few(list) => (Some(list.iter().copied()), None),
            Self::Many(bits) => (None, Some(bits.iter())),
        };
        few.into_iter().flatten().chain(many.into_iter().flatten())
    }

    /// Adds them to a set.
    pub(in crate::catalogue) fn add_to(&self, bits: &mut Bits) {
        match self {
            Self::Many(many) => bits.add(many),
            Self::Few(list) => list.iter().for_each(|ordinal| bits.insert(*ordinal)),
        }
    }

    /// Takes them out of a set.
    pub(in crate::catalogue) fn drop_from(&self, bits: &mut Bits) {
        match self {
            Self::Many(many) => bits.drop(many),
            Self::Few(list) => list.iter().for_each(|ordinal| bits.remove(*ordinal)),
        }
    }

    /// Those that are in a set too.
    pub(in crate::catalogue) fn and(&self, bits: &Bits) -> Bits {
        match self {
            Self::Many(many) => many.and(bits),
            Self::Few(list) => {
                let mut both = Bits(vec![0; bits.0.len()]);
                list.iter().filter(|ordinal| bits.contains(**ordinal)).for_each(|ordinal| both.insert(*ordinal));
                both
            }
        }
    }

    /// How many are in a set too.
    pub(in crate::catalogue) fn count_and(&self, bits: &Bits) -> u64 {
        match self {
            Self::Many(many) => many.count_and(bits),
            Self::Few(list) => list.iter().filter(|ordinal| bits.contains(**ordinal)).count() as u64,
        }
    }

    /// The set as bits, its own where it has them.
    pub(in crate::catalogue) fn as_bits(&self) -> Cow<'_, Bits> {
        match self {
            Self::Many(bits) => Cow::Borrowed(bits),
            Self::Few(list) => {
                let words = list.last().map_or(0, |last| place(*last).0 + 1);
                let mut bits = Bits(vec![0; words]);
                for ordinal in list {
                    bits.insert(*ordinal);
                }
                Cow::Owned(bits)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_taken_out_is_gone() {
        for count in [3, 500] {
            let mut members = Members::default();
            (0..count).for_each(|ordinal| members.insert(ordinal));
            (0..count).step_by(2).for_each(|ordinal| members.remove(ordinal));
            assert!(members.iter().eq((0..count).filter(|ordinal| ordinal % 2 == 1)));
        }
    }
}
