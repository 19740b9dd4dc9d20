//! Pages for people. Each is made from one view struct and returns HTML; status and headers are HTTP's.

mod problems;
mod reference;
mod start;

pub use problems::{ProblemKind, problem, problems};
pub use reference::reference;
pub use start::{Example, Start, start};

use std::sync::LazyLock;

use maud::{DOCTYPE, Markup, html};

/// The style of every page.
pub const STYLE: &str = include_str!("pages/site.css");

/// The address of the style: it holds a hash, so that caches may keep it for good.
#[must_use]
pub fn style_path() -> &'static str {
    static PATH: LazyLock<String> = LazyLock::new(|| {
        let hash: String = crate::store::hash(&[STYLE]).chars().take(12).collect();
        format!("/assets/site-{hash}.css")
    });
    &PATH
}

/// What every page has around its content.
fn layout(title: &str, content: &Markup) -> String {
    html! {
        (DOCTYPE)
        html lang="en-GB" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) " – Leadership Directory" }
                link rel="stylesheet" href=(style_path());
            }
            body {
                a.skip href="#content" { "Skip to the content" }
                header {
                    a.name href="/" { "Leadership Directory" }
                    nav aria-label="Main" {
                        a href="/docs" { "Try it" }
                        a href="/reference" { "Reference" }
                        a href="/problems" { "Problems" }
                        a href="/openapi.json" { "OpenAPI" }
                    }
                }
                main id="content" { (content) }
                footer {
                    p {
                        "The compilation is under "
                        a href="https://creativecommons.org/licenses/by/4.0/" { "CC BY 4.0" }
                        "; each entry names its sources."
                    }
                }
            }
        }
    }
    .into_string()
}
