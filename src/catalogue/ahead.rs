//! Memory that is asked for before it is read, and comes while something else is done.
//!
//! The entries of a large directory are mostly far from the processor. To tell one is to wait for the entry, and then for
//! its text; told one after the other, entries would have it wait for each. So each is asked for while those before it
//! are told. Where there is no safe way to ask, it does without.

use super::item::{Item, View};

/// How many bytes come at once, as most processors have it.
const LINE: usize = 64;

/// How many entries before it is told an entry is asked for, and then what it tells.
const ENTRY: usize = 4;
const TOLD: usize = 2;

/// Asks for the memory that a value stands in.
pub(super) fn ask<T: ?Sized>(value: &T) {
    #[cfg(target_arch = "x86_64")]
    if let Some(sse) = pulp::core_arch::x86::Sse::try_new() {
        let from = std::ptr::from_ref(value).cast::<i8>();
        let within = from.addr() % LINE;
        for line in (0..within + size_of_val(value)).step_by(LINE) {
            sse._mm_prefetch::<{ std::arch::x86_64::_MM_HINT_T0 }>(from.wrapping_sub(within).wrapping_add(line));
        }
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = (value, LINE);
}

/// Asks for some entries that will be told soon: called before each is told, with its place among them.
pub fn ask_ahead<I: AsRef<Item>>(items: &[I], at: usize, view: View, with_stated: bool) {
    let each = |last: usize, ask: &dyn Fn(&Item)| {
        let from = if at == 0 { 0 } else { at + last };
        let soon = items.get(from..).unwrap_or_default().iter().take(at + last + 1 - from);
        soon.for_each(|item| ask(item.as_ref()));
    };
    each(ENTRY, &|item| ask(item));
    each(TOLD, &|item| item.ask(view, with_stated));
}
