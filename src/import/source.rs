//! Files as streams of items, each with the lines of its members.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::json;
use super::yaml::YamlItems;
use crate::model::{Fault, Severity};

/// The longest line of an NDJSON file, in bytes.
const LONGEST_LINE: u64 = 1024 * 1024;

/// The line of each member, by JSON Pointer.
pub(super) type Lines = BTreeMap<String, u64>;

/// One item of a file: an entry, a term or an instruction.
#[derive(Debug, Clone)]
pub struct Item {
    /// What it says.
    pub value: Value,
    /// The line it begins on.
    pub line: u64,
    /// The lines of its members.
    pub(super) lines: Lines,
}

impl Item {
    /// The line of a member, or of the nearest member above it that has one.
    #[must_use]
    pub fn line_of(&self, pointer: &str) -> u64 {
        let mut at = pointer;
        loop {
            if let Some(line) = self.lines.get(at) {
                return *line;
            }
            match at.rsplit_once('/') {
                Some((above, _)) => at = above,
                None => return self.line,
            }
        }
    }

    /// Whether it is a term of a vocabulary.
    #[must_use]
    pub fn is_term(&self) -> bool {
        self.value.get("scheme").is_some() && self.value.get("kind").is_none()
    }
}

/// A file that cannot be read further.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadError {
    /// The line; 0 where the file as a whole cannot be read.
    pub line: u64,
    /// What is wrong.
    pub detail: String,
}

/// A fault with the place where it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Located {
    /// The file.
    pub file: PathBuf,
    /// The line; 0 for the file as a whole.
    pub line: u64,
    /// What the fault is about, as `kind/slug`, as far as that is known.
    pub subject: String,
    /// What is wrong.
    pub fault: Fault,
}

impl std::fmt::Display for Located {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Fault { pointer, severity, detail, fix, .. } = &self.fault;
        write!(f, "{}:{}: {severity}: ", self.file.display(), self.line)?;
        if !self.subject.is_empty() || !pointer.is_empty() {
            write!(f, "{}{pointer}: ", self.subject)?;
        }
        write!(f, "{detail} {fix}")
    }
}

impl Located {
    /// A file that cannot be read.
    #[must_use]
    pub fn unreadable(file: &Path, error: &ReadError) -> Self {
        Self {
            file: file.to_owned(),
            line: error.line,
            subject: String::new(),
            fault: Fault {
                pointer: String::new(),
                severity: Severity::Error,
                detail: format!("The file cannot be read: {}.", error.detail.trim_end_matches('.')),
                fix: "Mend it.".to_owned(),
                did_you_mean: None,
            },
        }
    }
}

/// A file to be read.
#[derive(Debug)]
pub struct Reader {
    /// The file.
    pub path: PathBuf,
    is_yaml: bool,
    /// The text of a YAML file, while it is read.
    text: String,
    lines: Option<BufReader<File>>,
}

/// How much of a file is looked at to see what it holds.
const HEAD: u64 = 64 * 1024;

impl Reader {
    fn open(path: &Path) -> Result<Self, ReadError> {
        let whole = |detail: String| ReadError { line: 0, detail };
        let is_yaml = match path.extension().and_then(|extension| extension.to_str()) {
            Some("yaml" | "yml") => true,
            Some("ndjson" | "jsonl") => false,
            _ => return Err(whole("its name ends in none of .yaml, .yml, .ndjson, .jsonl".to_owned())),
        };
        File::open(path).map_err(|error| whole(error.to_string()))?;
        Ok(Self { path: path.to_owned(), is_yaml, text: String::new(), lines: None })
    }

    /// The items, one by one. After a fault of a YAML file there is nothing more to read.
    pub fn items(&mut self) -> Box<dyn Iterator<Item = Result<Item, ReadError>> + Send + '_> {
        let opened = File::open(&self.path).and_then(|mut file| {
            if self.is_yaml {
                self.text.clear();
                file.read_to_string(&mut self.text).map(|_| None)
            } else {
                Ok(Some(BufReader::new(file)))
            }
        });
        match opened {
            Ok(lines) => self.lines = lines,
            Err(error) => return Box::new(std::iter::once(Err(ReadError { line: 0, detail: error.to_string() }))),
        }
        match &mut self.lines {
            Some(lines) => Box::new(NdjsonItems { lines, line: 0, is_broken: false }),
            None => Box::new(YamlItems::new(&self.text)),
        }
    }

    /// Forgets the text of a file that was read.
    pub fn close(&mut self) {
        self.text = String::new();
        self.lines = None;
    }

    /// Whether the file begins with a term.
    fn begins_with_term(path: &Path) -> bool {
        let mut head = Vec::new();
        let read = File::open(path).and_then(|file| file.take(HEAD).read_to_end(&mut head));
        let head = String::from_utf8_lossy(&head);
        let place = |key: &str| [format!("{key}:"), format!("\"{key}\":")].iter().filter_map(|k| head.find(k)).min();
        read.is_ok() && place("scheme").is_some_and(|at| place("kind").is_none_or(|kind| at < kind))
    }
}

struct NdjsonItems<'a> {
    lines: &'a mut BufReader<File>,
    line: u64,
    /// Whether the file itself failed: nothing more can be read.
    is_broken: bool,
}

impl Iterator for NdjsonItems<'_> {
    type Item = Result<Item, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        while !self.is_broken {
            self.line += 1;
            let fault = |detail: String| Some(Err(ReadError { line: self.line, detail }));
            let mut text = Vec::new();
            match (&mut *self.lines).take(LONGEST_LINE + 1).read_until(b'\n', &mut text) {
                Ok(0) => return None,
                Ok(_) => {}
                Err(error) => {
                    self.is_broken = true;
                    return fault(error.to_string());
                }
            }
            if text.len() as u64 > LONGEST_LINE {
                // What is left of the line is passed over, so that the lines after it keep their numbers.
                let _ = self.lines.skip_until(b'\n');
                return fault(format!("the line is longer than {LONGEST_LINE} bytes"));
            }
            let Ok(text) = String::from_utf8(text) else {
                return fault("the line is not UTF-8".to_owned());
            };
            let text = text.trim_start_matches('\u{feff}').trim();
            if text.is_empty() {
                continue;
            }
            return match json::parse(text) {
                Ok(value) => {
                    Some(Ok(Item { value, line: self.line, lines: Lines::from([(String::new(), self.line)]) }))
                }
                Err(error) => fault(error.to_string()),
            };
        }
        None
    }
}

/// Opens files, and the files in folders, in an order in which terms come before what names them.
///
/// # Errors
/// Every file that cannot be opened.
pub fn open_all(paths: &[PathBuf]) -> Result<Vec<Reader>, Vec<Located>> {
    let mut faults = Vec::new();
    let mut files = Vec::new();
    for path in paths {
        match std::fs::read_dir(path) {
            Ok(folder) => {
                let mut found: Vec<PathBuf> =
                    folder.filter_map(|entry| Some(entry.ok()?.path())).filter(|p| is_readable(p)).collect();
                found.sort();
                if found.is_empty() {
                    let detail = "the folder holds no .yaml, .yml, .ndjson or .jsonl file".to_owned();
                    faults.push(Located::unreadable(path, &ReadError { line: 0, detail }));
                }
                files.extend(found);
            }
            Err(_) => files.push(path.clone()),
        }
    }
    files.sort_by_key(|path| !Reader::begins_with_term(path));
    let mut readers = Vec::with_capacity(files.len());
    for path in files {
        match Reader::open(&path) {
            Ok(reader) => readers.push(reader),
            Err(error) => faults.push(Located::unreadable(&path, &error)),
        }
    }
    if faults.is_empty() { Ok(readers) } else { Err(faults) }
}

fn is_readable(path: &Path) -> bool {
    let known =
        path.extension().and_then(|e| e.to_str()).is_some_and(|e| matches!(e, "yaml" | "yml" | "ndjson" | "jsonl"));
    known && path.is_file()
}
