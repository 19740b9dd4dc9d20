//! What a client accepts: media types and content codings (RFC 9110 §12.5).

use actix_web::http::header::HeaderMap;
use actix_web::http::header::{ACCEPT, ACCEPT_ENCODING, HeaderName};

/// How a body is coded on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Coding {
    /// As it is.
    Identity,
    /// With gzip (RFC 1952).
    Gzip,
    /// With Brotli (RFC 7932).
    Brotli,
}

impl Coding {
    /// The name in `Content-Encoding`; `None` for a body as it is.
    pub(super) const fn name(self) -> Option<&'static str> {
        match self {
            Self::Identity => None,
            Self::Gzip => Some("gzip"),
            Self::Brotli => Some("br"),
        }
    }

    /// What tells the entity tag of this representation from those of the others.
    pub(super) const fn suffix(self) -> &'static str {
        match self {
            Self::Identity => "",
            Self::Gzip => "-gz",
            Self::Brotli => "-br",
        }
    }
}

/// The coding that a client likes best, Brotli before gzip where it does not mind; `None` where it
/// takes none that we have.
pub(super) fn coding(headers: &HeaderMap) -> Option<Coding> {
    let Some(accepted) = ranges(headers, &ACCEPT_ENCODING) else { return Some(Coding::Identity) };
    let quality =
        |name: &str| accepted.iter().find(|(range, _)| range.eq_ignore_ascii_case(name)).map(|(_, quality)| *quality);
    let any = quality("*");
    let of = |coding: Coding| match coding.name() {
        Some(name) => quality(name).or(any).unwrap_or(0),
        // Unless it is ruled out, a body as it is will always do: but it is nobody's first wish.
        None => quality("identity").or(any.filter(|any| *any == 0)).unwrap_or(1),
    };
    let best = [Coding::Identity, Coding::Gzip, Coding::Brotli].into_iter().max_by_key(|coding| of(*coding))?;
    (of(best) > 0).then_some(best)
}

/// Whether a client takes a media type.
pub(super) fn accepts(headers: &HeaderMap, media_type: &str) -> bool {
    quality(headers, media_type) > 0
}

/// Whether a client likes one media type better than another.
pub(super) fn prefers(headers: &HeaderMap, media_type: &str, other: &str) -> bool {
    quality(headers, media_type) > quality(headers, other)
}

/// How well a client likes a media type, in thousandths.
fn quality(headers: &HeaderMap, media_type: &str) -> u16 {
    let Some(accepted) = ranges(headers, &ACCEPT) else { return 1_000 };
    let group = media_type.split_once('/').map_or("", |(group, _)| group);
    let is_whole_group = |range: &str| range.strip_suffix("/*").is_some_and(|of| of.eq_ignore_ascii_case(group));
    let find = |is_wanted: &dyn Fn(&str) -> bool| accepted.iter().find(|(range, _)| is_wanted(range));
    // The most specific range decides.
    let quality = find(&|range| range.eq_ignore_ascii_case(media_type))
        .or_else(|| find(&is_whole_group))
        .or_else(|| find(&|range| range == "*/*"));
    quality.map_or(0, |(_, quality)| *quality)
}

/// The ranges of a header with their qualities in thousandths; `None` where it is absent or cannot be
/// read, which counts as absent.
fn ranges<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<Vec<(&'a str, u16)>> {
    let mut ranges = Vec::new();
    for value in headers.get_all(name) {
        for range in value.to_str().ok()?.split(',').map(str::trim).filter(|range| !range.is_empty()) {
            let mut parts = range.split(';').map(str::trim);
            let given = parts.next()?;
            let is_range = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~/".contains(c);
            if given.is_empty() || !given.chars().all(is_range) {
                return None;
            }
            let weight = parts.find_map(|part| part.strip_prefix("q=").or(part.strip_prefix("Q=")));
            ranges.push((given, weight.map_or(Some(1_000), thousandths)?));
        }
    }
    (!ranges.is_empty()).then_some(ranges)
}

/// A quality (RFC 9110 §12.4.2): 0 to 1, with at most three decimals.
fn thousandths(text: &str) -> Option<u16> {
    let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
    if decimals.len() > 3 || !decimals.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let decimals: u16 = format!("{decimals:0<3}").parse().ok()?;
    match whole {
        "0" => Some(decimals),
        "1" if decimals == 0 => Some(1_000),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::HeaderValue;

    use super::*;

    fn headers(name: HeaderName, value: &'static str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(name, HeaderValue::from_static(value));
        headers
    }

    #[test]
    fn the_best_coding_is_chosen() {
        assert_eq!(coding(&HeaderMap::new()), Some(Coding::Identity));
        for (accepted, chosen) in [
            ("gzip", Some(Coding::Gzip)),
            ("GZip", Some(Coding::Gzip)),
            ("br", Some(Coding::Brotli)),
            ("gzip, deflate, br", Some(Coding::Brotli)),
            ("gzip;q=1.0, br;q=0.5", Some(Coding::Gzip)),
            ("gzip;q=0", Some(Coding::Identity)),
            ("*", Some(Coding::Brotli)),
            ("zstd", Some(Coding::Identity)),
            ("identity;q=0, *;q=0", None),
            ("*;q=0", None),
            ("identity;q=0, gzip;q=0.1", Some(Coding::Gzip)),
            ("identity", Some(Coding::Identity)),
            ("gzip;q=2", Some(Coding::Identity)),
            ("", Some(Coding::Identity)),
        ] {
            assert_eq!(coding(&headers(ACCEPT_ENCODING, accepted)), chosen, "{accepted}");
        }
    }

    #[test]
    fn what_is_liked_better_is_sent() {
        for (accepted, is_preferred) in [
            ("application/ld+json", true),
            ("application/ld+json, */*;q=0.1", true),
            ("application/ld+json;q=0.9, application/json;q=0.8", true),
            ("application/ld+json, application/json", false),
            ("application/*", false),
            ("*/*", false),
            ("application/json", false),
        ] {
            let headers = headers(ACCEPT, accepted);
            assert_eq!(prefers(&headers, "application/ld+json", "application/json"), is_preferred, "{accepted}");
        }
    }

    #[test]
    fn the_most_specific_range_decides() {
        for (accepted, taken) in [
            ("application/json", true),
            ("application/json; charset=utf-8", true),
            ("Application/JSON;Q=0.5", true),
            ("APPLICATION/*", true),
            ("text/html, application/*;q=0.1", true),
            ("*/*", true),
            ("application/xml", false),
            ("application/json;q=0, */*", false),
            ("*/*;q=0", false),
            ("nonsense, ;;;,", true),
            ("nonsense", false),
            ("application/json;q=x", true),
            ("", true),
        ] {
            assert_eq!(accepts(&headers(ACCEPT, accepted), "application/json"), taken, "{accepted}");
        }
    }
}
