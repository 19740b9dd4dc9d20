//! What an entry is and what makes it valid. Pure: knows no HTTP, no SQL and no clock.
//!
//! This room is the one authority for every field name and code. The types here are the contract:
//! their schemas are published in the OpenAPI document, [`shape`] checks input against those same
//! schemas, and `docs/terms.md` is written from them. Terms that only classify are data
//! ([`vocabulary`]); terms that give a value its shape are code ([`codes`]).

pub mod audience;
pub mod codes;
pub mod eligibility;
pub mod entry;
pub mod fault;
pub mod identity;
pub mod members;
pub mod profile;
pub mod programme;
pub mod read;
pub mod shape;
pub mod source;
pub mod terms;
pub mod text;
pub mod validate;
pub mod vocabulary;

pub use codes::Kind;
pub use entry::{Entry, Stamp};
pub use fault::{Fault, Severity};
pub use vocabulary::{Term, Vocabularies};
