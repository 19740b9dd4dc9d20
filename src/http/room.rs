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
    let free = FREE.with_borrow_mut(Vec::pop);
    free.filter(|room| room.capacity() >= bytes).unwrap_or_else(|| Vec::with_capacity(bytes))
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
        if free.len() < MOST {
            free.push(room);
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

#[cfg(test)]
mod tests {
    use super::*;

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
