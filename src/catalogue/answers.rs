//! Answers that were put together already: they belong to a snapshot, and are gone with it.

use bytes::Bytes;
use quick_cache::Weighter;
use quick_cache::sync::Cache;

/// How many answers a cache makes room for at first.
const FEW: usize = 64;

/// An answer that was put together.
#[derive(Debug, Clone)]
pub struct Answer {
    /// Its body, in the coding that was asked for.
    pub body: Bytes,
    /// The address of the next page.
    pub next: Option<String>,
    /// A hash of its body before that was coded, where it is told apart by that.
    pub digest: Option<String>,
}

/// What an answer takes of the room there is: its bytes and about what is kept around them.
#[derive(Debug, Clone)]
struct Bytewise;

impl Weighter<String, Answer> for Bytewise {
    fn weight(&self, asked: &String, answer: &Answer) -> u64 {
        (asked.len() + answer.body.len() + answer.next.as_ref().map_or(0, String::len) + 200) as u64
    }
}

/// The answers of a snapshot, by what was asked; those asked for least make room for others.
#[derive(Debug)]
pub struct Answers(Option<Cache<String, Answer, Bytewise>>);

impl Answers {
    /// Room for answers of so many bytes; none is kept where there are none.
    #[must_use]
    pub fn new(bytes: u64) -> Self {
        Self((bytes > 0).then(|| Cache::with_weighter(FEW, bytes, Bytewise)))
    }

    /// An answer that is kept.
    #[must_use]
    pub fn get(&self, asked: &str) -> Option<Answer> {
        self.0.as_ref()?.get(asked)
    }

    /// Keeps an answer.
    pub fn keep(&self, asked: String, answer: &Answer) {
        if let Some(cache) = &self.0 {
            cache.insert(asked, answer.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(bytes: usize) -> Answer {
        Answer { body: vec![0; bytes].into(), next: None, digest: None }
    }

    #[test]
    fn what_is_kept_is_bounded() {
        let answers = Answers::new(100_000);
        for number in 0..1_000 {
            answers.keep(number.to_string(), &answer(1_000));
        }
        let kept: Vec<usize> =
            (0..1_000).filter_map(|number| answers.get(&number.to_string())).map(|a| a.body.len()).collect();
        assert!(kept.len() > 20 && kept.iter().sum::<usize>() <= 100_000, "{}", kept.len());
        answers.keep("long".to_owned(), &answer(1_000_000));
        assert!(answers.get("long").is_none());
    }

    #[test]
    fn nothing_is_kept_where_there_is_no_room() {
        let answers = Answers::new(0);
        answers.keep("a".to_owned(), &answer(1));
        assert!(answers.get("a").is_none());
    }
}
