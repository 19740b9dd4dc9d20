//! Text search: an index in memory beside the sets, of the same change number.
//!
//! The index is written by one writer that all snapshots of a directory share; what a snapshot holds of it is a view
//! that never changes. Writing is for whoever advances the directory, one at a time: two snapshots made from the same
//! one would write to the same index.

mod document;
mod lexicon;
mod listed;
mod query;
mod snippet;
mod suggest;
mod text;
mod words;

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use tantivy::indexer::LogMergePolicy;
use tantivy::schema::{FAST, Field, INDEXED, IndexRecordOption, Schema, TextFieldIndexing, TextOptions};
use tantivy::{Index, IndexReader, IndexSettings, IndexWriter, ReloadPolicy, TantivyDocument, TantivyError, Term};

pub(super) use document::document;
use lexicon::{Lexicon, Met};
use listed::Lists;
use query::Looking;
pub use query::{Hits, Likeness, Sought};
pub use snippet::Snippet;
pub(super) use snippet::snippet;
pub use suggest::Suggestion;
pub use text::{LONGEST, Text};

use super::bits::Bits;
use super::cores::{MANY, joined};

/// The threads that write, and the bytes that all of them gather before they lay a part of the index down.
const THREADS: usize = 2;
const BUDGET: usize = 60_000_000;

/// The fields of a document in the index.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fields {
    /// The ordinal of the entry, to find it again.
    ordinal: Field,
    /// Its ordinal and how long its title is: see [`place`].
    place: Field,
    /// All words without their endings, each as often as it weighs where it stands.
    text: Field,
    /// The words of its title without their endings: a word weighs more there the fewer stand beside it.
    title: Field,
    /// The words of titles, aliases and providers as they are written.
    heading: Field,
}

/// The longest title that is told from a longer one, in bytes.
const LONGEST_TITLE: usize = 300;

/// An ordinal and the length of its title in one number: whatever is found is looked up once.
fn packed(ordinal: u32, title: &str) -> u64 {
    ((title.len().min(LONGEST_TITLE) as u64) << 32) | u64::from(ordinal)
}

/// The ordinal and the length of the title that are in a number.
#[expect(clippy::cast_possible_truncation, reason = "the halves are what is wanted")]
const fn place(packed: u64) -> (u32, u32) {
    (packed as u32, (packed >> 32) as u32)
}

/// What is written to.
struct Engine {
    fields: Fields,
    writer: Mutex<IndexWriter>,
    reader: IndexReader,
    met: Arc<Met>,
}

/// The index at one change number.
#[derive(Clone)]
pub(super) struct Search {
    engine: Arc<Engine>,
    lists: Arc<Lists>,
    lexicon: Lexicon,
}

impl fmt::Debug for Search {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Search").field("documents", &self.lists.documents()).finish_non_exhaustive()
    }
}

impl Search {
    /// An empty index.
    pub(super) fn new() -> Result<Self, TantivyError> {
        let mut schema = Schema::builder();
        let indexing = |tokenizer: &str, record, norms| {
            let indexing = TextFieldIndexing::default().set_tokenizer(tokenizer).set_index_option(record);
            TextOptions::default().set_indexing_options(indexing.set_fieldnorms(norms))
        };
        let fields = Fields {
            ordinal: schema.add_u64_field("ordinal", INDEXED),
            place: schema.add_u64_field("place", FAST),
            text: schema.add_text_field("text", indexing(words::STEMS, IndexRecordOption::WithFreqsAndPositions, true)),
            title: schema.add_text_field("title", indexing(words::STEMS, IndexRecordOption::WithFreqs, true)),
            heading: schema.add_text_field("heading", indexing(words::PLAIN, IndexRecordOption::Basic, false)),
        };
        let met = Arc::new(Met::default());
        // Nothing of a document is stored: a thread of its own for that would have nothing to do.
        let settings = IndexSettings { docstore_compress_dedicated_thread: false, ..IndexSettings::default() };
        let index = Index::builder().schema(schema.build()).settings(settings).create_in_ram()?;
        index.tokenizers().register(words::STEMS, words::Apart::into_stems(Arc::clone(&met)));
        index.tokenizers().register(words::PLAIN, words::Apart::into_words());
        let writer: IndexWriter = index.writer_with_num_threads(THREADS, BUDGET)?;
        writer.set_merge_policy(Box::new(LogMergePolicy::default()));
        let reader = index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()?;
        let lists = Arc::new(Lists::of(reader.searcher()));
        let engine = Engine { fields, writer: Mutex::new(writer), reader, met };
        Ok(Self { engine: Arc::new(engine), lists, lexicon: Lexicon::default() })
    }

    /// The index with documents in the place of those before them; `None` takes one out.
    ///
    /// # Errors
    /// Where the index cannot be written to.
    pub(super) fn with(
        &self,
        ordinals: &[u32],
        document: impl Fn(&Fields, u32) -> Option<TantivyDocument> + Sync,
    ) -> Result<Self, TantivyError> {
        let engine = &self.engine;
        let mut writer = engine.writer.lock().unwrap_or_else(PoisonError::into_inner);
        let is_new = self.lists.documents() == 0;
        let put = |ordinals: &[u32]| {
            for ordinal in ordinals {
                if !is_new {
                    writer.delete_term(Term::from_field_u64(engine.fields.ordinal, u64::from(*ordinal)));
                }
                if let Some(document) = document(&engine.fields, *ordinal) {
                    writer.add_document(document)?;
                }
            }
            Ok::<(), TantivyError>(())
        };
        let done = if ordinals.len() < MANY {
            put(ordinals)
        } else {
            std::thread::scope(|scope| {
                let shares = ordinals.chunks(ordinals.len().div_ceil(THREADS));
                let threads: Vec<_> = shares.map(|share| scope.spawn(|| put(share))).collect();
                threads.into_iter().try_for_each(joined)
            })
        };
        if let Err(error) = done.and_then(|()| writer.commit()) {
            // What was added is taken back: it comes again.
            writer.rollback()?;
            return Err(error);
        }
        drop(writer);
        engine.reader.reload()?;
        let lexicon = self.lexicon.with(&engine.met);
        let lists = Arc::new(Lists::of(engine.reader.searcher()));
        Ok(Self { engine: Arc::clone(engine), lists, lexicon })
    }

    /// What a text finds among some entries.
    ///
    /// # Errors
    /// Where the index cannot be read.
    pub(super) fn find(&self, text: &Text, within: Bits) -> Result<Hits, TantivyError> {
        self.looking().find(text, within)
    }

    /// The entries whose titles, aliases or providers have words that begin as these do.
    fn headed(&self, words: &[Arc<str>], within: &Bits) -> Result<Vec<u32>, TantivyError> {
        self.looking().headed(words, within)
    }

    fn looking(&self) -> Looking<'_> {
        Looking { fields: &self.engine.fields, lists: &self.lists, lexicon: &self.lexicon }
    }
}
