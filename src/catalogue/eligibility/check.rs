//! A check: every entry asked about, judged gate by gate, with one page of them in full.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::changes::Change;
use super::cited::Cited;
use super::gates::{ReadyGate, each_of};
use super::judge::{Judge, Verdict};
use super::question::{ProfileField, Question};
use super::reasons::Reason;
use super::told::Told;
use crate::catalogue::bits::Bits;
use crate::catalogue::page::{Cursor, PageQuery, Sort, SortKey};
use crate::catalogue::sets::Set;
use crate::catalogue::{Field, Filter, Item, Snapshot};
use crate::model::codes::{Kind, StatusTerm};
use crate::model::source::Source;

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

/// A place between two pages: the last entry's verdict, kind and sort key. It is good for any request: a place is a
/// place whatever was asked. Of the person it tells that verdict, and so belongs into a body as the profile does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckCursor {
    verdict: Verdict,
    kind: Kind,
    cursor: Cursor,
}

impl CheckCursor {
    /// The kind of the last entry.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        self.kind
    }

    /// The cursor as text.
    #[must_use]
    pub fn encode(&self) -> String {
        format!("{}.{}.{}", self.verdict.code(), self.kind, self.cursor.encode())
    }

    /// Reads a cursor; `None` where it was not given out.
    #[must_use]
    pub fn decode(text: &str) -> Option<Self> {
        let mut parts = text.splitn(3, '.');
        let verdict = parts.next().and_then(|code| Verdict::ALL.into_iter().find(|verdict| verdict.code() == code))?;
        let kind = parts.next().and_then(Kind::from_code)?;
        let cursor = Cursor::decode(parts.next()?, &in_kind(kind, 0))?;
        Some(Self { verdict, kind, cursor })
    }
}

/// The entries of a kind, in the order in which those with the same verdict are told.
fn in_kind(kind: Kind, limit: usize) -> PageQuery {
    PageQuery { kind, sort: Sort::Title, limit, filter: Filter::default(), after: None }
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
    /// The sources that the points name.
    pub sources: Vec<Source>,
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
    /// Every point of it, where the variants decide about the programme; none otherwise.
    pub reasons: Vec<Reason>,
    /// The sources that the points name.
    pub sources: Vec<Source>,
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
        let mut judge = Judge::of_all(&check.told, self.gates());
        let mut tally = Tally::default();
        let mut sets = self.judge_all(&mut judge, &candidates, &mut tally);
        self.sum_up_families(&mut judge, &mut sets, &mut tally);
        let counts = std::array::from_fn(|at| sets.get(at).map_or(0, Bits::len));
        let (page, next) = self.check_page(check, &mut judge, &sets);
        Checked { counts, questions: tally.questions(), page, next }
    }

    /// The entries asked about. Historic and replaced ones are among them only where a status is asked for.
    fn candidates(&self, check: &Check) -> Bits {
        let filter = Filter { variants: true, ..check.filter.clone() };
        let mut candidates = Bits::default();
        for kind in check.kinds {
            candidates.add(&self.choose(*kind, &filter));
        }
        if filter.selected(Field::Status).is_empty() {
            for over in StatusTerm::ALL.iter().filter(|status| status.is_over()) {
                self.set(Set::Term(Field::Status, over.code())).drop_from(&mut candidates);
            }
        }
        candidates
    }

    /// Judges every different gate of some entries once; the entries by their verdict, in the order of
    /// [`Verdict::ALL`].
    fn judge_all<'s>(&'s self, judge: &mut Judge<'_, 's>, candidates: &Bits, tally: &mut Tally<'s>) -> [Bits; 5] {
        let gates = self.gates();
        let mut counts: Vec<u32> = vec![0; gates.reach_of_gates()];
        gates.each_of(candidates.iter(), |_, gate| {
            if let Some(count) = counts.get_mut(gate as usize) {
                *count += 1;
            }
        });
        let mut open = Vec::new();
        let mut verdict = |(gate, count): (&'s ReadyGate, &u32)| {
            if *count == 0 {
                return Verdict::NotStated;
            }
            let verdict = judge.judge(gate, &mut open);
            tally.add(&open, u64::from(*count));
            verdict
        };
        let verdicts: Vec<Verdict> = gates.iter().zip(&counts).map(&mut verdict).collect();
        let mut ordinals: [Vec<u32>; 5] = Default::default();
        gates.each_of(candidates.iter(), |ordinal, gate| {
            let verdict = verdicts.get(gate as usize).copied();
            if let Some(list) = verdict.and_then(|verdict| ordinals.get_mut(verdict as usize)) {
                list.push(ordinal);
            }
        });
        ordinals.map(|list| list.into_iter().collect())
    }

    /// Judges the programmes of which no rule is stated by their variants, those that a filter left out among them:
    /// what a programme is does not depend on what is asked to be shown.
    fn sum_up_families<'s>(&'s self, judge: &mut Judge<'_, 's>, sets: &mut [Bits; 5], tally: &mut Tally<'s>) {
        let (gates, silent) = (self.gates(), Verdict::NotStated as usize);
        let Some(set) = sets.get(silent) else { return };
        let heads = self.set(Set::Listed(Kind::Programme)).and(set);
        if heads.is_empty() {
            return;
        }
        let mut members: Vec<(u32, u32)> = Vec::new();
        each_of(self.parents(), self.set(Set::Variants).iter(), |variant, parent| {
            if heads.contains(parent) && parent != variant {
                members.push((parent, variant));
            }
        });
        members.sort_unstable();
        let mut open = Vec::new();
        for family in members.chunk_by(|a, b| a.0 == b.0) {
            let Some(&(parent, _)) = family.first() else { continue };
            let Some(own) = gates.of(parent) else { continue };
            let variants = family.iter().filter_map(|(_, variant)| gates.of(*variant));
            let verdict = judge.judge_family(own, variants, &mut open);
            tally.add(&open, 1);
            if let Some(set) = sets.get_mut(silent) {
                set.remove(parent);
            }
            if let Some(set) = sets.get_mut(verdict as usize) {
                set.insert(parent);
            }
        }
    }

    /// One page: the best verdicts first, then kind by kind, by title.
    fn check_page<'s>(
        &'s self,
        check: &Check,
        judge: &mut Judge<'_, 's>,
        sets: &[Bits; 5],
    ) -> (Vec<Found<'s>>, Option<CheckCursor>) {
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
                let of_kind = self.set(Set::Published(*kind)).and(set);
                let query = PageQuery { after: after.map(|after| after.cursor.clone()), ..in_kind(*kind, check.limit) };
                for ordinal in self.places(&query, &of_kind, of_kind.len(), check.limit + 1) {
                    if page.len() == check.limit {
                        let next = page.last().map(|found: &Found<'_>| CheckCursor {
                            verdict: found.verdict,
                            kind: found.item.kind,
                            cursor: Cursor::after(&in_kind(found.item.kind, 0), SortKey::of(Sort::Title, &found.item)),
                        });
                        return (page, next);
                    }
                    page.extend(self.item(ordinal).map(|item| self.found(check, judge, (ordinal, item), verdict)));
                }
            }
        }
        (page, None)
    }

    fn found<'s>(
        &'s self,
        check: &Check,
        judge: &mut Judge<'_, 's>,
        (ordinal, item): (u32, &'s Arc<Item>),
        verdict: Verdict,
    ) -> Found<'s> {
        let (told, gates) = (&check.told, self.gates());
        let mut found = Found {
            item: Arc::clone(item),
            verdict,
            reasons: Vec::new(),
            sources: Vec::new(),
            missing: Vec::new(),
            changes: Vec::new(),
            variants: Vec::new(),
        };
        let is_head = item.kind == Kind::Programme && !item.is_variant;
        let variants = is_head.then(|| self.variants_of(&item.id)).into_iter().flatten();
        let variants = variants.filter_map(|(ordinal, item)| Some((item, gates.of(ordinal)?)));
        let variants: Vec<(&Arc<Item>, &ReadyGate)> = variants.collect();
        let Some(ready) = gates.of(ordinal) else { return found };
        let cited = Cited::of(item);
        found.reasons = told.reasons(item, &ready.gate, &cited);
        found.sources = cited.named(found.reasons.iter().flat_map(|reason| &reason.sources));
        let is_family = judge.judge(ready, &mut found.missing) == Verdict::NotStated && !variants.is_empty();
        let deciding: Vec<&ReadyGate> = variants.iter().filter(|_| is_family).map(|(_, ready)| *ready).collect();
        if is_family {
            judge.judge_family(ready, deciding.iter().copied(), &mut found.missing);
        }
        found.missing.retain(|question| *question != Question::Never);
        if verdict == Verdict::Ineligible {
            found.changes = told.changes(gates, ready, &deciding);
        }
        let variant = |(item, ready): (&Arc<Item>, &ReadyGate)| {
            let mut of_variant = VariantVerdict {
                id: Arc::clone(&item.id),
                title: Arc::clone(&item.title),
                verdict: judge.judge(ready, &mut Vec::new()),
                reasons: Vec::new(),
                sources: Vec::new(),
            };
            if is_family {
                let cited = Cited::of(item);
                of_variant.reasons = told.reasons(item, &ready.gate, &cited);
                of_variant.sources = cited.named(of_variant.reasons.iter().flat_map(|reason| &reason.sources));
            }
            of_variant
        };
        found.variants = variants.into_iter().map(variant).collect();
        found
    }
}

/// How many verdicts each question would settle, and how many it concerns.
#[derive(Default)]
struct Tally<'s> {
    fields: [(u64, u64); ProfileField::COUNT],
    texts: BTreeMap<Question<'s>, (u64, u64)>,
}

impl<'s> Tally<'s> {
    /// Adds what the verdict on `count` entries depends on.
    fn add(&mut self, open: &[Question<'s>], count: u64) {
        let settled = if open.len() == 1 { count } else { 0 };
        for question in open {
            let place = match question {
                Question::Never => continue,
                Question::Field(field) => self.fields.get_mut(*field as usize),
                text => Some(self.texts.entry(*text).or_default()),
            };
            if let Some((settles, concerns)) = place {
                *settles += settled;
                *concerns += count;
            }
        }
    }

    /// The questions, the most decisive first.
    fn questions(self) -> Vec<Asked<'s>> {
        let fields = ProfileField::ALL.into_iter().map(Question::Field).zip(self.fields);
        let mut questions: Vec<Asked<'_>> = fields
            .chain(self.texts)
            .filter(|(_, (_, concerns))| *concerns > 0)
            .map(|(question, (settles, concerns))| Asked { question, settles, concerns })
            .collect();
        questions.sort_by(|a, b| (b.settles, b.concerns, a.question).cmp(&(a.settles, a.concerns, b.question)));
        questions
    }
}
