//! Work that is done on several cores at once, where it is much.

use std::num::NonZero;
use std::thread::ScopedJoinHandle;

/// From how many entries on they are worth a thread of their own.
pub(super) const MANY: usize = 1_000;

/// How many cores there are.
pub(super) fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, NonZero::get)
}

/// Does two things: at once where they are much.
pub(super) fn both<A: Send, B>(is_much: bool, one: impl FnOnce() -> A + Send, other: impl FnOnce() -> B) -> (A, B) {
    if !is_much {
        return (one(), other());
    }
    std::thread::scope(|scope| {
        let one = scope.spawn(one);
        let other = other();
        (joined(one), other)
    })
}

/// What a thread came to.
pub(super) fn joined<T>(thread: ScopedJoinHandle<'_, T>) -> T {
    match thread.join() {
        Ok(done) => done,
        Err(panicked) => std::panic::resume_unwind(panicked),
    }
}
