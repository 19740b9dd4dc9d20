//! JSON answers that caches may keep, and what validates them.

use actix_web::http::header::{self, EntityTag, Header as _, HeaderValue, IfMatch, IfNoneMatch};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder, ResponseError as _};
use serde::Serialize;
use sha2::{Digest as _, Sha256};

use super::Service;
use super::coding::{self, Chunks, stream};
use super::negotiate::{self, Coding};
use super::outermost::CHANGE_NUMBER;
use super::problem::{PRECONDITION_FAILED, Problem};
use crate::formats::schema_org;
use crate::store::{Head, hash};

/// Raised when the form of an answer changes while what it tells does not.
const RENDERER: u32 = 3;

/// The media type of most answers.
pub(super) const JSON: &str = "application/json";

/// What of a request the form of an answer depends on.
pub(super) const VARY: &str = "Accept, Accept-Encoding";

/// Caches may keep an answer, ask each time whether it still holds, and show it when we are down.
const CACHE_CONTROL: &str = "public, no-cache, stale-if-error=86400";

/// The strong validator of an answer (RFC 9110 §8.8.3): the change number it shows, a hash of what is
/// behind it (the chain or an entry's content), and what else is written into it: the version of the
/// binary and the public address. So a database restored from an older copy, or another release, never
/// gives out a known tag for another body.
pub(super) fn entity_tag(service: &Service, change_number: i64, behind: &str) -> EntityTag {
    EntityTag::new_strong(format!("{change_number}-{}-{}", behind.get(..12).unwrap_or(behind), service.form))
}

/// What every answer's form depends on, in short.
pub(super) fn form(public_url: &str) -> String {
    hash(&[&RENDERER.to_string(), env!("CARGO_PKG_VERSION"), public_url]).chars().take(6).collect()
}

/// A body, before it is coded.
pub(super) enum Content {
    /// All of it.
    Whole(Vec<u8>),
    /// What is made while it is sent.
    Made(Box<dyn Chunks>),
}

impl From<Vec<u8>> for Content {
    fn from(bytes: Vec<u8>) -> Self {
        Self::Whole(bytes)
    }
}

impl From<String> for Content {
    fn from(text: String) -> Self {
        Self::Whole(text.into_bytes())
    }
}

/// Answers with what the directory shows: with what nobody may keep, where it was asked for by what tells of a person.
pub(super) fn of_directory<T: Into<Content>>(
    service: &Service,
    request: &HttpRequest,
    media_type: &'static str,
    head: &Head,
    is_private: bool,
    body: impl FnOnce() -> T,
) -> HttpResponse {
    if is_private {
        return private(request, media_type, head.change_number, body());
    }
    let tag = entity_tag(service, head.change_number, &head.chain);
    cacheable_as(request, media_type, head.change_number, &tag, body)
}

/// Answers with what a text found. What weighs how much depends on how the index came to be written as well, and another
/// process may put the same entries in another order: the tag is of the body, not of the change number alone.
pub(super) fn of_search(
    service: &Service,
    request: &HttpRequest,
    media_type: &'static str,
    head: &Head,
    is_private: bool,
    body: Vec<u8>,
) -> HttpResponse {
    if is_private {
        return private(request, media_type, head.change_number, body);
    }
    let tag = entity_tag(service, head.change_number, &hex(&Sha256::digest(&body)));
    cacheable_as(request, media_type, head.change_number, &tag, || body)
}

/// Answers with JSON, or with 304 where the client has it already; says which change number of the
/// directory it shows.
pub(super) fn cacheable(
    request: &HttpRequest,
    shows: i64,
    tag: &EntityTag,
    body: impl FnOnce() -> String,
) -> HttpResponse {
    cacheable_as(request, JSON, shows, tag, body)
}

/// As [`cacheable`], for any media type and body.
pub(super) fn cacheable_as<T: Into<Content>>(
    request: &HttpRequest,
    media_type: &'static str,
    shows: i64,
    tag: &EntityTag,
    body: impl FnOnce() -> T,
) -> HttpResponse {
    let coding = negotiate::coding(request.headers()).unwrap_or(Coding::Identity);
    // Each representation has a strong tag of its own (RFC 9110 §8.8.3.3), and preconditions are about the one
    // that is chosen: a cache that holds another must not be told that its own is good.
    let form = if media_type == schema_org::MEDIA_TYPE { "-ld" } else { "" };
    let tag = EntityTag::new_strong(format!("{}{form}{}", tag.tag(), coding.suffix()));
    if !is_as_demanded(request, &tag) {
        let detail = "It is not as If-Match demands: it has the tag that ETag names now.";
        let mut answer = Problem::new(PRECONDITION_FAILED, detail).error_response();
        if let Ok(tag) = HeaderValue::from_str(&tag.to_string()) {
            answer.headers_mut().insert(header::ETAG, tag);
        }
        return answer;
    }
    let unchanged = is_known(request, &tag);
    let mut answer = if unchanged { HttpResponse::NotModified() } else { HttpResponse::Ok() };
    answer
        .insert_header((header::CACHE_CONTROL, CACHE_CONTROL))
        .insert_header((header::VARY, VARY))
        .insert_header((header::ETAG, tag))
        .insert_header((CHANGE_NUMBER, HeaderValue::from(shows)));
    if unchanged {
        return answer.finish();
    }
    coded(answer.content_type(media_type), coding, body().into())
}

/// Answers with what nobody may keep: what was asked tells of a person.
pub(super) fn private(
    request: &HttpRequest,
    media_type: &'static str,
    shows: i64,
    body: impl Into<Content>,
) -> HttpResponse {
    let coding = negotiate::coding(request.headers()).unwrap_or(Coding::Identity);
    let mut answer = HttpResponse::Ok();
    answer
        .insert_header((CHANGE_NUMBER, HeaderValue::from(shows)))
        .insert_header((header::CACHE_CONTROL, "private, no-store"))
        .insert_header((header::VARY, VARY));
    coded(answer.content_type(media_type), coding, body.into())
}

/// A body in a coding.
fn coded(answer: &mut HttpResponseBuilder, coding: Coding, body: Content) -> HttpResponse {
    if let Some(name) = coding.name() {
        answer.insert_header((header::CONTENT_ENCODING, name));
    }
    match body {
        Content::Whole(body) => answer.body(coding::coded(body, coding)),
        Content::Made(chunks) => answer.streaming(stream(chunks, coding)),
    }
}

/// Whether the representation is one that the client demands (RFC 9110 §13.1.1, strong comparison). A header that
/// cannot be read names none.
fn is_as_demanded(request: &HttpRequest, tag: &EntityTag) -> bool {
    if !request.headers().contains_key(header::IF_MATCH) {
        return true;
    }
    match IfMatch::parse(request) {
        Ok(IfMatch::Any) => true,
        Ok(IfMatch::Items(tags)) => tags.iter().any(|demanded| demanded.strong_eq(tag)),
        Err(_) => false,
    }
}

/// Whether the client says that it has this representation (RFC 9110 §13.1.2, weak comparison).
fn is_known(request: &HttpRequest, tag: &EntityTag) -> bool {
    if !request.headers().contains_key(header::IF_NONE_MATCH) {
        return false;
    }
    match IfNoneMatch::parse(request) {
        Ok(IfNoneMatch::Any) => true,
        Ok(IfNoneMatch::Items(tags)) => tags.iter().any(|known| known.weak_eq(tag)),
        Err(_) => false,
    }
}

/// Bytes in hexadecimal.
pub(super) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut text, byte| {
        // Writing into text does not fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// A value as JSON.
pub(super) fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

/// An answer put together from what is rendered already.
pub(super) struct Envelope {
    body: Vec<u8>,
    is_list: bool,
    is_first: bool,
    included: Option<Vec<u8>>,
}

impl Envelope {
    /// An answer with many items.
    pub(super) fn list() -> Self {
        Self { body: b"{\"data\":[".to_vec(), is_list: true, is_first: true, included: None }
    }

    /// An answer with one item.
    pub(super) fn single() -> Self {
        Self { body: b"{\"data\":".to_vec(), is_list: false, is_first: true, included: None }
    }

    /// Adds an item, given as JSON text.
    pub(super) fn item(&mut self, json: &[u8]) {
        if !self.is_first {
            self.body.push(b',');
        }
        self.is_first = false;
        self.body.extend_from_slice(json);
    }

    /// Adds the entries that are sent along, given as JSON text.
    pub(super) fn included<'a>(&mut self, items: impl Iterator<Item = &'a [u8]>) {
        let items: Vec<&[u8]> = items.collect();
        self.included = Some(items.join(&b','));
    }

    /// Closes the answer.
    pub(super) fn finish(mut self, meta: &serde_json::Value, links: &serde_json::Value) -> String {
        if self.is_list {
            self.body.push(b']');
        }
        if let Some(included) = &self.included {
            self.body.extend_from_slice(b",\"included\":[");
            self.body.extend_from_slice(included);
            self.body.push(b']');
        }
        self.body.extend_from_slice(b",\"meta\":");
        self.body.extend_from_slice(meta.to_string().as_bytes());
        self.body.extend_from_slice(b",\"links\":");
        self.body.extend_from_slice(links.to_string().as_bytes());
        self.body.push(b'}');
        // Every part was text before it was put together.
        String::from_utf8(self.body).unwrap_or_default()
    }
}
