//! A check: every entry asked about, judged gate by gate, with one page of them in full.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use roaring::RoaringBitmap;

use super::changes::Change;
use super::judge::{Question, Verdict};
use super::reasons::Reason;
use super::told::Told;
use crate::catalogue::page::{Cursor, PageQuery, Sort, SortKey};
use crate::catalogue::snapshot::Set;
use crate::catalogue::{Field, Filter, Item, Snapshot};
use crate::model::codes::{Kind, StatusTerm};

/// What is asked of a check.
pub struct Check<'a> {
    /// What the person told.
    pub told: Told<'a>,
    /// The kinds of entry, in order.
    pub kinds: &'a [Kind],
    /// Which entries.
    pub filter: Filter,
    /// The most entries on the page.
    pub limit: usize,
    /// After which entry the page begins.
    pub after: Option<CheckCursor>,
}

/// The last entry of a page. It tells nothing of the person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckCursor {
    /// The verdict on it.
    pub verdict: Verdict,
    /// Its kind.
    pub kind: Kind,
    /// Its slug.
    pub id: String,
}

/// A question, with what its answer would settle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked<'s> {
    /// The question.
    pub question: Question<'s>,
    /// How many verdicts the answer alone would settle.
    pub settles: u64,
    /// How many unknown verdicts depend on it, alone or with others.
    pub concerns: u64,
}

/// An entry with the verdict on it.
#[derive(Debug, Clone)]
pub struct Found<'s> {
    /// The entry.
    pub item: Arc<Item>,
    /// The verdict.
    pub verdict: Verdict,
    /// Every point of it.
    pub reasons: Vec<Reason>,
    /// What would have to be told for another verdict than “unknown”.
    pub missing: Vec<Question<'s>>,
    /// What would have to change for “eligible” or “conditional”: all of these together.
    pub changes: Vec<Change>,
    /// The variants of the programme, each with its verdict.
    pub variants: Vec<VariantVerdict>,
}

/// A variant with the verdict on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VariantVerdict {
    /// Its slug.
    pub id: Arc<str>,
    /// Its title.
    pub title: Arc<str>,
    /// The verdict.
    pub verdict: Verdict,
}

/// What a check found.
#[derive(Debug)]
pub struct Checked<'s> {
    /// How many entries have each verdict, in the order of [`Verdict::ALL`].
    pub counts: [u64; 5],
    /// What to ask next, the most decisive first.
    pub questions: Vec<Asked<'s>>,
    /// The page.
    pub page: Vec<Found<'s>>,
    /// Where the next page begins; `None` on the last.
    pub next: Option<CheckCursor>,
}

impl Snapshot {
    /// Checks what a person can take.
    #[must_use]
    pub fn check(&self, check: &Check) -> Checked<'_> {
        let candidates = self.candidates(check);
        let (mut sets, questions) = self.judge_gates(check, &candidates);
        self.sum_up_variants(check, &candidates, &mut sets);
        let counts = std::array::from_fn(|at| sets.get(at).map_or(0, RoaringBitmap::len));
        let (page, next) = self.check_page(check, &sets);
        Checked { counts, questions, page, next }
    }

    /// The entries asked about. Historic and replaced ones are among them only where a status is asked for.
    fn candidates(&self, check: &Check) -> RoaringBitmap {
        let filter = Filter { variants: true, ..check.filter.clone() };
        let mut candidates = RoaringBitmap::new();
        for kind in check.kinds {
            candidates |= self.choose(*kind, &filter, None);
        }
        if filter.selected(Field::Status).is_empty() {
            for over in [StatusTerm::Historic, StatusTerm::Replaced] {
                candidates -= self.set(&Set::Term(Field::Status, over.code().into()));
            }
        }
        candidates
    }

    /// Judges every distinct gate once.
    fn judge_gates(&self, check: &Check, candidates: &RoaringBitmap) -> ([RoaringBitmap; 5], Vec<Asked<'_>>) {
        let mut sets: [RoaringBitmap; 5] = Default::default();
        let mut asked: BTreeMap<Question<'_>, (u64, u64)> = BTreeMap::new();
        let mut open = Vec::new();
        for (gate, entries) in self.gates() {
            let entries = &**entries & candidates;
            if entries.is_empty() {
                continue;
            }
            let verdict = check.told.judge(gate, &mut open);
            let count = entries.len();
            if let Some(set) = sets.get_mut(verdict as usize) {
                *set |= entries;
            }
            open.sort_unstable();
            open.dedup();
            let is_alone = open.len() == 1;
            for question in open.iter().filter(|question| **question != Question::Never) {
                let (settles, concerns) = asked.entry(*question).or_default();
                *settles += if is_alone { count } else { 0 };
                *concerns += count;
            }
        }
        let mut questions: Vec<Asked<'_>> =
            asked.into_iter().map(|(question, (settles, concerns))| Asked { question, settles, concerns }).collect();
        questions.sort_by(|a, b| (b.settles, b.concerns, a.question).cmp(&(a.settles, a.concerns, b.question)));
        (sets, questions)
    }

    /// A programme of which no rule is stated is as open as the best of its variants.
    fn sum_up_variants(&self, check: &Check, candidates: &RoaringBitmap, sets: &mut [RoaringBitmap; 5]) {
        let silent = Verdict::NotStated as usize;
        let mut best: HashMap<u32, Verdict> = HashMap::new();
        let mut open = Vec::new();
        for item in (candidates & self.set(&Set::Variants)).iter().filter_map(|ordinal| self.item(ordinal)) {
            let parent = item.variant_of.as_deref().and_then(|parent| self.ordinal(Kind::Programme, parent));
            let Some(parent) = parent.filter(|parent| sets.get(silent).is_some_and(|set| set.contains(*parent))) else {
                continue;
            };
            let Some(gate) = &item.gate else { continue };
            let verdict = check.told.judge(gate, &mut open);
            let so_far = best.entry(parent).or_insert(verdict);
            *so_far = verdict.min(*so_far);
        }
        for (parent, verdict) in best {
            if let Some(set) = sets.get_mut(silent) {
                set.remove(parent);
            }
            if let Some(set) = sets.get_mut(verdict as usize) {
                set.insert(parent);
            }
        }
    }

    /// One page: the best verdicts first, then kind by kind, by title.
    fn check_page(&self, check: &Check, sets: &[RoaringBitmap; 5]) -> (Vec<Found<'_>>, Option<CheckCursor>) {
        let mut page = Vec::with_capacity(check.limit);
        let place = |kind: &Kind| check.kinds.iter().position(|known| known == kind);
        let begin = check.after.as_ref().map(|after| (after.verdict, place(&after.kind)));
        for (verdict, set) in Verdict::ALL.into_iter().zip(sets) {
            for kind in check.kinds {
                let here = (verdict, place(kind));
                if set.is_empty() || begin.is_some_and(|begin| here < begin) {
                    continue;
                }
                let after = check.after.as_ref().filter(|_| begin == Some(here));
                let item = after.and_then(|after| self.item(self.ordinal(*kind, &after.id)?));
                let after = item.map(|item| Cursor::at(SortKey::of(Sort::Title, item)));
                let of_kind = set & self.set(&Set::Published(*kind));
                let query =
                    PageQuery { kind: *kind, sort: Sort::Title, limit: check.limit, filter: Filter::default(), after };
                for (_, ordinal) in self.places(&query, &of_kind) {
                    if page.len() == check.limit {
                        let next = page.last().map(|found: &Found<'_>| CheckCursor {
                            verdict: found.verdict,
                            kind: found.item.kind,
                            id: found.item.id.to_string(),
                        });
                        return (page, next);
                    }
                    page.extend(self.item(ordinal).map(|item| self.found(check, item, verdict)));
                }
            }
        }
        (page, None)
    }

    fn found<'s>(&'s self, check: &Check, item: &'s Arc<Item>, verdict: Verdict) -> Found<'s> {
        let told = &check.told;
        let mut missing = Vec::new();
        let mut changes = Vec::new();
        let mut reasons = Vec::new();
        if let Some(gate) = &item.gate {
            told.judge(gate, &mut missing);
            missing.sort_unstable();
            missing.dedup();
            missing.retain(|question| *question != Question::Never);
            reasons = told.reasons(item, gate);
            if verdict == Verdict::Ineligible {
                changes = told.changes(gate);
            }
        }
        let mut variants = Vec::new();
        if item.kind == Kind::Programme && !item.is_variant {
            let mut open = Vec::new();
            for variant in self.variants_of(&item.id) {
                let Some(gate) = &variant.gate else { continue };
                let verdict = told.judge(gate, &mut open);
                let (id, title) = (Arc::clone(&variant.id), Arc::clone(&variant.title));
                variants.push(VariantVerdict { id, title, verdict });
            }
        }
        Found { item: Arc::clone(item), verdict, reasons, missing, changes, variants }
    }
}
