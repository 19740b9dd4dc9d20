//! The start page of developers.

use maud::html;

use super::Look;

/// One call with the answer it gives now.
#[derive(Debug)]
pub struct Example {
    /// What it shows.
    pub title: &'static str,
    /// The path and query of the call.
    pub path: String,
    /// The answer, shortened.
    pub answer: String,
}

/// What the start page shows.
#[derive(Debug)]
pub struct Start {
    /// What addresses begin with.
    pub public_url: String,
    /// How many entries of each kind there are: name, count, path.
    pub kinds: Vec<(&'static str, u64, String)>,
    /// The change number the page shows.
    pub change_number: i64,
    /// Calls with their answers.
    pub examples: Vec<Example>,
}

/// The start page.
#[must_use]
pub fn start(look: &Look, view: &Start) -> String {
    super::layout(
        look,
        "Start",
        &html! {
            h1 { "NHS leadership development, as a service for your software" }
            p {
                "Programmes, regional leadership academies, coaching and mentoring, providers, frameworks and resources, "
                "found by role, level and eligibility. Every fact names its source and date; what no source states is "
                code { "null" } "."
            }
            h2 { "What there is" }
            ul {
                @for (name, count, path) in &view.kinds {
                    li { a href=(path) { (name) } ": " (count) }
                }
            }
            p { "As of change " (view.change_number) ". No key is needed to read." }
            h2 { "Three calls to begin with" }
            @for example in &view.examples {
                h3 { (example.title) }
                pre tabindex="0" { code { "curl '" (view.public_url) (example.path) "'" } }
                pre tabindex="0" { code { (example.answer) } }
                p { a href=(example.path) { "See the whole answer: " (example.title) } }
            }
            h2 { "Where to go from here" }
            ul {
                li { a href="/docs" { "Try every call in Swagger UI" } }
                li { a href="/reference" { "Read the reference, which every assistive technology can read" } }
                li { a href="/openapi.json" { "Make a client from the OpenAPI document" } ", or from it as " a href="/openapi.yaml" { "YAML" } }
                li { a href="/v1/vocabularies" { "See what may stand in a filter" } }
                li { a href="/problems" { "Look a problem up" } }
            }
        },
    )
}
