//! What lists are filtered and counted by: which terms an entry states, and which queries reach them.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use super::stated::{Member, Stated};
use crate::model::Vocabularies;
use crate::model::codes::{CODE_LISTS, Kind};

/// Something that lists are filtered and counted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Field {
    /// Roles that may take part, or that it is aimed at.
    Role,
    /// Leadership levels.
    Level,
    /// Pay bands.
    Band,
    /// Eligibility tags.
    Eligibility,
    /// Who runs it.
    Provider,
    /// Regions.
    Region,
    /// Delivery modes.
    Delivery,
    /// Types of cost.
    Cost,
    /// Types of award.
    Award,
    /// Frameworks.
    Framework,
    /// Types of the kind.
    Type,
    /// Status.
    Status,
}

/// Where the terms of a field come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// A vocabulary or code list of this name.
    Scheme(&'static str),
    /// The slugs of entries of this kind.
    Entries(Kind),
}

impl Field {
    /// Every field, in the order of the contract.
    pub const ALL: [Self; 12] = [
        Self::Role,
        Self::Level,
        Self::Band,
        Self::Eligibility,
        Self::Provider,
        Self::Region,
        Self::Delivery,
        Self::Cost,
        Self::Award,
        Self::Framework,
        Self::Type,
        Self::Status,
    ];

    /// The query parameter, which is the facet's name too.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Role => "role",
            Self::Level => "level",
            Self::Band => "band",
            Self::Eligibility => "eligibility",
            Self::Provider => "provider",
            Self::Region => "region",
            Self::Delivery => "delivery",
            Self::Cost => "cost",
            Self::Award => "award",
            Self::Framework => "framework",
            Self::Type => "type",
            Self::Status => "status",
        }
    }

    /// What it filters by.
    #[must_use]
    pub const fn about(self) -> &'static str {
        match self {
            Self::Role => "Open to, or aimed at, people who work as",
            Self::Level => "For people at a leadership level",
            Self::Band => "For people in a pay band",
            Self::Eligibility => "Who may take part",
            Self::Provider => "Who runs or publishes it",
            Self::Region => "The region it is for",
            Self::Delivery => "How it is delivered",
            Self::Cost => "What it costs",
            Self::Award => "What it awards",
            Self::Framework => "The framework it supports or is about",
            Self::Type => "What form it has",
            Self::Status => "Whether it still exists or runs",
        }
    }

    /// A term to show how a filter is used: all those of a kind together find the entry the contract
    /// shows.
    #[must_use]
    pub const fn example(self, kind: Kind) -> &'static str {
        match self {
            Self::Role => "midwife",
            Self::Level => "introductory",
            Self::Band => "afc-6",
            Self::Eligibility => "open-to-all",
            Self::Provider => match kind {
                Kind::Resource => "kings-fund",
                _ => "nhs-leadership-academy",
            },
            Self::Region => "london",
            Self::Delivery => match kind {
                Kind::CoachingLink => "coaching",
                Kind::Resource => "read-or-watch",
                _ => "online-self-paced",
            },
            Self::Cost => "free",
            Self::Award => "provider-award",
            Self::Framework => "hlm",
            Self::Type => match kind {
                Kind::Programme => "programme",
                Kind::Provider => "charity",
                Kind::Academy => "academy",
                Kind::CoachingLink => "service",
                Kind::Resource => "report",
                Kind::Framework => "competency-framework",
            },
            Self::Status => match kind {
                Kind::Provider => "as-listed-2018",
                _ => "running",
            },
        }
    }

    /// Where its terms come from, for entries of a kind.
    #[must_use]
    pub const fn source(self, kind: Kind) -> Source {
        match self {
            Self::Role => Source::Scheme("role"),
            Self::Level => Source::Scheme("level"),
            Self::Band => Source::Scheme("band"),
            Self::Eligibility => Source::Scheme("eligibility"),
            Self::Provider => Source::Entries(Kind::Provider),
            Self::Region => Source::Scheme("region"),
            Self::Delivery => Source::Scheme("delivery-mode"),
            Self::Cost => Source::Scheme("cost"),
            Self::Award => Source::Scheme("award-type"),
            Self::Framework => Source::Entries(Kind::Framework),
            Self::Type => Source::Scheme(type_scheme(kind)),
            Self::Status => Source::Scheme("status"),
        }
    }

    /// The fields that lists of a kind are filtered by.
    #[must_use]
    pub const fn of(kind: Kind) -> &'static [Self] {
        use Field::{Band, Cost, Delivery, Eligibility, Framework, Level, Provider, Region, Role, Status, Type};
        match kind {
            Kind::Programme => &Field::ALL,
            Kind::Provider => &[Type, Status],
            Kind::Academy | Kind::CoachingLink => {
                &[Role, Level, Band, Eligibility, Provider, Region, Delivery, Cost, Type, Status]
            }
            Kind::Resource => {
                &[Role, Level, Band, Eligibility, Provider, Region, Delivery, Cost, Framework, Type, Status]
            }
            Kind::Framework => &[Role, Level, Provider, Cost, Type, Status],
        }
    }
}

/// The code list of a kind's types.
#[must_use]
pub const fn type_scheme(kind: Kind) -> &'static str {
    match kind {
        Kind::Programme => "programme-type",
        Kind::Provider => "provider-type",
        Kind::Academy => "academy-type",
        Kind::CoachingLink => "coaching-link-type",
        Kind::Resource => "resource-type",
        Kind::Framework => "framework-type",
    }
}

/// The role that stands outside the tree: an entry that states it is for every role.
pub const ALL_STAFF: &str = "all-staff";

/// How what an entry states answers a queried term.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    /// It states the term.
    Same,
    /// It states a broader term.
    Broader,
    /// It states a narrower term.
    Narrower,
    /// It states that it is for all staff.
    AllStaff,
    /// It states the region that took the queried one's place.
    Successor,
    /// It states a region whose place the queried one took.
    Predecessor,
    /// It states nothing about this.
    NotStated,
}

impl How {
    /// The answer as it is written.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Same => "same",
            Self::Broader => "broader",
            Self::Narrower => "narrower",
            Self::AllStaff => "all-staff",
            Self::Successor => "successor",
            Self::Predecessor => "predecessor",
            Self::NotStated => "not-stated",
        }
    }
}

/// How a stated term answers a queried one; `None` where it does not.
#[must_use]
pub(super) fn answers(field: Field, queried: &str, stated: &str, vocabularies: &Vocabularies) -> Option<How> {
    if queried == stated {
        return Some(How::Same);
    }
    let Source::Scheme(scheme) = field.source(Kind::Programme) else { return None };
    if field == Field::Role && stated == ALL_STAFF {
        return Some(How::AllStaff);
    }
    let is_above =
        |code: &str, above: &str| vocabularies.ancestry(scheme, code).any(|term| term.code.as_str() == above);
    if is_above(queried, stated) {
        return Some(How::Broader);
    }
    if is_above(stated, queried) {
        return Some(How::Narrower);
    }
    let follows = |code: &str, next: &str| {
        vocabularies.get(scheme, code).is_some_and(|term| term.successors.iter().any(|s| s.as_str() == next))
    };
    if follows(queried, stated) {
        return Some(How::Successor);
    }
    follows(stated, queried).then_some(How::Predecessor)
}

/// The stated terms that answer a query, the term itself among them, and how.
type Answering = HashMap<Arc<str>, How, foldhash::fast::RandomState>;

/// What a state of the vocabularies comes to.
#[derive(Debug, Default)]
pub(super) struct Reach {
    /// What is known of every term that may be stated.
    known: [HashMap<Arc<str>, Known, foldhash::fast::RandomState>; Field::ALL.len()],
    /// For every query, the stated terms that answer it.
    answering: [HashMap<Arc<str>, Answering, foldhash::fast::RandomState>; Field::ALL.len()],
    /// The terms of every vocabulary and code list, in the order that people see.
    terms: HashMap<&'static str, Vec<FieldTerm>>,
}

/// What is known of a term that may be stated.
#[derive(Debug)]
struct Known {
    /// The queries that reach an entry that states it.
    queries: Box<[Arc<str>]>,
    /// What entries that state it share, member by member, once one does.
    stated: [OnceLock<Arc<Stated>>; Member::COUNT],
}

impl Known {
    fn of(queries: impl Into<Box<[Arc<str>]>>) -> Self {
        Self { queries: queries.into(), stated: [const { OnceLock::new() }; Member::COUNT] }
    }
}

impl Reach {
    /// Works the reach of every term out.
    #[must_use]
    pub(super) fn new(vocabularies: &Vocabularies) -> Self {
        let mut reach = Self::default();
        for kind in Kind::ALL {
            for field in Field::of(*kind) {
                if let Source::Scheme(scheme) = field.source(*kind) {
                    reach.terms.entry(scheme).or_insert_with(|| scheme_terms(scheme, vocabularies));
                    // Of a code list each term reaches what states it and nothing else.
                    let codes = CODE_LISTS.iter().filter(|list| list.scheme == scheme).flat_map(|list| list.codes);
                    let Some(known) = reach.known.get_mut(*field as usize) else { continue };
                    known.extend(
                        codes.map(|code| Arc::from(code.code)).map(|code| (Arc::clone(&code), Known::of([code]))),
                    );
                }
            }
        }
        for field in Field::ALL {
            let Source::Scheme(scheme) = field.source(Kind::Programme) else { continue };
            let codes: Vec<Arc<str>> = vocabularies.terms(scheme).map(|term| term.code.as_str().into()).collect();
            let places = (reach.answering.get_mut(field as usize), reach.known.get_mut(field as usize));
            let (Some(answering), Some(known)) = places else { continue };
            for stated in &codes {
                let mut queries = Vec::new();
                for queried in &codes {
                    if let Some(how) = answers(field, queried, stated, vocabularies) {
                        queries.push(Arc::clone(queried));
                        answering.entry(Arc::clone(queried)).or_default().insert(Arc::clone(stated), how);
                    }
                }
                known.insert(Arc::clone(stated), Known::of(queries));
            }
        }
        reach
    }

    /// That a member states a term: shared by all entries of which that is so, where the term is known.
    pub(super) fn stated(&self, field: Field, at: Member, code: &str) -> Arc<Stated> {
        let known = self.known.get(field as usize).and_then(|terms| terms.get_key_value(code));
        let stated = |code: Arc<str>| Arc::new(Stated { field, at, code });
        match known.and_then(|(code, known)| Some((code, known.stated.get(at as usize)?))) {
            Some((code, shared)) => Arc::clone(shared.get_or_init(|| stated(Arc::clone(code)))),
            None => stated(code.into()),
        }
    }

    /// The queries that reach an entry that states a term.
    pub(super) fn of<'a>(&'a self, stated: &'a Stated) -> &'a [Arc<str>] {
        let known = self.known.get(stated.field as usize).and_then(|terms| terms.get(&stated.code));
        known.map_or_else(|| std::slice::from_ref(&stated.code), |known| &known.queries[..])
    }

    /// What entries share that state a term of a field.
    pub(super) fn shared(&self, field: Field, code: &str) -> impl Iterator<Item = &Arc<Stated>> {
        let known = self.known.get(field as usize).and_then(|terms| terms.get(code));
        known.into_iter().flat_map(|known| known.stated.iter().filter_map(OnceLock::get))
    }

    /// The terms of a field that entries share.
    pub(super) fn codes(&self, field: Field) -> impl Iterator<Item = &Arc<str>> {
        self.known.get(field as usize).into_iter().flat_map(HashMap::keys)
    }

    /// The stated terms that answer a query.
    pub(super) fn answering(&self, field: Field, queried: &str) -> Option<&Answering> {
        self.answering.get(field as usize)?.get(queried)
    }

    /// The terms of a vocabulary or code list that entries are filtered by.
    pub(super) fn terms(&self, scheme: &str) -> &[FieldTerm] {
        self.terms.get(scheme).map_or(&[], Vec::as_slice)
    }
}

/// A term of a field, as facets and messages show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldTerm {
    /// The term.
    pub code: Arc<str>,
    /// Its name for people.
    pub label: Arc<str>,
    /// The next broader term.
    pub broader: Option<Arc<str>>,
}

/// The terms of a vocabulary or code list: ranked ones by rank, others in tree order by label.
#[must_use]
pub fn scheme_terms(scheme: &str, vocabularies: &Vocabularies) -> Vec<FieldTerm> {
    if let Some(list) = CODE_LISTS.iter().find(|list| list.scheme == scheme) {
        let term = |code: &crate::model::codes::Code| FieldTerm {
            code: code.code.into(),
            label: code.label.into(),
            broader: None,
        };
        return list.codes.iter().map(term).collect();
    }
    let path = |term: &crate::model::Term| {
        let mut path: Vec<(u32, String)> = vocabularies
            .ancestry(scheme, term.code.as_str())
            .map(|term| (term.rank.unwrap_or(u32::MAX), term.label.0.to_lowercase()))
            .collect();
        path.reverse();
        path
    };
    let mut terms: Vec<_> = vocabularies.terms(scheme).map(|term| (path(term), term)).collect();
    terms.sort_by(|(a, _), (b, _)| a.cmp(b));
    terms
        .into_iter()
        .map(|(_, term)| FieldTerm {
            code: term.code.as_str().into(),
            label: term.label.as_str().into(),
            broader: term.broader.as_ref().map(|code| code.as_str().into()),
        })
        .collect()
}

/// The name for people of a term of a vocabulary or code list; `None` where there is no such term.
#[must_use]
pub fn label<'a>(scheme: &str, code: &str, vocabularies: &'a Vocabularies) -> Option<&'a str> {
    match CODE_LISTS.iter().find(|list| list.scheme == scheme) {
        Some(list) => list.codes.iter().find(|known| known.code == code).map(|known| known.label),
        None => vocabularies.get(scheme, code).map(|term| term.label.as_str()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_that_state_the_same_in_the_same_place_share_it() {
        let reach = Reach::new(&Vocabularies::default());
        let stated = |at, code| reach.stated(Field::Type, at, code);
        let first = stated(Member::Type, "programme");
        assert_eq!(*first, Stated { field: Field::Type, at: Member::Type, code: "programme".into() });
        assert!(Arc::ptr_eq(&first, &stated(Member::Type, "programme")));
        let elsewhere = stated(Member::Services, "programme");
        assert_eq!((elsewhere.at.pointer(), &*elsewhere.code), ("/services", "programme"));
        // What no vocabulary has is stated all the same.
        assert_eq!(stated(Member::Type, "unheard-of"), stated(Member::Type, "unheard-of"));
    }
}
