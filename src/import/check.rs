//! Checking a folder of files without a database.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::PathBuf;

use super::shipped;
use super::source::{Located, Reader, open_all};
use crate::catalogue::{impossible, required_of};
use crate::directory::Action;
use crate::model::codes::Kind;
use crate::model::eligibility::Rule;
use crate::model::shape::ReferenceUse;
use crate::model::{Fault, Severity, Vocabularies, read};

/// What a check found.
#[derive(Debug, Default)]
pub struct Checked {
    /// Faults, in the order of files and lines.
    pub faults: Vec<Located>,
    /// How many entries there are.
    pub entries: u64,
    /// How many terms there are.
    pub terms: u64,
}

impl Checked {
    /// Whether there is nothing that an import would refuse.
    #[must_use]
    pub fn is_good(&self) -> bool {
        self.faults.iter().all(|located| located.fault.severity == Severity::Warning)
    }
}

/// Checks every file of a folder, or one file: as an import into a new directory would, warnings
/// included. What the files name must stand in them or in the catalogue this binary ships.
#[must_use]
pub fn check(path: PathBuf) -> Checked {
    let mut readers = match open_all(&[path]) {
        Ok(readers) => readers,
        Err(faults) => {
            return Checked { faults, ..Checked::default() };
        }
    };
    let mut check = Check {
        checked: Checked::default(),
        vocabularies: shipped::shipped_vocabularies(),
        seen: BTreeMap::new(),
        named: Vec::new(),
        terms: Vec::new(),
        rules: HashMap::new(),
    };
    for reader in &mut readers {
        check.file(reader);
        reader.close();
    }
    check.terms();
    check.references();
    check.rules();
    check.checked.faults.sort_by(|a, b| (&a.file, a.line).cmp(&(&b.file, b.line)));
    check.checked
}

struct Check {
    checked: Checked,
    vocabularies: Vocabularies,
    seen: BTreeMap<(Kind, String), (PathBuf, u64)>,
    named: Vec<(ReferenceUse, String, PathBuf, u64)>,
    terms: Vec<(String, String, PathBuf, u64)>,
    /// Every different rule, with the entries that have it: pointer, subject, file and line.
    rules: HashMap<Rule, Vec<(String, String, PathBuf, u64)>>,
}

impl Check {
    fn file(&mut self, reader: &mut Reader) {
        let path = reader.path.clone();
        for item in reader.items() {
            let item = match item {
                Ok(item) => item,
                Err(error) => {
                    self.checked.faults.push(Located::unreadable(&path, &error));
                    continue;
                }
            };
            let at = |subject: &str, fault: Fault| Located {
                file: path.clone(),
                line: item.line_of(&fault.pointer),
                subject: subject.to_owned(),
                fault,
            };
            if item.is_term() {
                self.checked.terms += 1;
                match read::term(item.value.clone()) {
                    Ok(term) => {
                        self.terms.push((term.scheme.0.clone(), term.code.0.clone(), path.clone(), item.line));
                        self.vocabularies.insert(term);
                    }
                    Err(faults) => self.checked.faults.extend(faults.into_iter().map(|fault| at("term", fault))),
                }
                continue;
            }
            self.checked.entries += 1;
            let (subject, key) = match read::identify(&item.value) {
                Ok(key) => (format!("{}/{}", key.0, key.1), key),
                Err(faults) => {
                    self.checked.faults.extend(faults.into_iter().map(|fault| at("", fault)));
                    continue;
                }
            };
            if let Some((file, line)) = self.seen.insert(key, (path.clone(), item.line)) {
                let detail = format!("The entry stands at {}:{line} too.", file.display());
                self.checked.faults.push(at(&subject, Fault::error("/id", detail, "Keep one of them.")));
            }
            let faults = match read::entry(item.value.clone(), &self.vocabularies) {
                Ok(reading) => {
                    let named = reading.references.into_iter().map(|r| {
                        let line = item.line_of(&r.pointer);
                        (r, subject.clone(), path.clone(), line)
                    });
                    self.named.extend(named);
                    for (pointer, rule) in required_of(&reading.entry) {
                        let line = item.line_of(&pointer);
                        self.rules.entry(rule).or_default().push((pointer, subject.clone(), path.clone(), line));
                    }
                    reading.warnings
                }
                Err(faults) => faults,
            };
            self.checked.faults.extend(faults.into_iter().map(|fault| at(&subject, fault)));
        }
    }

    /// Adds the faults that terms have among each other.
    fn terms(&mut self) {
        for (scheme, code, file, line) in std::mem::take(&mut self.terms) {
            let subject = format!("term/{scheme}/{code}");
            let located = |fault| Located { file: file.clone(), line, subject: subject.clone(), fault };
            self.checked.faults.extend(self.vocabularies.faults(&scheme, &code).into_iter().map(located));
        }
    }

    /// Warns of every rule that nobody can meet: the sources may say so, but rarely mean it.
    fn rules(&mut self) {
        let rules = std::mem::take(&mut self.rules);
        let empty = impossible(rules.keys(), &self.vocabularies);
        for (places, field) in rules.values().zip(empty) {
            let Some(field) = field else { continue };
            for (pointer, subject, file, line) in places {
                let fault = Fault::warning(
                    pointer.clone(),
                    format!("Nobody can meet this rule: no {} passes all that it requires.", field.name()),
                    "Compare it with its sources, the roles of audience.openTo included.",
                );
                self.checked.faults.push(Located { file: file.clone(), line: *line, subject: subject.clone(), fault });
            }
        }
    }

    /// Adds a fault for every entry that is named and stands nowhere.
    fn references(&mut self) {
        let shipped: BTreeSet<(Kind, String)> = (super::shipped().changes)()
            .into_iter()
            .filter_map(|change| match change.action {
                Action::Ship(value) => read::identify(&value).ok(),
                _ => None,
            })
            .collect();
        for (reference, subject, file, line) in std::mem::take(&mut self.named) {
            let key = (reference.kind, reference.id);
            if !self.seen.contains_key(&key) && !shipped.contains(&key) {
                let fault = Fault::error(
                    reference.pointer,
                    format!("There is no {} “{}”.", key.0, key.1),
                    "Name an entry that is there, or add it.",
                );
                self.checked.faults.push(Located { file, line, subject, fault });
            }
        }
    }
}
