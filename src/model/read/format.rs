//! The formats that text values have, by the names their schemas give them.

use jiff::civil::Date;

/// A format of a text value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Lower-case letters, digits and single hyphens.
    Slug,
    /// A code of a vocabulary; written as a slug.
    Code,
    /// One line of text.
    Line,
    /// Paragraphs of text.
    Prose,
    /// `YYYY`, `YYYY-MM` or `YYYY-MM-DD`.
    PartialDate,
    /// An ISO 8601 duration.
    Duration,
    /// A decimal amount.
    Decimal,
    /// Three capital letters (ISO 4217).
    Currency,
    /// An absolute http or https address.
    Uri,
    /// A JSON Pointer (RFC 6901).
    JsonPointer,
    /// A moment in RFC 3339.
    DateTime,
    /// A UUID (RFC 9562).
    Uuid,
    /// `kind/slug`.
    EntryReference,
}

impl Format {
    /// The format that a schema names.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Some(match name {
            "slug" => Self::Slug,
            "code" => Self::Code,
            "line" => Self::Line,
            "prose" => Self::Prose,
            "partial-date" => Self::PartialDate,
            "duration" => Self::Duration,
            "decimal" => Self::Decimal,
            "currency" => Self::Currency,
            "uri" => Self::Uri,
            "json-pointer" => Self::JsonPointer,
            "date-time" => Self::DateTime,
            "uuid" => Self::Uuid,
            "entry-reference" => Self::EntryReference,
            _ => return None,
        })
    }
}

/// How a text breaks its format.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broken {
    /// What is wrong.
    pub detail: String,
    /// How to put it right.
    pub fix: String,
}

/// Checks a text against a format.
///
/// # Errors
/// Says how the text breaks the format.
pub fn check(format: Format, text: &str) -> Result<(), Broken> {
    let (good, what, fix) = match format {
        Format::Slug | Format::Code => {
            (is_slug(text), "a slug", "Use lower-case letters, digits and single hyphens, such as mary-seacole.")
        }
        Format::Line => (
            is_line(text),
            "one line of text",
            "Write at least one character, without line breaks, control characters or spaces at the ends.",
        ),
        Format::Prose => {
            (is_prose(text), "text", "Write at least one character, without control characters or spaces at the ends.")
        }
        Format::PartialDate => {
            (is_partial_date(text), "a date", "Write YYYY, YYYY-MM or YYYY-MM-DD, a day that exists.")
        }
        Format::Duration => (
            is_duration(text),
            "a length of time",
            "Write an ISO 8601 duration above zero, such as P6M, P3D or PT100H.",
        ),
        Format::Decimal => (
            is_decimal(text),
            "an amount",
            "Write digits, with a point and two decimals where there are pence, such as 995 or 12.50.",
        ),
        Format::Currency => (
            text.len() == 3 && text.bytes().all(|b| b.is_ascii_uppercase()),
            "a currency code",
            "Write an ISO 4217 code, such as GBP.",
        ),
        Format::Uri => (
            is_web_address(text),
            "a web address",
            "Write an absolute address that starts with https:// or http://, without spaces.",
        ),
        Format::JsonPointer => {
            (is_pointer(text), "a JSON Pointer", "Write a path such as /audience/levels (RFC 6901).")
        }
        Format::DateTime => (
            text.parse::<jiff::Timestamp>().is_ok(),
            "a moment",
            "Write RFC 3339 in UTC, such as 2026-11-23T09:30:00.000Z.",
        ),
        Format::Uuid => (uuid::Uuid::try_parse(text).is_ok(), "a UUID", "Leave it out: it is derived."),
        Format::EntryReference => (
            text.split_once('/').is_some_and(|(kind, slug)| is_slug(kind) && is_slug(slug)),
            "a reference to an entry",
            "Write kind/slug, such as programme/edward-jenner.",
        ),
    };
    if good {
        return Ok(());
    }
    let shown: String = text.chars().take(80).collect();
    Err(Broken { detail: format!("“{}” is not {what}.", shown.escape_debug()), fix: fix.to_owned() })
}

fn is_slug(text: &str) -> bool {
    !text.is_empty()
        && text
            .split('-')
            .all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit()))
}

fn is_line(text: &str) -> bool {
    !text.is_empty() && text.trim() == text && !text.chars().any(char::is_control)
}

fn is_prose(text: &str) -> bool {
    !text.is_empty() && text.trim() == text && !text.chars().any(|c| c.is_control() && c != '\n')
}

fn is_partial_date(text: &str) -> bool {
    let full = match text.len() {
        4 => format!("{text}-01-01"),
        7 => format!("{text}-01"),
        10 => text.to_owned(),
        _ => return false,
    };
    full.bytes().enumerate().all(|(i, b)| if i == 4 || i == 7 { b == b'-' } else { b.is_ascii_digit() })
        && full.parse::<Date>().is_ok_and(|date| date.year() > 0)
}

fn is_duration(text: &str) -> bool {
    text.starts_with('P') && text.parse::<jiff::Span>().is_ok_and(|span| span.is_positive())
}

fn is_decimal(text: &str) -> bool {
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    match text.split_once('.') {
        None => digits(text),
        Some((whole, pence)) => digits(whole) && digits(pence) && pence.len() == 2,
    }
}

fn is_web_address(text: &str) -> bool {
    !text.chars().any(|c| c.is_whitespace() || c.is_control())
        && url::Url::parse(text).is_ok_and(|url| {
            matches!(url.scheme(), "http" | "https")
                && url.has_host()
                && url.username().is_empty()
                && url.password().is_none()
        })
}

fn is_pointer(text: &str) -> bool {
    text.starts_with('/') && text.split('~').skip(1).all(|rest| rest.starts_with('0') || rest.starts_with('1'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_take_what_is_right_and_refuse_what_is_not() {
        let cases: &[(Format, &[&str], &[&str])] = &[
            (Format::Slug, &["a", "mary-seacole", "hlm-1"], &["", "-a", "a-", "a--b", "Mary", "a b", "é"]),
            (Format::Line, &["a b", "é"], &["", " a", "a\nb", "a\u{0}b"]),
            (Format::Prose, &["a\n\nb"], &["", "a\n", "a\tb", "a\u{0}"]),
            (
                Format::PartialDate,
                &["2018", "2018-03", "2018-03-31", "2024-02-29"],
                &["", "18", "2018-13", "2018-02-30", "2018-3", "2018/03", "0000", "2018-03-31T"],
            ),
            (Format::Duration, &["P6M", "PT100H", "P3D", "P1Y6M"], &["", "6 months", "P", "-P1D", "PT0S", "p6m"]),
            (Format::Decimal, &["0", "995", "12.50"], &["", "12.5", "1,000", "-1", ".50", "1e3"]),
            (
                Format::Uri,
                &["https://a.example/x#y", "http://www.cln.nhs.uk/"],
                &[
                    "",
                    "www.e-lfh.org.uk",
                    "ftp://a.example",
                    "https:// a.example",
                    "https://u:p@a.example/",
                    "javascript:alert(1)",
                ],
            ),
            (Format::JsonPointer, &["/a", "/a/b~1c"], &["", "a", "/a~2"]),
            (Format::EntryReference, &["programme/edward-jenner"], &["edward-jenner", "programme/", "a/b/c"]),
        ];
        for (format, good, bad) in cases {
            for text in *good {
                assert!(check(*format, text).is_ok(), "{format:?} should take {text:?}");
            }
            for text in *bad {
                assert!(check(*format, text).is_err(), "{format:?} should refuse {text:?}");
            }
        }
    }
}
