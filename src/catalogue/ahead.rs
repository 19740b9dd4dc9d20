//! Memory that is asked for before it is read, and comes while something else is done.
//!
//! The entries of a large directory are mostly far from the processor. To tell one is to wait for the entry, and then for
//! its text; told one after the other, entries would have it wait for each. So each is asked for while those before it
//! are told. It is done on x86-64, where there is a safe way to ask.

use std::ops::Range;

use super::item::{Item, View};

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

/// Which of some things are asked for just before one of them is told, where each is asked for so many before it.
const fn soon(at: usize, before: usize) -> Range<usize> {
    let end = at + before + 1;
    if at == 0 { 0..end } else { end - 1..end }
}

/// Asks for some entries that will be told soon: called before each is told, with its place on the page, with what is told
/// at each place, and with how much of it.
pub fn ask_ahead<'a>(at: usize, with_stated: bool, told: impl Fn(usize) -> Option<(&'a Item, Option<View>)>) {
    let soon = |before| soon(at, before).map_while(&told);
    soon(ENTRY).for_each(|(item, _)| item.ask());
    for (item, view) in soon(TOLD) {
        if let Some(view) = view {
            item.ask_for(view, with_stated);
        }
    }
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
