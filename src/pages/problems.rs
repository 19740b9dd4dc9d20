//! The pages that the `type` of a problem leads to.

use maud::html;

use crate::http::problem::{CODES, Code};

/// The page about one sort of problem.
#[must_use]
pub fn problem(code: &Code) -> String {
    super::layout(
        code.title,
        &html! {
            h1 { (code.title) }
            p { (code.meaning.trim()) }
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
pub fn problems() -> String {
    super::layout(
        "Problems",
        &html! {
            h1 { "Problems" }
            p { "Every answer with a status of 400 or above says what went wrong as problem details (RFC 9457). Its " code { "code" } " is one of these." }
            div.scroll tabindex="0" role="region" aria-label="Problems" {
                table {
                    thead { tr { th scope="col" { "Code" } th scope="col" { "Status" } th scope="col" { "What it means" } } }
                    tbody {
                        @for code in CODES {
                            tr {
                                th scope="row" { a href={ "/problems/" (code.code) } { (code.code) } }
                                td { (code.status) }
                                td { (code.meaning.trim()) }
                            }
                        }
                    }
                }
            }
        },
    )
}
