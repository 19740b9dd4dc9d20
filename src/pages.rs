//! Pages for people. Each is made from one view struct and returns HTML; status and headers are HTTP's.

pub mod people;
mod problems;
mod reference;
mod start;

pub use problems::{ProblemKind, problem, problems};
pub use reference::reference;
pub use start::{Example, Start, start};

use std::sync::LazyLock;

use maud::{DOCTYPE, Markup, html};

/// A file that pages load.
#[derive(Debug)]
pub struct Asset {
    /// Its address. It holds a hash of the file, so that caches may keep it for good.
    pub path: String,
    /// Its media type.
    pub media_type: &'static str,
    /// The file.
    pub text: &'static str,
}

/// The style of the developers' pages, the icon, and the style of the finder.
pub static ASSETS: LazyLock<[Asset; 3]> = LazyLock::new(|| {
    let asset = |name: &str, ending: &str, media_type, text| {
        let hash: String = crate::store::hash(&[text]).chars().take(12).collect();
        Asset { path: format!("/assets/{name}-{hash}.{ending}"), media_type, text }
    };
    [
        asset("site", "css", "text/css; charset=utf-8", include_str!("pages/site.css")),
        asset("icon", "svg", "image/svg+xml", include_str!("pages/icon.svg")),
        asset("finder", "css", "text/css; charset=utf-8", include_str!("pages/finder.css")),
    ]
});

/// The head of every page.
fn head(title: &str, style: &Asset, description: Option<&str>) -> Markup {
    let [_, icon, _] = &*ASSETS;
    html! {
        head {
            meta charset="utf-8";
            meta name="viewport" content="width=device-width, initial-scale=1";
            title { (title) " – Leadership Directory" }
            @if let Some(description) = description { meta name="description" content=(description); }
            link rel="stylesheet" href=(style.path);
            link rel="icon" type=(icon.media_type) href=(icon.path);
        }
    }
}

/// What every page for developers has around its content.
fn layout(title: &str, content: &Markup) -> String {
    let [style, ..] = &*ASSETS;
    html! {
        (DOCTYPE)
        html lang="en-GB" {
            (head(title, style, None))
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
