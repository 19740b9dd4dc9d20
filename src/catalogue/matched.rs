//! Why entries pass a filter.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use foldhash::fast::RandomState;

use super::block::narrow;
use super::facet::{Field, How, Reach};
use super::filter::Filter;
use super::snapshot::Snapshot;
use super::stated::{Stated, StatedTerms};

/// Why an entry passed one filter.
#[derive(Debug, Clone, Copy)]
pub(super) struct Matched<'a> {
    /// The filter.
    pub(super) field: Field,
    /// The term asked for.
    term: &'a str,
    /// How the entry answers it.
    pub(super) how: How,
    /// The term the entry states, and the member that states it.
    stated: Option<(&'a str, &'static str)>,
}

impl Matched<'_> {
    /// Writes it as JSON, and a comma. Codes and pointers need no escaping.
    fn write(&self, out: &mut Vec<u8>) {
        let mut add = |pieces: &[&str]| pieces.iter().for_each(|piece| out.extend_from_slice(piece.as_bytes()));
        let (filter, term, how) = (self.field.name(), self.term, self.how.code());
        add(&["{\"filter\":\"", filter, "\",\"term\":\"", term, "\",\"how\":\"", how]);
        match self.stated {
            Some((stated, at)) => add(&["\",\"stated\":\"", stated, "\",\"at\":\"", at, "\"},"]),
            None => add(&["\",\"stated\":null,\"at\":null},"]),
        }
    }
}

/// Why entries pass a filter by a term of a vocabulary, written once for all that state the same.
#[derive(Debug)]
pub(super) struct Written {
    text: Box<[u8]>,
    /// Where in it stands why an entry passes that has this among what it states: it is known by its address, since entries
    /// share it with the vocabularies.
    places: HashMap<usize, (u32, u32), RandomState>,
}

/// The same for every term of every field, once one was asked for.
pub(super) type AllWritten = [OnceLock<HashMap<Arc<str>, OnceLock<Written>, RandomState>>; Field::ALL.len()];

/// What tells why entries pass a filter: worked out once for all of a list.
#[derive(Debug)]
pub struct Reasons<'a> {
    reach: &'a Reach,
    filters: Vec<(Field, Vec<Asked<'a>>)>,
}

/// A term that is asked for.
#[derive(Debug)]
struct Asked<'a> {
    term: &'a str,
    written: Option<&'a Written>,
}

impl Written {
    fn new(reach: &Reach, field: Field, term: &str) -> Self {
        let (mut text, mut places) = (Vec::new(), HashMap::default());
        let mut add = |code: &str, how: How| {
            for stated in reach.shared(field, code) {
                let from = narrow(text.len());
                let stated_at = Some((&*stated.code, stated.at.pointer()));
                Matched { field, term, how, stated: stated_at }.write(&mut text);
                places.insert(Arc::as_ptr(stated).addr(), (from, narrow(text.len())));
            }
        };
        match reach.answering(field, term) {
            Some(answering) => answering.iter().for_each(|(code, how)| add(code, *how)),
            None => add(term, How::Same),
        }
        Self { text: text.into(), places }
    }

    /// Why an entry passes that has this among what it states; `None` where it is not for this.
    fn of(&self, stated: &Arc<Stated>) -> Option<&[u8]> {
        let (from, to) = self.places.get(&Arc::as_ptr(stated).addr())?;
        self.text.get(*from as usize..*to as usize)
    }
}

impl Snapshot {
    /// What tells why entries pass a filter.
    #[must_use]
    pub fn reasons<'a>(&'a self, filter: &'a Filter) -> Reasons<'a> {
        let asked = |field, term: &'a String| Asked { term, written: self.written(field, term) };
        let told =
            |(field, terms): &'a (Field, Vec<String>)| (*field, terms.iter().map(|term| asked(*field, term)).collect());
        Reasons { reach: self.reach(), filters: filter.terms.iter().map(told).collect() }
    }

    fn written(&self, field: Field, term: &str) -> Option<&Written> {
        let reach = self.reach();
        let unwritten = || reach.codes(field).map(|code| (Arc::clone(code), OnceLock::new())).collect();
        let terms = self.all_written().get(field as usize)?.get_or_init(unwritten);
        Some(terms.get(term)?.get_or_init(|| Written::new(reach, field, term)))
    }
}

impl Reasons<'_> {
    /// Tells why an entry that states this passes, or would pass, filter by filter.
    pub(super) fn each<'i>(&'i self, stated: &'i StatedTerms, mut tell: impl FnMut(Matched<'i>)) {
        for (field, asked) in &self.filters {
            self.each_of(*field, asked, stated.of(*field), &mut tell);
        }
    }

    /// Writes why an entry that states this passes, as JSON.
    pub fn write(&self, stated: &StatedTerms, out: &mut Vec<u8>) {
        out.push(b'[');
        for (field, asked) in &self.filters {
            let (stated, before) = (stated.of(*field), out.len());
            for stated in stated {
                let written = asked.iter().filter_map(|asked| asked.written?.of(stated));
                written.for_each(|text| out.extend_from_slice(text));
            }
            // It is silent, or shares nothing: the field's terms have no vocabulary, or it was rendered under another state of
            // it. Of a field that has one, an entry shares all that it states: it may state nothing that no vocabulary knows.
            if out.len() == before {
                self.each_of(*field, asked, stated, &mut |matched| matched.write(out));
            }
        }
        // The comma after the last.
        out.pop_if(|last| *last == b',');
        out.push(b']');
    }

    /// Tells why an entry passes one filter, by everything that it states of the filter's field or by its silence.
    fn each_of<'i>(
        &'i self,
        field: Field,
        asked: &'i [Asked<'_>],
        stated: &'i [Arc<Stated>],
        tell: &mut impl FnMut(Matched<'i>),
    ) {
        if stated.is_empty() {
            for Asked { term, .. } in asked {
                tell(Matched { field, term, how: How::NotStated, stated: None });
            }
        }
        for stated in stated {
            for Asked { term, .. } in asked {
                let answers = || self.reach.answering(field, term)?.get(&stated.code).copied();
                let how = if **term == *stated.code { Some(How::Same) } else { answers() };
                if let Some(how) = how {
                    tell(Matched { field, term, how, stated: Some((&stated.code, stated.at.pointer())) });
                }
            }
        }
    }
}
