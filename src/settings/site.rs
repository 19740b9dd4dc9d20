//! How the pages look: their name, a logo and colours, so that a portal's own can be seen in them.

use std::path::PathBuf;

use serde::Deserialize;

/// How the pages look.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Site {
    /// What the pages are called.
    pub name: String,
    /// A picture beside the name: a file, SVG or PNG; empty for none.
    pub logo: PathBuf,
    /// Who may show `/embed` in a frame, as the sources of `frame-ancestors` (Content Security Policy Level 3 §6.4.2).
    pub frame_ancestors: String,
    /// The colours.
    pub colours: Colours,
}

/// The colours that may be set, each as `#rrggbb`; empty for the one that the pages come with.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Colours {
    /// Behind the name.
    pub brand: String,
    /// The name.
    pub brand_text: String,
    /// Links.
    pub link: String,
    /// Buttons.
    pub button: String,
    /// What stands on buttons.
    pub button_text: String,
}

/// A colour: red, green and blue.
type Rgb = [u8; 3];

/// The least contrast of text (WCAG 2.2, success criterion 1.4.3).
const LEAST_CONTRAST: f64 = 4.5;

/// What the pages come with: the colours that may be set, and what lies behind text and links.
const BRAND: &str = "#005eb8";
const BRAND_TEXT: &str = "#ffffff";
const LINK: &str = "#005eb8";
const BUTTON: &str = "#007f3b";
const BUTTON_TEXT: &str = "#ffffff";
const SURFACE: Rgb = [0xff, 0xff, 0xff];
const BACKGROUND: Rgb = [0xf0, 0xf4, 0xf5];

impl Site {
    /// What cannot be used: a line each.
    pub(super) fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        if self.name.trim().is_empty() || self.name.chars().count() > 60 || self.name.chars().any(char::is_control) {
            problems.push("  site.name must have 1 to 60 characters".to_owned());
        }
        let sources = &self.frame_ancestors;
        if sources.trim().is_empty()
            || sources.chars().any(|c| !c.is_ascii_graphic() && c != ' ' || c == ';' || c == ',')
        {
            problems.push(
                "  site.frame_ancestors must be sources such as “*”, “'none'” or “https://portal.example”, with spaces between them"
                    .to_owned(),
            );
        }
        if !self.logo.as_os_str().is_empty() && self.logo_type().is_none() {
            problems
                .push(format!("  site.logo must be a file that ends in .svg or .png, not “{}”", self.logo.display()));
        }
        problems.extend(self.colours.problems());
        problems
    }

    /// The media type of the logo.
    #[must_use]
    pub fn logo_type(&self) -> Option<&'static str> {
        match self.logo.extension()?.to_str()?.to_ascii_lowercase().as_str() {
            "svg" => Some("image/svg+xml"),
            "png" => Some("image/png"),
            _ => None,
        }
    }
}

impl Colours {
    /// The colours that are set: the name that the style has for each, and the colour.
    pub fn set(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let all = [
            ("--ld-brand", &self.brand),
            ("--ld-brand-text", &self.brand_text),
            ("--ld-link", &self.link),
            ("--ld-button", &self.button),
            ("--ld-button-text", &self.button_text),
        ];
        all.into_iter().map(|(name, colour)| (name, colour.as_str())).filter(|(_, colour)| !colour.is_empty())
    }

    /// What cannot be used. Pages that cannot be read are refused at the start, when it is easily mended.
    fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        for (name, colour) in self.set() {
            if rgb(colour).is_none() {
                let name = name.trim_start_matches("--ld-").replace('-', "_");
                problems.push(format!("  site.colours.{name} must be a colour such as “#005eb8”, not “{colour}”"));
            }
        }
        let chosen = |set: &str, shipped: &str| rgb(set).or_else(|| rgb(shipped)).unwrap_or_default();
        let brand = chosen(&self.brand, BRAND);
        let link = chosen(&self.link, LINK);
        let mut read_on = |text: Rgb, on: Rgb, what: &str| {
            let contrast = contrast(text, on);
            if contrast < LEAST_CONTRAST {
                problems.push(format!(
                    "  {what} cannot be read: the contrast is {contrast:.2} to 1, and {LEAST_CONTRAST} is the least (WCAG 2.2, 1.4.3)"
                ));
            }
        };
        read_on(chosen(&self.brand_text, BRAND_TEXT), brand, "site.colours.brand_text on site.colours.brand");
        read_on(
            chosen(&self.button_text, BUTTON_TEXT),
            chosen(&self.button, BUTTON),
            "site.colours.button_text on site.colours.button",
        );
        read_on(link, SURFACE, "site.colours.link on white");
        read_on(link, BACKGROUND, "site.colours.link on the grey of the page");
        read_on(brand, SURFACE, "site.colours.brand on white");
        problems
    }
}

/// Reads `#rrggbb`.
fn rgb(colour: &str) -> Option<Rgb> {
    let digits = colour.strip_prefix('#').filter(|digits| digits.len() == 6 && digits.is_ascii())?;
    let part = |at: usize| u8::from_str_radix(digits.get(at..at + 2)?, 16).ok();
    Some([part(0)?, part(2)?, part(4)?])
}

/// The contrast of two colours (WCAG 2.2, contrast ratio).
fn contrast(one: Rgb, other: Rgb) -> f64 {
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

/// How bright a colour is (WCAG 2.2, relative luminance).
fn luminance(colour: Rgb) -> f64 {
    let [red, green, blue] = colour.map(|part| {
        let part = f64::from(part) / 255.0;
        if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
    });
    0.0722f64.mul_add(blue, 0.2126f64.mul_add(red, 0.7152 * green))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn site(colours: Colours) -> Site {
        Site { name: "Our portal".to_owned(), logo: PathBuf::new(), frame_ancestors: "*".to_owned(), colours }
    }

    #[test]
    fn contrast_is_what_wcag_says() {
        let of = |one: &str, other: &str| contrast(rgb(one).expect("a colour"), rgb(other).expect("a colour"));
        assert!((of("#000000", "#ffffff") - 21.0).abs() < 0.001);
        assert!((of("#777777", "#ffffff") - 4.48).abs() < 0.005);
    }

    #[test]
    fn what_the_pages_come_with_can_be_read() {
        assert_eq!(site(Colours::default()).problems(), Vec::<String>::new());
    }

    #[test]
    fn what_cannot_be_read_is_refused() {
        let colours = Colours { brand: "#ffee00".to_owned(), ..Colours::default() };
        let problems = site(colours).problems();
        assert!(problems.iter().any(|problem| problem.contains("brand_text on site.colours.brand")), "{problems:?}");
        let colours = Colours { brand: "#ffee00".to_owned(), brand_text: "#000000".to_owned(), ..Colours::default() };
        let problems = site(colours).problems();
        assert_eq!(problems.len(), 1, "the map's borders: {problems:?}");
        let colours = Colours { link: "blue".to_owned(), ..Colours::default() };
        assert!(site(colours).problems()[0].contains("site.colours.link must be a colour"));
    }

    #[test]
    fn sources_of_frames_hold_no_other_directive() {
        for bad in ["", "*; script-src *", "https://a.example, https://b.example", "https://ä.example"] {
            let site = Site { frame_ancestors: bad.to_owned(), ..site(Colours::default()) };
            assert_eq!(site.problems().len(), 1, "{bad}");
        }
    }
}
