//! What was loaded, rendered: on all cores where it is much, since that is most of what a start takes.

use std::iter::Fuse;
use std::sync::{Arc, Mutex, PoisonError};
use std::vec;

use super::taking::Pause;
use super::{CatalogueError, Snapshot};
use crate::catalogue::block::side_by_side;
use crate::catalogue::cores::{MANY, cores, joined};
use crate::catalogue::eligibility::Gate;
use crate::catalogue::facet::Reach;
use crate::catalogue::item::Item;
use crate::model::codes::Kind;
use crate::model::{Term, Vocabularies, read};
use crate::store::{EntryRow, Loaded, SlugRow, TermRow};

/// How many entries a thread takes at once at the most: few, so that all are at work until the end.
const SHARE: usize = 1_024;

/// An entry that was rendered, and what decides whether a person can take it.
pub(super) type Rendered = (Arc<Item>, Option<Gate>);

/// What was loaded, as those who render it take it: part by part, and a share of it at a time.
pub(super) struct Loading<'a, P> {
    snapshot: &'a mut Snapshot,
    parts: Fuse<P>,
    /// The entries that nobody has taken yet of the parts that came.
    entries: vec::IntoIter<EntryRow>,
    /// How many of them a thread takes.
    share: usize,
    /// How many shares were taken.
    taken: usize,
    /// Whether the part that ends it came.
    is_whole: bool,
    old_slugs: Vec<SlugRow>,
    damaged: Vec<CatalogueError>,
}

/// What came of it.
pub(super) struct Rendering {
    /// Whether it came to its end: otherwise the database failed meanwhile.
    pub(super) is_whole: bool,
    /// By kind and title.
    pub(super) entries: Vec<Rendered>,
    pub(super) old_slugs: Vec<SlugRow>,
    pub(super) damaged: Vec<CatalogueError>,
}

/// What was rendered so far.
#[derive(Default)]
struct Done {
    entries: Vec<Rendered>,
    /// What cannot be read, with the number of the share that it was in.
    damaged: Vec<(usize, CatalogueError)>,
}

impl Done {
    fn add(&mut self, other: Self) {
        self.entries.extend(other.entries);
        self.damaged.extend(other.damaged);
    }

    /// Puts the entries in order. What is in order already is taken as it is: so each share is, where it is still at hand,
    /// then all of a thread, and last those of all.
    fn sort(&mut self) {
        self.entries.sort_by(|(a, _), (b, _)| by_title(a).cmp(&by_title(b)));
    }
}

/// Some entries, and what they are shown by.
struct Share {
    /// How many were taken before it.
    number: usize,
    entries: Vec<EntryRow>,
    vocabularies: Arc<Vocabularies>,
    reach: Arc<Reach>,
}

impl<'a, P: Iterator<Item = Loaded> + Send> Loading<'a, P> {
    pub(super) fn new(snapshot: &'a mut Snapshot, parts: P) -> Self {
        Self {
            snapshot,
            parts: parts.fuse(),
            entries: Vec::new().into_iter(),
            share: SHARE,
            taken: 0,
            is_whole: false,
            old_slugs: Vec::new(),
            damaged: Vec::new(),
        }
    }

    /// Takes all in, but for the entries, which are rendered.
    pub(super) fn rendered(mut self, pause: Pause) -> Rendering {
        let is_first = self.snapshot.entries.is_empty();
        self.take_part();
        // Where more is to come, nobody knows how much.
        let is_much = !self.is_whole || self.entries.len() >= MANY;
        let loading = Mutex::new(self);
        let render = || {
            let mut done = Done::default();
            loop {
                // Where another thread panicked over it, it panics here as well once all are done.
                let next = loading.lock().ok().and_then(|mut loading| loading.share());
                let Some(share) = next else { break };
                done.add(share.rendered(is_first, pause));
            }
            done.sort();
            done
        };
        let mut done = std::thread::scope(|scope| {
            let others = if is_much { cores() - 1 } else { 0 };
            let others: Vec<_> = (0..others).map(|_| scope.spawn(render)).collect();
            let mut done = render();
            for other in others {
                done.add(joined(other));
            }
            done
        });
        done.sort();
        let Self { is_whole, old_slugs, mut damaged, .. } =
            loading.into_inner().unwrap_or_else(PoisonError::into_inner);
        let Done { mut entries, damaged: mut unread } = done;
        // Told as it came, whoever came to it first.
        unread.sort_by_key(|(number, _)| *number);
        damaged.extend(unread.into_iter().map(|(_, error)| error));
        if is_first {
            // As lists tell it: most begin with what comes first by title.
            entries = side_by_side(entries.into_iter(), |(item, _)| Arc::get_mut(item).map(Item::stated_mut));
        }
        Rendering { is_whole, entries, old_slugs, damaged }
    }

    /// The entries that are rendered next; nothing where there are none left.
    fn share(&mut self) -> Option<Share> {
        while self.entries.len() == 0 {
            self.take_part()?;
        }
        let number = self.taken;
        self.taken += 1;
        let entries = self.entries.by_ref().take(self.share).collect();
        let (vocabularies, reach) = (Arc::clone(&self.snapshot.vocabularies), Arc::clone(&self.snapshot.reach));
        Some(Share { number, entries, vocabularies, reach })
    }

    /// Takes the next part in, but for its entries.
    fn take_part(&mut self) -> Option<()> {
        let part = self.parts.next()?;
        let snapshot = &mut *self.snapshot;
        snapshot.head = part.head;
        if !part.terms.is_empty() {
            let mut vocabularies = (*snapshot.vocabularies).clone();
            for row in part.terms {
                match parse_term(&row) {
                    Ok(term) => vocabularies.insert(term),
                    Err(error) => self.damaged.push(error),
                }
            }
            snapshot.reach = Arc::new(Reach::new(&vocabularies));
            snapshot.vocabularies = Arc::new(vocabularies);
        }
        snapshot.chain.extend(part.chain);
        self.old_slugs.extend(part.old_slugs);
        self.share = part.entries.len().div_ceil(cores()).clamp(1, SHARE);
        self.entries = part.entries.into_iter();
        self.is_whole = part.is_last;
        Some(())
    }
}

impl Share {
    /// The entries rendered, by kind and title.
    fn rendered(self, is_first: bool, pause: Pause) -> Done {
        let rows = self.entries.into_iter().inspect(|_| pause());
        let rendered = rows.map(|row| Item::render(row, &self.vocabularies, &self.reach));
        // A block stays for as long as anything in it does: so what a snapshot begins with is all that may stay for longer
        // than it is wanted, whatever changes later.
        let rendered = if is_first {
            side_by_side(rendered, |rendered| rendered.as_mut().ok().map(|(item, _)| item.updated_mut()))
        } else {
            rendered.collect()
        };
        // Made one after the other, they stand beside each other in memory as the feed tells them. To collect them would be
        // to keep the room that whole items took.
        let (mut entries, mut damaged) = (Vec::with_capacity(rendered.len()), Vec::new());
        for rendered in rendered {
            match rendered {
                Ok((item, gate)) => entries.push((Arc::new(item), gate)),
                Err(error) => damaged.push((self.number, error)),
            }
        }
        let mut done = Done { entries, damaged };
        done.sort();
        done
    }
}

/// By what entries are put in order.
fn by_title(item: &Item) -> (Kind, &str, &str) {
    (item.kind, &item.title_key, &item.id)
}

/// Reads a term's body.
fn parse_term(row: &TermRow) -> Result<Term, CatalogueError> {
    let damaged = || CatalogueError::DamagedTerm { scheme: row.scheme.clone(), code: row.code.clone() };
    let value = serde_json::from_str(&row.body).map_err(|_| damaged())?;
    read::term(value).map_err(|_| damaged())
}
