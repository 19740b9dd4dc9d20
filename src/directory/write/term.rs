//! Planning and writing terms of vocabularies.

use serde_json::Value;

use super::super::change::{Action, Change, Outcome};
use super::{Writer, merge};
use crate::model::{Fault, Term, read};
use crate::store::{Operation, StoreError, TermWrite, hash};

impl Writer {
    pub(super) async fn apply_terms(
        &mut self,
        changes: Vec<Change>,
        outcomes: &mut Vec<(String, Outcome)>,
    ) -> Result<(), StoreError> {
        let mut writes = Vec::with_capacity(changes.len());
        for change in changes {
            let (value, ships) = match change.action {
                Action::MergeTerm(value) => (self.merged_term(value), false),
                Action::ShipTerm(value) => (value, true),
                _ => continue,
            };
            match read::term(value) {
                Ok(term) => outcomes.extend(self.plan_term(change.origin, term, ships, &mut writes)),
                // A shipped term that an edit here makes impossible is left out, not a reason to refuse all.
                Err(_) if ships => self.tally.count(Outcome::Kept),
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
        if self.planned_terms.insert(key.clone(), origin).is_some() {
            self.fault(origin, &subject, Fault::error("", "The term stands twice.", "Write it once."));
            return None;
        }
        // A new term too may stand between others, and move what is filtered by them.
        if self.before_edit.is_none() {
            self.before_edit = Some((self.vocabularies.clone(), self.commit.head().change_number));
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

    /// What stands of a term, with the given members in place of its own.
    fn merged_term(&self, given: Value) -> Value {
        let text = |key: &str| given.get(key).and_then(Value::as_str).map(str::to_owned);
        let key = text("scheme").zip(text("code"));
        let base =
            key.and_then(|key| self.shipped_terms.get(&key)).and_then(|(body, _)| serde_json::from_str(body).ok());
        merge(base, given)
    }

    /// Checks the terms that were written against all others.
    pub(super) fn check_terms(&mut self) {
        for ((scheme, code), origin) in std::mem::take(&mut self.planned_terms) {
            let subject = format!("term/{scheme}/{code}");
            let faults = self.vocabularies.faults(&scheme, &code);
            self.faults_of(origin, &subject, faults);
        }
    }
}
