//! Room that bodies are put together in, used again: what was just sent is still at hand for the processor, while new
//! room would come from memory first, line by line.

use std::cell::RefCell;

use bytes::Bytes;

/// How many rooms a thread keeps, and how large each may be, in bytes.
const MOST: usize = 2;
const LARGEST: usize = 2 * 1024 * 1024;

thread_local! {
    /// The rooms of this thread that nobody is in.
    static FREE: RefCell<Vec<Vec<u8>>> = const { RefCell::new(Vec::new()) };
}

/// Room for so many bytes, with nothing in it.
pub(super) fn take(bytes: usize) -> Vec<u8> {
    let fitting = |free: &mut Vec<Vec<u8>>| {
        let at = free.iter().rposition(|room| room.capacity() >= bytes)?;
        Some(free.swap_remove(at))
    };
    FREE.with_borrow_mut(fitting).unwrap_or_else(|| Vec::with_capacity(bytes))
}

/// Gives room back: nobody reads any more what is in it.
pub(super) fn give_back(mut room: Vec<u8>) {
    if room.capacity() > LARGEST {
        return;
    }
    room.clear();
    // A thread that ends has none left.
    let _ = FREE.try_with(|free| {
        let mut free = free.borrow_mut();
        free.push(room);
        if free.len() > MOST {
            // Most are asked for something that fits into the larger ones.
            let least = (0..).zip(free.iter()).min_by_key(|(_, room)| room.capacity()).map_or(0, |(at, _)| at);
            free.remove(least);
        }
    });
}

/// What is in a room, to be sent; the room is given back once it was.
pub(super) fn sent(room: Vec<u8>) -> Bytes {
    Bytes::from_owner(Sent(room))
}

/// What is on its way.
struct Sent(Vec<u8>);

impl AsRef<[u8]> for Sent {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl Drop for Sent {
    fn drop(&mut self) {
        give_back(std::mem::take(&mut self.0));
    }
}

/// How many rooms of this thread nobody is in.
#[cfg(test)]
pub(super) fn free() -> usize {
    FREE.with_borrow(Vec::len)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_room_that_is_too_small_is_passed_over_and_the_larger_ones_are_kept() {
        let places = [3_000, 2_000, 1_000].map(|bytes| {
            let room = take(bytes);
            (room.as_ptr(), room)
        });
        let places = places.map(|(place, room)| {
            give_back(room);
            place
        });
        // The one of 1,000 bytes was one too many.
        let (first, second) = (take(2_500), take(500));
        assert_eq!((first.as_ptr(), second.as_ptr()), (places[0], places[1]));
        assert_eq!(free(), 0);
    }

    #[test]
    fn room_is_used_again_once_what_was_in_it_is_sent() {
        let mut room = take(1_000);
        let place = room.as_ptr();
        room.extend_from_slice(b"first");
        let body = sent(room);
        let copy = body.clone();
        drop(body);
        // Somebody still reads it.
        let other = take(10);
        assert!(copy == "first" && other.as_ptr() != place);
        drop(copy);
        let again = take(1_000);
        assert!(again.as_ptr() == place && again.is_empty());
        give_back(again);
        assert!(take(1_001).capacity() >= 1_001);
    }

    #[test]
    fn what_is_kept_free_is_bounded() {
        for room in [take(LARGEST + 1), take(1), take(2), take(3)] {
            give_back(room);
        }
        FREE.with_borrow(|free| {
            assert_eq!(free.len(), MOST);
            assert!(free.iter().all(|room| room.capacity() <= LARGEST));
        });
    }
}
