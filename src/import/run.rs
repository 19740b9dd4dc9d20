//! An import: files, read in chunks into one transaction, all of it or nothing.

use std::path::PathBuf;

use serde_json::Value;
use thiserror::Error;

use super::source::{Item, Located, Reader};
use crate::directory::{Action, Change, ChangeFault, Clock, Outcome, Refusal, Tally, Writer};
use crate::model::{Fault, identity};
use crate::store::{Head, Store, StoreError};

/// How many items are read, checked and written at a time; what bounds an import's memory.
const CHUNK: usize = 500;

/// The most faults that are told one by one.
const MOST_FAULTS: usize = 1_000;

/// How far an import is.
#[derive(Debug, Clone)]
pub struct Progress {
    /// The file being read.
    pub file: PathBuf,
    /// Items read so far, over all files.
    pub items: u64,
    /// What came of the items just done.
    pub outcomes: Vec<(String, Outcome)>,
}

/// What an import came to.
#[derive(Debug)]
pub struct Report {
    /// Counts.
    pub tally: Tally,
    /// Where the directory stands now; `None` for a plan.
    pub head: Option<Head>,
}

/// Why nothing was imported.
#[derive(Debug, Error)]
pub enum ImportError {
    /// The files have faults.
    #[error("{} faults; nothing was imported", .0.len())]
    Faults(Vec<Located>),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Imports files: creates what is new, and of what stands replaces the members that are given.
/// With `plan` it checks everything and changes nothing.
///
/// # Errors
/// Every fault of the files, up to a thousand; or as the database fails. Nothing is then changed.
pub async fn run(
    store: &Store,
    clock: Clock,
    mut readers: Vec<Reader>,
    plan: bool,
    actor: &str,
    reason: &str,
    progress: &mut (dyn FnMut(Progress) + Send),
) -> Result<Report, ImportError> {
    let mut import =
        Import { writer: Writer::begin(store, clock, actor, reason).await?, located: Vec::new(), told: 0, items: 0 };
    let files: Vec<PathBuf> = readers.iter().map(|reader| reader.path.clone()).collect();
    for (index, reader) in readers.iter_mut().enumerate() {
        import.file(index, reader, &files, progress).await?;
        reader.close();
    }
    import.finish(plan, &files).await
}

struct Import {
    writer: Writer,
    located: Vec<Located>,
    /// How many of the writer's faults already have their lines.
    told: usize,
    items: u64,
}

impl Import {
    async fn file(
        &mut self,
        index: usize,
        reader: &mut Reader,
        files: &[PathBuf],
        progress: &mut (dyn FnMut(Progress) + Send),
    ) -> Result<(), ImportError> {
        let path = reader.path.clone();
        let mut items = reader.items();
        loop {
            let mut chunk = Vec::with_capacity(CHUNK);
            let mut read = 0;
            for item in items.by_ref().take(CHUNK) {
                read += 1;
                match item {
                    Ok(item) => chunk.push(item),
                    Err(error) => self.locate(Located::unreadable(&path, &error)),
                }
            }
            if read == 0 {
                return Ok(());
            }
            self.items += chunk.len() as u64;
            let changes = chunk.iter().filter_map(|item| self.change(index, item, &path)).collect();
            let outcomes = self.writer.apply(changes).await.map_err(|refusal| refused(refusal, files))?;
            self.locate_new(&chunk, files);
            progress(Progress { file: path.clone(), items: self.items, outcomes });
        }
    }

    async fn finish(mut self, plan: bool, files: &[PathBuf]) -> Result<Report, ImportError> {
        if !self.located.is_empty() {
            // The chunks' faults have their lines already; what only the whole can tell is added to them.
            let mut faults = std::mem::take(&mut self.located);
            match self.writer.rehearse().await {
                Err(Refusal::Store(error)) => return Err(ImportError::Store(error)),
                Err(Refusal::Faults(all)) => {
                    let new = all.iter().skip(self.told).map(|fault| located(fault, None, files));
                    let left = MOST_FAULTS.saturating_sub(faults.len());
                    faults.extend(new.take(left));
                }
                Ok(_) => {}
            }
            return Err(ImportError::Faults(faults));
        }
        let done = if plan {
            self.writer.rehearse().await.map(|tally| (None, tally))
        } else {
            self.writer.finish().await.map(|(head, tally)| (Some(head), tally))
        };
        match done {
            Ok((head, tally)) => Ok(Report { tally, head }),
            Err(refusal) => Err(refused(refusal, files)),
        }
    }

    fn locate(&mut self, located: Located) {
        if self.located.len() < MOST_FAULTS {
            self.located.push(located);
        }
    }

    fn locate_new(&mut self, chunk: &[Item], files: &[PathBuf]) {
        let new: Vec<Located> =
            self.writer.faults().iter().skip(self.told).map(|fault| located(fault, Some(chunk), files)).collect();
        self.told += new.len();
        for located in new {
            self.locate(located);
        }
    }

    /// The change that an item asks for.
    fn change(&mut self, file: usize, item: &Item, path: &std::path::Path) -> Option<Change> {
        let action = if item.is_term() {
            Ok(Action::MergeTerm(item.value.clone()))
        } else if item.value.get("retire").is_some() || item.value.get("rename").is_some() {
            instruction(&item.value)
        } else {
            Ok(Action::Merge(item.value.clone()))
        };
        match action {
            Ok(action) => Some(Change { origin: origin(file, item.line), action }),
            Err(fault) => {
                self.locate(Located {
                    file: path.to_owned(),
                    line: item.line_of(&fault.pointer),
                    subject: String::new(),
                    fault,
                });
                None
            }
        }
    }
}

/// An item that retires or renames: `{"retire": "kind/slug", "reason": …, "replacedBy": …}` or
/// `{"rename": "kind/slug", "to": …}`.
fn instruction(value: &Value) -> Result<Action, Fault> {
    let members = value.as_object().into_iter().flat_map(|members| members.keys());
    let text = |key: &str| {
        value
            .get(key)
            .and_then(Value::as_str)
            .ok_or_else(|| Fault::error(format!("/{key}"), format!("“{key}” is missing, or is not text."), "Add it."))
    };
    let entry = |key: &str| {
        let written = text(key)?;
        identity::parse_reference(written).map(|(kind, id)| (kind, id.to_owned())).ok_or_else(|| {
            Fault::error(
                format!("/{key}"),
                format!("“{written}” names no entry."),
                "Write kind/slug, such as programme/mary-seacole.",
            )
        })
    };
    let known: &[&str] =
        if value.get("retire").is_some() { &["retire", "reason", "replacedBy"] } else { &["rename", "to"] };
    if let Some(unknown) = members.into_iter().find(|key| !known.contains(&key.as_str())) {
        return Err(Fault::unknown(
            format!("/{unknown}"),
            "member of this instruction",
            unknown,
            known.iter().copied(),
        ));
    }
    if value.get("retire").is_some() {
        let (kind, id) = entry("retire")?;
        let replaced_by = value.get("replacedBy").map(|_| text("replacedBy")).transpose()?.map(str::to_owned);
        return Ok(Action::Retire { kind, id, reason: text("reason")?.to_owned(), replaced_by });
    }
    let (kind, from) = entry("rename")?;
    Ok(Action::Rename { kind, from, to: text("to")?.to_owned() })
}

/// Bits of an origin that hold the line; the file's number stands above them.
const LINE_BITS: u32 = 40;

fn origin(file: usize, line: u64) -> u64 {
    ((file as u64) << LINE_BITS) | line
}

/// Finds the line of a fault: of the member while its item is at hand, else of the item.
fn located(fault: &ChangeFault, chunk: Option<&[Item]>, files: &[PathBuf]) -> Located {
    let line = fault.origin & ((1 << LINE_BITS) - 1);
    let file = usize::try_from(fault.origin >> LINE_BITS).ok().and_then(|index| files.get(index));
    let item = chunk.and_then(|chunk| chunk.iter().find(|item| item.line == line));
    Located {
        file: file.cloned().unwrap_or_default(),
        line: item.map_or(line, |item| item.line_of(&fault.fault.pointer)),
        subject: fault.subject.clone(),
        fault: fault.fault.clone(),
    }
}

/// Why a change set was refused, with the lines of its faults.
fn refused(refusal: Refusal, files: &[PathBuf]) -> ImportError {
    match refusal {
        Refusal::Store(error) => ImportError::Store(error),
        Refusal::Faults(faults) => {
            ImportError::Faults(faults.iter().map(|fault| located(fault, None, files)).collect())
        }
    }
}
