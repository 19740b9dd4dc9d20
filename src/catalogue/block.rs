//! Texts, and other rows of things, that stand side by side in memory in the order in which they will be told.
//!
//! A processor that reads in order fetches what comes next by itself; what is read together is on few pages of memory; and
//! many texts that stand in one place are sent as they stand, without being put together first.

use std::num::NonZeroU32;
use std::ops::Deref;
use std::sync::Arc;

use bytes::Bytes;

/// How many bytes stand in one place, at the most: about as many as are sent at once, and a little less than what an
/// allocator gives without waste. A place is kept for as long as one text in it is.
const MOST: usize = 48 * 1024 - 64;

/// A text in a block of texts, or another row in a block of rows.
#[derive(Debug)]
pub(super) struct Stretch<T = u8> {
    block: Arc<[T]>,
    from: u32,
    to: u32,
}

impl<T> Clone for Stretch<T> {
    fn clone(&self) -> Self {
        Self { block: Arc::clone(&self.block), ..*self }
    }
}

impl<T> Stretch<T> {
    /// A row in a block of its own.
    pub(super) fn alone(row: impl Into<Arc<[T]>>) -> Self {
        let block = row.into();
        Self { from: 0, to: narrow(block.len()), block }
    }
}

impl Stretch {
    /// How many bytes another text has, where it begins as this one ends.
    pub(super) fn beside(&self, other: &Self) -> Option<NonZeroU32> {
        let is_beside = other.from == self.to && Arc::ptr_eq(&self.block, &other.block);
        NonZeroU32::new(other.to - other.from).filter(|_| is_beside)
    }
}

/// Collects things, and puts the rows that they have side by side, block by block as they come.
pub(super) fn side_by_side<T, U: Clone>(
    things: impl ExactSizeIterator<Item = T>,
    row_of: impl Fn(&mut T) -> Option<&mut Stretch<U>>,
) -> Vec<T> {
    let (mut all, mut placed, mut length) = (Vec::with_capacity(things.len()), 0, 0);
    for mut thing in things {
        let own = row_of(&mut thing).map_or(0, |row| row.len());
        if length + own > MOST / size_of::<U>() {
            put_together(all.iter_mut().skip(placed).filter_map(&row_of), length);
            (placed, length) = (all.len(), 0);
        }
        length += own;
        all.push(thing);
    }
    put_together(all.iter_mut().skip(placed).filter_map(&row_of), length);
    all
}

/// Puts rows of some length into one block.
fn put_together<'a, U: Clone + 'a>(rows: impl Iterator<Item = &'a mut Stretch<U>>, length: usize) {
    let (mut block, mut together) = (Vec::with_capacity(length), Vec::new());
    for row in rows {
        block.extend_from_slice(row);
        together.push(row);
    }
    let (block, mut from): (Arc<[U]>, _) = (block.into(), 0);
    for row in together {
        let to = from + narrow(row.len());
        *row = Stretch { block: Arc::clone(&block), from, to };
        from = to;
    }
}

/// Texts that stand side by side in one block.
#[derive(Debug, Clone, Copy)]
pub struct Run<'a> {
    block: &'a Arc<[u8]>,
    from: u32,
    to: u32,
    count: usize,
}

impl<'a> Run<'a> {
    /// A text, and those that stand beside it, one after the other, of so many bytes each.
    pub(super) fn of(text: &'a Stretch, others: impl Iterator<Item = NonZeroU32>) -> Self {
        let run = Self { block: &text.block, from: text.from, to: text.to, count: 1 };
        others.fold(run, |run, length| Self { to: run.to.saturating_add(length.get()), count: run.count + 1, ..run })
    }

    /// How many texts there are.
    #[must_use]
    pub const fn count(&self) -> usize {
        self.count
    }

    /// The texts, without some bytes at the beginning of the first.
    #[must_use]
    pub fn bytes(&self, without: usize) -> &'a [u8] {
        let from = self.from as usize + without;
        self.block.get(from..self.to as usize).unwrap_or_default()
    }

    /// As [`Self::bytes`], kept for as long as somebody reads them.
    #[must_use]
    pub fn kept(&self, without: usize) -> Bytes {
        let from = self.from + narrow(without);
        Bytes::from_owner(Stretch { block: Arc::clone(self.block), from, to: self.to })
    }
}

impl<T> Deref for Stretch<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        self.block.get(self.from as usize..self.to as usize).unwrap_or_default()
    }
}

impl AsRef<[u8]> for Stretch {
    fn as_ref(&self) -> &[u8] {
        self
    }
}

/// A place in a text: no body of an entry comes near four gigabytes.
pub(super) fn narrow(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_side_by_side_are_what_they_were_and_those_of_a_block_are_read_in_one() {
        let text = |at: u8| if at == 50 { Vec::new() } else { vec![at; usize::from(at) * 20] };
        let texts: Vec<Vec<u8>> = (1..100).map(text).chain([vec![1; 60_000]]).collect();
        let alone: Vec<Stretch> = texts.iter().map(|text| Stretch::alone(text.as_slice())).collect();
        assert_eq!(alone[3].beside(&alone[4]), None);
        // A thing without a text is passed over.
        let things: Vec<Option<Stretch>> = alone.into_iter().map(Some).chain([None]).collect();
        let stretches: Vec<Stretch> = side_by_side(things.into_iter(), Option::as_mut).into_iter().flatten().collect();
        assert!(stretches.iter().zip(&texts).all(|(stretch, text)| **stretch == **text));
        let beside = |at: usize| stretches.get(at.checked_sub(1)?)?.beside(stretches.get(at)?);
        let breaks: Vec<usize> = (0..texts.len()).filter(|at| beside(*at).is_none()).collect();
        // Some 98,000 bytes in three blocks, the text of none that is beside nothing, and one that is a block by itself.
        assert_eq!((breaks.len(), breaks[0], breaks[1], breaks[4]), (5, 0, 49, 99), "{breaks:?}");
        let run_of = |at: usize| Run::of(&stretches[at], (at + 1..).map_while(beside));
        let run = run_of(1);
        assert_eq!((run.count(), run.bytes(5)), (48, &texts[1..49].concat()[5..]));
        assert_eq!((run_of(98).count(), run_of(99).count()), (1, 1));
        let run = run.kept(5);
        assert_eq!(run, texts[1..49].concat()[5..]);
        assert!(stretches.iter().all(|stretch| stretch.block.len() <= MOST.max(60_000)));
        // What is being sent stays.
        drop(stretches);
        assert_eq!(run.first(), Some(&2));
    }
}
