//! The pages that the `type` of a problem leads to.

use maud::html;

use super::Look;
use super::reference::prose;

/// One sort of problem, as its page tells it.
#[derive(Debug, Clone, Copy)]
pub struct ProblemKind {
    /// The stable name.
    pub code: &'static str,
    /// The HTTP status.
    pub status: u16,
    /// What it is called.
    pub title: &'static str,
    /// What it means and what to do.
    pub meaning: &'static str,
}

/// The page about one sort of problem.
#[must_use]
pub fn problem(look: &Look, code: &ProblemKind) -> String {
    super::layout(
        look,
        code.title,
        &html! {
            h1 { (code.title) }
            p { (prose(code.meaning.trim())) }
            table {
                tbody {
                    tr { th scope="row" { "Code" } td { code { (code.code) } } }
                    tr { th scope="row" { "HTTP status" } td { (code.status) } }
                }
            }
            p { a href="/problems" { "All problems" } }
        },
    )
}

/// The list of all sorts of problem.
#[must_use]
pub fn problems(look: &Look, codes: &[ProblemKind]) -> String {
    super::layout(
        look,
        "Problems",
        &html! {
            h1 { "Problems" }
            p { "Every answer with a status of 400 or above says what went wrong as problem details (RFC 9457). Its " code { "code" } " is one of these. OneRoster and the tokens it asks for tell the same in forms of their own." }
            div.list {
                table {
                    thead { tr { th scope="col" { "Code" } th scope="col" { "Status" } th scope="col" { "What it means" } } }
                    tbody {
                        @for code in codes {
                            tr {
                                th scope="row" { a href={ "/problems/" (code.code) } { (code.code) } }
                                td { (code.status) }
                                td { (prose(code.meaning.trim())) }
                            }
                        }
                    }
                }
            }
        },
    )
}
