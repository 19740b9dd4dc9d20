//! Who can take what: the rules of entries held against what a person tells.
//!
//! One three-valued engine, pure: it knows no programme, no clock and no HTTP. Entries with the same gate share one
//! judgement, and rules with the same test share that.

mod changes;
mod check;
mod cited;
mod gates;
mod judge;
mod never;
mod question;
mod reasons;
mod told;

pub use changes::Change;
pub use check::{Asked, Check, CheckCursor, Checked, Found, VariantVerdict};
pub(super) use gates::Gates;
pub use judge::Verdict;
pub use never::{impossible, required_of};
pub use question::{ProfileField, Question};
pub use reasons::{Outcome, Reason};
pub use told::Told;

use super::ALL_STAFF;
use crate::model::Entry;
use crate::model::audience::Audience;
use crate::model::codes::StatusTerm;
use crate::model::eligibility::{Eligibility, Rule};
use crate::model::text::RoleCode;

/// What decides whether a person can take an entry.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Gate {
    /// The ways in: the entry's own, or one a service.
    ways: Box<[Way]>,
    /// Whether it still exists or runs.
    status: StatusTerm,
    /// The last day on which any dated chance could be taken; never where one is always open or none is dated.
    closes: Day,
}

/// A day, as the number `YYYYMMDD`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Day(u32);

impl Day {
    const NEVER: Self = Self(u32::MAX);

    /// The last day of a date that may be less precise than a day: 2026 ends after 2026-03.
    fn last_of(date: &str) -> Self {
        let mut parts = date.split('-').map(|part| part.parse().unwrap_or(99));
        let mut next = || parts.next().unwrap_or(99);
        Self((next() * 100 + next()) * 100 + next())
    }
}

/// One way in.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Way {
    /// The member that states it: empty, or a service.
    at: String,
    /// The rule; `None` where no source states one.
    rule: Option<Rule>,
    /// The roles that may take part; empty where that is not stated.
    open_to: Box<[RoleCode]>,
}

impl Gate {
    /// The gate of an entry; `None` where its kind has none.
    #[must_use]
    pub(super) fn of(entry: &Entry) -> Option<Self> {
        let (status, ways, closes) = match entry {
            Entry::Programme(e) => {
                (e.status.term, vec![way("", e.eligibility.as_ref(), e.audience.as_ref())], closes(&e.offerings))
            }
            Entry::Academy(e) => {
                (e.status.term, vec![way("", e.eligibility.as_ref(), e.audience.as_ref())], Day::NEVER)
            }
            Entry::Resource(e) => {
                (e.status.term, vec![way("", e.eligibility.as_ref(), e.audience.as_ref())], Day::NEVER)
            }
            Entry::CoachingLink(e) => {
                let own = way("", e.eligibility.as_ref(), e.audience.as_ref());
                let services = e.services.iter().enumerate().map(|(index, service)| {
                    way(&format!("/services/{index}"), service.eligibility.as_ref(), service.audience.as_ref())
                });
                let mut ways: Vec<Way> = services.collect();
                if ways.is_empty() || own.rule.is_some() {
                    ways.insert(0, own);
                }
                (e.status.term, ways, Day::NEVER)
            }
            Entry::Provider(_) | Entry::Framework(_) => return None,
        };
        Some(Self { ways: ways.into_boxed_slice(), status, closes })
    }
}

impl Way {
    /// Whether only people of some roles may take part.
    fn is_limited(&self) -> bool {
        !self.open_to.is_empty() && self.open_to.iter().all(|role| role.as_str() != ALL_STAFF)
    }
}

fn way(at: &str, eligibility: Option<&Eligibility>, audience: Option<&Audience>) -> Way {
    // What was read off a title alone counts as not stated.
    let is_stated = |audience: &&Audience| !audience.from_title.iter().any(|at| at.as_str() == "/audience/openTo");
    let open_to = audience.filter(is_stated).and_then(|audience| audience.open_to.clone()).unwrap_or_default();
    Way {
        at: at.to_owned(),
        rule: eligibility.and_then(|eligibility| eligibility.rule.clone()),
        open_to: open_to.into_boxed_slice(),
    }
}

/// The last day of the last chance, where every chance has one.
fn closes(offerings: &[crate::model::programme::Offering]) -> Day {
    let last = |offering: &crate::model::programme::Offering| {
        let day = offering.apply_by.as_ref().or(offering.start.as_ref()).or(offering.end.as_ref());
        day.filter(|_| !offering.always_open).map_or(Day::NEVER, |day| Day::last_of(day.as_str()))
    };
    offerings.iter().map(last).max().unwrap_or(Day::NEVER)
}

/// A panic inside the engine with a profile in hand, for the test that nobody learns of the profile by it.
#[cfg(test)]
pub(crate) mod panics {
    use std::sync::atomic::{AtomicBool, Ordering};

    use crate::model::profile::Profile;

    thread_local! {
        /// Whether the engine panics on this thread.
        pub(crate) static WANTED: AtomicBool = const { AtomicBool::new(false) };
    }

    pub(super) fn panic_if_wanted(profile: &Profile) {
        if WANTED.with(|wanted| wanted.load(Ordering::Relaxed)) {
            let role = profile.role.as_ref().map(ToString::to_string);
            panic!("the worst message there could be: {profile:?} {role:?}");
        }
    }
}
