//! Pages for people. Each is made from one view struct and returns HTML; status and headers are HTTP's.

pub mod people;
mod problems;
mod reference;
mod start;

pub use problems::{ProblemKind, problem, problems};
pub use reference::reference;
pub use start::{Example, Start, start};

use std::fmt::Write as _;
use std::sync::LazyLock;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use maud::{DOCTYPE, Markup, html};
use sha2::{Digest as _, Sha384};

use crate::settings;

/// A file that pages load.
#[derive(Debug)]
pub struct Asset {
    /// Its address. It holds a hash of the file, so that caches may keep it for good.
    pub path: String,
    /// Its media type.
    pub media_type: &'static str,
    /// The file.
    pub bytes: Bytes,
    /// Its hash, for those who load it from elsewhere (Subresource Integrity).
    pub integrity: String,
}

impl Asset {
    fn new(name: &str, ending: &str, media_type: &'static str, bytes: impl Into<Bytes>) -> Self {
        let bytes = bytes.into();
        let hash = Sha384::digest(&bytes);
        let short = hash.iter().take(6).fold(String::new(), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        });
        let integrity = format!("sha384-{}", BASE64_STANDARD.encode(hash));
        Self { path: format!("/assets/{name}-{short}.{ending}"), media_type, bytes, integrity }
    }
}

const CSS: &str = "text/css; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";

/// Declares the files that pages load.
macro_rules! assets {
    ($($(#[$doc:meta])* $place:ident: $name:literal, $ending:literal, $media:expr, $file:literal;)+) => {
        $($(#[$doc])* pub static $place: LazyLock<Asset> =
            LazyLock::new(|| Asset::new($name, $ending, $media, Bytes::from_static(include_bytes!($file))));)+

        /// The file at an address, where it is one of those that come with the pages.
        #[must_use]
        pub fn asset(path: &str) -> Option<&'static Asset> {
            [$(&*$place),+].into_iter().find(|asset| asset.path == path)
        }
    };
}

assets! {
    /// The style of the developers' pages.
    SITE: "site", "css", CSS, "pages/site.css";
    /// The icon.
    ICON: "icon", "svg", "image/svg+xml", "pages/icon.svg";
    /// The style of the pages for people.
    FINDER: "finder", "css", CSS, "pages/finder.css";
    /// The element that other sites put into their pages.
    ELEMENT: "leadership-finder", "js", SCRIPT, "pages/scripts/leadership-finder.js";
    /// What tells a frame's host how high the page in it is.
    EMBED: "embed", "js", SCRIPT, "pages/scripts/embed.js";
    /// What makes a frame as high as the page in it says.
    EMBED_HOST: "embed-host", "js", SCRIPT, "pages/scripts/embed-host.js";
    /// What keeps the builder's snippets and previews as they are chosen.
    BUILDER: "builder", "js", SCRIPT, "pages/scripts/builder.js";
}

/// How the pages look here, by the settings.
#[derive(Debug)]
pub struct Look {
    /// What the pages are called.
    pub name: String,
    /// What addresses begin with, without a slash at the end.
    pub public_url: String,
    /// What paths begin with, where a proxy serves the directory under a path of its own; empty otherwise.
    pub base: String,
    /// Who may show a page in a frame, where it is made for one.
    pub frame_ancestors: String,
    /// The colours that are set.
    theme: Option<Asset>,
    logo: Option<Asset>,
}

/// The largest logo, in bytes: it comes with every page.
const LARGEST_LOGO: usize = 100_000;

impl Look {
    /// Reads what the settings name.
    ///
    /// # Errors
    /// Where the logo cannot be read, or is too large.
    pub fn new(site: &settings::Site, public_url: &str) -> Result<Self, String> {
        let logo = match site.logo_type() {
            None => None,
            Some(media_type) => {
                let shown = site.logo.display();
                let bytes = std::fs::read(&site.logo).map_err(|error| format!("site.logo: {shown}: {error}"))?;
                if bytes.len() > LARGEST_LOGO {
                    return Err(format!(
                        "site.logo: {shown} has {} bytes; {LARGEST_LOGO} are the most, as it comes with every page",
                        bytes.len()
                    ));
                }
                let ending = if media_type == "image/png" { "png" } else { "svg" };
                Some(Asset::new("logo", ending, media_type, bytes))
            }
        };
        let mut style = String::new();
        for (name, colour) in site.colours.set() {
            let _ = write!(style, "{name}:{colour};");
        }
        let theme = (!style.is_empty()).then(|| Asset::new("theme", "css", CSS, format!(":root{{{style}}}")));
        let base = url::Url::parse(public_url).map(|url| url.path().trim_end_matches('/').to_owned());
        Ok(Self {
            name: site.name.clone(),
            base: base.unwrap_or_default(),
            public_url: public_url.to_owned(),
            frame_ancestors: site.frame_ancestors.clone(),
            theme,
            logo,
        })
    }

    /// The file at an address.
    #[must_use]
    pub fn asset(&self, path: &str) -> Option<&Asset> {
        asset(path).or_else(|| self.theme.iter().chain(&self.logo).find(|asset| asset.path == path))
    }

    /// A page as it is sent. Its paths begin at the root; where a proxy serves the directory under a path, all of them
    /// begin with that. No text can look like one of these: a quotation mark in it is escaped.
    fn sent(&self, page: Markup) -> String {
        let page = page.into_string();
        if self.base.is_empty() {
            return page;
        }
        ["href", "src", "action", "data-template"]
            .iter()
            .fold(page, |page, name| page.replace(&format!("{name}=\"/"), &format!("{name}=\"{}/", self.base)))
    }

    /// The name, with the logo before it.
    fn sign(&self) -> Markup {
        html! {
            @if let Some(logo) = &self.logo { img src=(logo.path) alt="" height="32"; " " }
            (self.name)
        }
    }
}

/// The head of every page.
fn head(look: &Look, title: &str, style: &Asset, more: &Markup) -> Markup {
    html! {
        head {
            meta charset="utf-8";
            meta name="viewport" content="width=device-width, initial-scale=1";
            title { (title) " – " (look.name) }
            link rel="stylesheet" href=(style.path);
            @if let Some(theme) = &look.theme { link rel="stylesheet" href=(theme.path); }
            link rel="icon" type=(ICON.media_type) href=(ICON.path);
            (more)
        }
    }
}

/// What every page for developers has around its content.
fn layout(look: &Look, title: &str, content: &Markup) -> String {
    look.sent(html! {
        (DOCTYPE)
        html lang="en-GB" {
            (head(look, title, &SITE, &html! {}))
            body {
                a.skip href="#content" { "Skip to the content" }
                header {
                    a.name href="/" { (look.sign()) }
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
    })
}
