//! Planning and writing terms of vocabularies.

use crate::model::{Fault, Term, read};
use crate::store::{Operation, StoreError, TermWrite, hash};

use super::super::change::{Action, Change, Outcome};
use super::Writer;

impl Writer {
    pub(super) async fn apply_terms(
        &mut self,
        changes: Vec<Change>,
        outcomes: &mut Vec<(String, Outcome)>,
    ) -> Result<(), StoreError> {
        let mut writes = Vec::with_capacity(changes.len());
        for change in changes {
            let (value, ships) = match change.action {
                Action::PutTerm(value) => (value, false),
                Action::ShipTerm(value) => (value, true),
                _ => continue,
            };
            match read::term(value) {
                Ok(term) => outcomes.extend(self.plan_term(change.origin, term, ships, &mut writes)),
                Err(faults) => self.faults_of(change.origin, "term", faults),
            }
        }
        if self.faults.is_empty() && !writes.is_empty() {
            self.commit.write_terms(&writes).await?;
        }
        Ok(())
    }

    fn plan_term(
        &mut self,
        origin: u64,
        term: Term,
        ships: bool,
        writes: &mut Vec<TermWrite>,
    ) -> Option<(String, Outcome)> {
        let subject = format!("term/{}/{}", term.scheme, term.code);
        let body = serde_json::to_string(&term).ok()?;
        let key = (term.scheme.0.clone(), term.code.0.clone());
        let (operation, shipped) = match self.shipped_terms.get(&key) {
            None => (Operation::Create, if ships { hash(&[&body]) } else { String::new() }),
            Some((stands, _)) if *stands == body => {
                self.tally.count(Outcome::Unchanged);
                return Some((subject, Outcome::Unchanged));
            }
            Some((stands, shipped)) if ships && hash(&[stands]) != *shipped => {
                self.tally.count(Outcome::Kept);
                return Some((subject, Outcome::Kept));
            }
            Some((_, shipped)) => (Operation::Update, if ships { hash(&[&body]) } else { shipped.clone() }),
        };
        if !self.planned_terms.insert(key.clone()) {
            self.fault(origin, &subject, Fault::error("", "The term stands twice.", "Write it once."));
            return None;
        }
        let outcome = if operation == Operation::Create { Outcome::Created } else { Outcome::Updated };
        writes.push(TermWrite {
            operation,
            scheme: key.0.clone(),
            code: key.1.clone(),
            body: body.clone(),
            shipped: shipped.clone(),
        });
        self.shipped_terms.insert(key, (body, shipped));
        self.vocabularies.insert(term);
        self.tally.count(outcome);
        Some((subject, outcome))
    }

    /// Checks the hierarchy of the vocabularies that were written to.
    pub(super) fn check_terms(&mut self) {
        let mut faults = Vec::new();
        for (scheme, code) in &self.planned_terms {
            let Some(term) = self.vocabularies.get(scheme, code) else {
                continue;
            };
            let subject = format!("term/{scheme}/{code}");
            let others = term.broader.iter().map(|code| ("/broader".to_owned(), code));
            let others =
                others.chain(term.successors.iter().enumerate().map(|(i, code)| (format!("/successors/{i}"), code)));
            for (pointer, other) in others {
                if self.vocabularies.get(scheme, other.as_str()).is_none() {
                    let known = self.vocabularies.terms(scheme).map(|t| t.code.as_str());
                    faults.push((subject.clone(), Fault::unknown(pointer, scheme, other.as_str(), known)));
                }
            }
            if self.vocabularies.ancestry(scheme, code).skip(1).any(|above| above.code == term.code) {
                faults
                    .push((subject, Fault::error("/broader", "The term is broader than itself.", "Break the circle.")));
            }
        }
        for (subject, fault) in faults {
            self.fault(0, &subject, fault);
        }
    }
}
