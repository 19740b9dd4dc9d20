//! Files that people write (YAML, NDJSON), read into a change set, and the catalogue this binary ships.

pub mod check;
pub mod generate;
pub mod json;
mod run;
mod shipped;
mod source;
mod yaml;

pub use run::{ImportError, Progress, Report, run};
pub use shipped::{shipped, shipped_vocabularies};
pub use source::{Item, Located, ReadError, Reader, open_all};
