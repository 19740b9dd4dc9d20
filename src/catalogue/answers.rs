//! Answers that were put together already: they belong to a snapshot, and are gone with it.

use bytes::Bytes;
use quick_cache::sync::Cache;
use quick_cache::{Equivalent, Weighter};

/// How many answers a cache makes room for at first.
const FEW: usize = 64;

/// An answer that was put together.
#[derive(Debug, Clone)]
pub struct Answer {
    /// Its body, in the coding that was asked for.
    pub body: Bytes,
    /// The address of the next page.
    pub next: Option<String>,
    /// A sum of its body before that was coded, where it is told apart by that.
    pub sum: Option<String>,
}

/// The form of an answer: its media type, and what tells its coding.
type Form = (&'static str, &'static str);

/// What was asked: in which form, and by which address.
type Question = (Form, String);

/// What an answer takes of the room there is: its bytes and about what is kept around them.
#[derive(Debug, Clone)]
struct Bytewise;

impl Weighter<Question, Answer> for Bytewise {
    fn weight(&self, (_, address): &Question, answer: &Answer) -> u64 {
        (address.len() + answer.body.len() + answer.next.as_ref().map_or(0, String::len) + 200) as u64
    }
}

/// What is asked, before it is known whether it is kept.
#[derive(Hash)]
struct Address<'a> {
    form: Form,
    address: &'a str,
}

impl Equivalent<Question> for Address<'_> {
    fn equivalent(&self, (form, address): &Question) -> bool {
        self.form == *form && self.address == *address
    }
}

/// The answers of a snapshot, by what was asked; those asked for least make room for others.
#[derive(Debug)]
pub struct Answers(Option<Cache<Question, Answer, Bytewise>>);

impl Answers {
    /// Room for answers of so many bytes; none is kept where there are none.
    #[must_use]
    pub fn new(bytes: u64) -> Self {
        Self((bytes > 0).then(|| Cache::with_weighter(FEW, bytes, Bytewise)))
    }

    /// An answer that is kept.
    #[must_use]
    pub fn get(&self, form: Form, address: &str) -> Option<Answer> {
        self.0.as_ref()?.get(&Address { form, address })
    }

    /// Keeps an answer.
    pub fn keep(&self, form: Form, address: String, answer: &Answer) {
        if let Some(cache) = &self.0 {
            // It may stand in more room than it takes, which somebody waits for.
            let body = Bytes::copy_from_slice(&answer.body);
            cache.insert((form, address), Answer { body, ..answer.clone() });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FORM: Form = ("application/json", "");

    fn answer(bytes: usize) -> Answer {
        Answer { body: vec![0; bytes].into(), next: None, sum: None }
    }

    #[test]
    fn what_is_kept_is_bounded() {
        let answers = Answers::new(100_000);
        for number in 0..1_000 {
            answers.keep(FORM, number.to_string(), &answer(1_000));
        }
        let kept: Vec<usize> =
            (0..1_000).filter_map(|number| answers.get(FORM, &number.to_string())).map(|a| a.body.len()).collect();
        assert!(kept.len() > 20 && kept.iter().sum::<usize>() <= 100_000, "{}", kept.len());
        answers.keep(FORM, "long".to_owned(), &answer(1_000_000));
        assert!(answers.get(FORM, "long").is_none());
    }

    #[test]
    fn nothing_is_kept_where_there_is_no_room() {
        let answers = Answers::new(0);
        answers.keep(FORM, "a".to_owned(), &answer(1));
        assert!(answers.get(FORM, "a").is_none());
    }
}
