//! Leadership Directory: NHS leadership programmes, academies, coaching, providers, frameworks and
//! resources, served over REST from an embedded SQLite file or from PostgreSQL.
//!
//! The rooms, and which may use which:
//!
//! ```text
//! cli → http, import, formats
//! http → directory, pages          import → directory
//! directory → catalogue → store → model
//! ```
//!
//! - [`model`]: what an entry is and what makes it valid. Pure.
//! - [`store`]: durability. The only room with SQL.
//! - [`catalogue`]: the immutable snapshot and the questions it answers.
//! - [`directory`]: joins the two: commits change sets, follows other processes.
//! - [`import`]: files that people write, and the catalogue this binary ships.
//! - [`formats`]: an entry told in another tongue.
//! - [`pages`]: pages for people.
//! - [`http`]: the contract.
//! - [`settings`], [`telemetry`], [`cli`]: how the process is set up, what it logs, how it is called.

pub mod catalogue;
pub mod cli;
pub mod directory;
pub mod formats;
pub mod http;
pub mod import;
pub mod model;
pub mod pages;
pub mod settings;
pub mod store;
pub mod telemetry;
