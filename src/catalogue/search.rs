//! Text search: an index in memory beside the sets, of the same change number.
//!
//! The index is written by one writer that all snapshots of a directory share; what a snapshot holds of it is a view
//! that never changes. Writing is for whoever advances the directory, one at a time: two snapshots made from the same
//! one would write to the same index.

mod document;
mod query;
mod snippet;
mod suggest;
mod text;
mod words;

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use roaring::RoaringBitmap;
use tantivy::indexer::LogMergePolicy;
use tantivy::schema::{FAST, Field, INDEXED, IndexRecordOption, Schema, TextFieldIndexing, TextOptions};
use tantivy::{Index, IndexReader, IndexWriter, ReloadPolicy, Searcher, TantivyDocument, TantivyError, Term};

pub(super) use document::document;
pub use query::{Hits, Likeness};
pub(super) use snippet::snippet;
pub use snippet::{Snippet, SnippetPart};
pub use suggest::Suggestion;
pub use text::{LONGEST, Text};

/// The threads that write, and the bytes that all of them gather before they lay a part of the index down.
const THREADS: usize = 2;
const BUDGET: usize = 60_000_000;

/// From how many documents on their texts are gathered on more than one core.
const MANY: usize = 1_000;

/// The fields of a document in the index.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fields {
    /// The ordinal of the entry.
    ordinal: Field,
    /// What is searched for words, whatever their ending, and what a word there weighs.
    weighed: [(Field, f32); 6],
    /// The words of titles, aliases and providers as they are written.
    heading: Field,
    /// All words as they are written.
    words: Field,
}

/// What is written to.
struct Engine {
    fields: Fields,
    writer: Mutex<IndexWriter>,
    reader: IndexReader,
}

/// The index at one change number.
#[derive(Clone)]
pub(super) struct Search {
    engine: Arc<Engine>,
    searcher: Searcher,
}

impl fmt::Debug for Search {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Search").field("documents", &self.searcher.num_docs()).finish()
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
        let stems = indexing(words::STEMS, IndexRecordOption::WithFreqsAndPositions, true);
        let plain = indexing(words::PLAIN, IndexRecordOption::Basic, false);
        let fields = Fields {
            ordinal: schema.add_u64_field("ordinal", FAST | INDEXED),
            weighed: [
                ("title", 8.0),
                ("aliases", 6.0),
                ("provider", 3.0),
                ("audience", 2.0),
                ("summary", 2.0),
                ("description", 1.0),
            ]
            .map(|(name, weight)| (schema.add_text_field(name, stems.clone()), weight)),
            heading: schema.add_text_field("heading", plain.clone()),
            words: schema.add_text_field("words", plain),
        };
        let index = Index::create_in_ram(schema.build());
        index.tokenizers().register(words::STEMS, words::stems());
        index.tokenizers().register(words::PLAIN, words::plain());
        let writer: IndexWriter = index.writer_with_num_threads(THREADS, BUDGET)?;
        writer.set_merge_policy(Box::new(LogMergePolicy::default()));
        let reader = index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()?;
        let searcher = reader.searcher();
        Ok(Self { engine: Arc::new(Engine { fields, writer: Mutex::new(writer), reader }), searcher })
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
        let is_new = self.searcher.num_docs() == 0;
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
        if ordinals.len() < MANY {
            put(ordinals)?;
        } else {
            std::thread::scope(|scope| {
                let shares = ordinals.chunks(ordinals.len().div_ceil(THREADS));
                let threads: Vec<_> = shares.map(|share| scope.spawn(|| put(share))).collect();
                threads.into_iter().try_for_each(|thread| match thread.join() {
                    Ok(done) => done,
                    Err(panicked) => std::panic::resume_unwind(panicked),
                })
            })?;
        }
        writer.commit()?;
        drop(writer);
        engine.reader.reload()?;
        Ok(Self { engine: Arc::clone(engine), searcher: engine.reader.searcher() })
    }

    /// What a text finds among some entries.
    ///
    /// # Errors
    /// Where the index cannot be read.
    pub(super) fn find(&self, text: &Text, within: RoaringBitmap) -> Result<Hits, TantivyError> {
        query::find(&self.searcher, &self.engine.fields, text, within)
    }

    /// The entries whose titles, aliases or providers have words that begin as these do.
    fn headed(&self, words: &[String], within: RoaringBitmap) -> Result<Vec<u32>, TantivyError> {
        query::headed(&self.searcher, &self.engine.fields, words, within)
    }
}
