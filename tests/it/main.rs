//! Black-box tests: the real binary, through HTTP and its command line, on both engines.
//!
//! PostgreSQL is given by `LEADERSHIP_DIRECTORY_TEST_POSTGRES`; `scripts/test` starts one. Without it the
//! tests fail: none is left out.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    clippy::print_stderr,
    reason = "a test fails by panicking, is told where PostgreSQL is, and tells what it counted"
)]

mod answers;
mod catalogue;
mod changes;
mod command_line;
mod contract;
mod eligibility;
mod eligibility_checks;
mod engine;
mod entries;
mod exports;
mod facets;
mod faults;
mod follow;
mod history;
mod http;
mod import;
mod linked;
mod logs;
mod one_roster;
mod people;
mod places;
mod problems;
mod promise;
mod search;
mod start;
mod support;
mod writers;
