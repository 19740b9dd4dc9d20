//! Memory that is asked for before it is read, and comes while something else is done.
//!
//! The entries of a large directory are mostly far from the processor. To tell one is to wait for what says where its text
//! is, and then for the text; told one after the other, entries would have it wait for each. So each is asked for while those
//! before it are told. It is done on x86-64, where there is a safe way to ask.

use std::ops::Range;

/// How many bytes come at once, as most processors have it.
const LINE: usize = 64;

/// How much of one thing is asked for at the most: the rest of a long text comes as it is read in order.
const MOST: usize = 4_096;

/// How many entries before it is told an entry is asked for, and then what it tells.
const ENTRY: usize = 4;
const TOLD: usize = 2;

/// Asks for the memory that a value stands in.
pub(super) fn ask<T: ?Sized>(value: &T) {
    #[cfg(target_arch = "x86_64")]
    if let Some(sse) = pulp::core_arch::x86::Sse::try_new() {
        let from = std::ptr::from_ref(value).cast::<i8>();
        let within = from.addr() % LINE;
        for line in (0..(within + size_of_val(value)).min(MOST)).step_by(LINE) {
            sse._mm_prefetch::<{ std::arch::x86_64::_MM_HINT_T0 }>(from.wrapping_sub(within).wrapping_add(line));
        }
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = (value, LINE, MOST);
}

/// Asks for where a value begins. A processor that is to find the page of memory first waits for that alone; it finds several
/// in that time, where they are asked for one after the other.
pub(super) fn ask_where<T>(values: &[T]) {
    if let Some(first) = values.first() {
        ask(first);
    }
}

/// Which of some things are asked for just before one of them is told, where each is asked for so many before it.
const fn soon(at: usize, before: usize) -> Range<usize> {
    let end = at + before + 1;
    if at == 0 { 0..end } else { end - 1..end }
}

/// Asks for what some entries tell that will be told soon: called before each is told, with its place on the page, and
/// with what asks for the one at a place.
pub(super) fn ask_ahead(at: usize, ask_for: impl Fn(usize)) {
    soon(at, TOLD).for_each(ask_for);
}

/// As [`ask_ahead`], where the entries themselves have to be asked for before.
pub(super) fn ask_further_ahead(at: usize, ask: impl Fn(usize), ask_for: impl Fn(usize)) {
    soon(at, ENTRY).for_each(ask);
    ask_ahead(at, ask_for);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_asked_for_once_and_before_it_is_told() {
        for before in [0, 1, 4] {
            let asked: Vec<(usize, usize)> =
                (0..9).flat_map(|at| soon(at, before).map(move |other| (at, other))).collect();
            assert!(asked.iter().map(|(_, other)| *other).eq(0..9 + before), "{before}: {asked:?}");
            assert!(asked.iter().all(|(at, other)| other - at <= before), "{before}: {asked:?}");
        }
        ask::<[u8]>(&[]);
        ask("a text");
    }
}
