//! JSON answers that caches may keep, and what validates them.

use std::sync::Arc;

use actix_web::http::header::{self, EntityTag, Header as _, HeaderValue, IfMatch, IfNoneMatch};
use actix_web::{HttpResponse, HttpResponseBuilder, ResponseError as _};
use serde::Serialize;
use twox_hash::XxHash3_64;

use super::Service;
use super::coding::{self, Chunks, stream, stream_here};
use super::negotiate::{self, Coding};
use super::problem::{PRECONDITION_FAILED, Problem};
use super::request::Request;
use super::room;
use super::serve::CHANGE_NUMBER;
use crate::catalogue::{Answer, Item, Snapshot, View};
use crate::formats::schema_org;
use crate::store::{Head, hash};

/// Raised when the form of an answer changes while what it tells does not.
const RENDERER: u32 = 6;

/// The media type of most answers.
pub(super) const JSON: &str = "application/json";

/// What of a request the form of an answer depends on.
pub(super) const VARY: &str = "Accept, Accept-Encoding";

/// Caches may keep an answer, ask each time whether it still holds, and show it when we are down.
const CACHE_CONTROL: &str = "public, no-cache, stale-if-error=86400";

/// The strong validator of an answer (RFC 9110 §8.8.3), without what tells its forms apart and the quote at its end.
pub(super) struct Tag(String);

/// The tag of an answer: the change number it shows, a hash of what is behind it (the chain or an entry's content), and
/// what else is written into it: the version of the binary and the public address. So a database restored from an older
/// copy, or another release, never gives out a known tag for another body.
pub(super) fn entity_tag(service: &Service, change_number: i64, behind: &str) -> Tag {
    let (number, behind) = (change_number.to_string(), behind.get(..12).unwrap_or(behind));
    let mut tag = String::with_capacity(64);
    tag.extend(["\"", &number, "-", behind, "-", &service.form]);
    Tag(tag)
}

impl Tag {
    /// As it stands in a header. Each representation has a tag of its own (RFC 9110 §8.8.3.3).
    fn of_form(self, media_type: &str, coding: Coding) -> String {
        let Self(mut tag) = self;
        if media_type == schema_org::MEDIA_TYPE {
            tag.push_str("-ld");
        }
        tag.push_str(coding.suffix());
        tag.push('"');
        tag
    }
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
    /// As [`Self::Made`], where a chunk is only copied together.
    Copied(Box<dyn Chunks>),
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
    request: &Request,
    media_type: &'static str,
    head: &Head,
    is_private: bool,
    body: impl FnOnce() -> T,
) -> HttpResponse {
    if is_private {
        return private(request, media_type, head.change_number, body());
    }
    let tag = entity_tag(service, head.change_number, &head.chain);
    cacheable_as(request, media_type, head.change_number, tag, body)
}

/// An answer that is put together from many entries.
pub(super) struct Part {
    /// The body, before it is coded.
    pub(super) body: Vec<u8>,
    /// The address of the next page.
    pub(super) next: Option<String>,
}

/// What an answer from many entries depends on.
pub(super) struct Asked<'a> {
    pub(super) service: &'a Service,
    pub(super) request: &'a Request,
    pub(super) snapshot: &'a Snapshot,
    pub(super) media_type: &'static str,
    /// Whether it was asked for by what tells of a person.
    pub(super) is_private: bool,
    /// What was asked, written as everybody's address that asks the same.
    pub(super) address: &'a dyn Fn() -> String,
    /// The tag; none where it is made of the body. What a text finds depends on how the index came to be written as
    /// well, and another process may put the same entries in another order.
    pub(super) tag: Option<Tag>,
}

impl Asked<'_> {
    /// Answers, with what was put together for the same question before if it is still kept; otherwise with what is put
    /// together now, given the address that asks for it.
    ///
    /// # Errors
    /// Where it cannot be put together.
    pub(super) fn answer<E>(self, make: impl FnOnce(&str) -> Result<Part, E>) -> Result<HttpResponse, E> {
        let shows = self.snapshot.head().change_number;
        if self.is_private {
            let Part { body, next } = make(&(self.address)())?;
            return Ok(with_next(private(self.request, self.media_type, shows, body), next.as_deref()));
        }
        let coding = coding_of(self.request);
        let (mut builder, is_tagged) = (None, self.tag.is_some());
        if let Some(tag) = self.tag {
            match conditional(self.request, self.media_type, coding, shows, tag) {
                Ok(ready) => builder = Some(ready),
                Err(answer) => return Ok(*answer),
            }
        }
        let address = (self.address)();
        let (answers, key) = (self.snapshot.answers(self.service.cache_bytes), (self.media_type, coding.suffix()));
        let kept = if let Some(kept) = answers.get(key, &address) {
            kept
        } else {
            let Part { body, next } = make(&address)?;
            let sum = (!is_tagged).then(|| format!("{:016x}", XxHash3_64::oneshot(&body)));
            let answer = Answer { body: coding::coded(body, coding), next, sum };
            answers.keep(key, address, &answer);
            answer
        };
        let mut builder = if let Some(builder) = builder {
            builder
        } else {
            // A body that is the same after a change elsewhere is the same to whoever has it.
            let tag = entity_tag(self.service, 0, kept.sum.as_deref().unwrap_or_default());
            match conditional(self.request, self.media_type, coding, shows, tag) {
                Ok(ready) => ready,
                Err(answer) => return Ok(*answer),
            }
        };
        if let Some(name) = coding.name() {
            builder.insert_header((header::CONTENT_ENCODING, name));
        }
        Ok(with_next(of_type(&mut builder, self.media_type).body(kept.body), kept.next.as_deref()))
    }
}

/// Answers with a page or a file that everybody may have: with what was made of the same path and parameters on the same
/// day (a call closes with its last day) before, if it is still kept. What a page does not read of an address is not
/// among them, and so is kept nowhere.
///
/// # Errors
/// What is made instead of it, which is not kept.
pub(super) fn by_address<E>(
    service: &Service,
    request: &Request,
    snapshot: &Snapshot,
    media_type: &'static str,
    parameters: &[(String, String)],
    make: impl FnOnce() -> Result<Vec<u8>, E>,
) -> Result<HttpResponse, E> {
    let address = || {
        let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(parameters).finish();
        [request.path(), "?", &query, " ", &service.directory.today()].concat()
    };
    let asked = Asked { service, request, snapshot, media_type, is_private: false, address: &address, tag: None };
    asked.answer(|_| Ok(Part { body: make()?, next: None }))
}

/// Says where the next page is (RFC 8288).
fn with_next(mut answer: HttpResponse, next: Option<&str>) -> HttpResponse {
    if let Some(next) = next
        && let Ok(link) = HeaderValue::try_from(["<", next, ">; rel=\"next\""].concat())
    {
        answer.headers_mut().insert(header::LINK, link);
    }
    answer
}

/// Answers with JSON, or with 304 where the client has it already; says which change number of the
/// directory it shows.
pub(super) fn cacheable<T: Into<Content>>(
    request: &Request,
    shows: i64,
    tag: Tag,
    body: impl FnOnce() -> T,
) -> HttpResponse {
    cacheable_as(request, JSON, shows, tag, body)
}

/// As [`cacheable`], for any media type.
pub(super) fn cacheable_as<T: Into<Content>>(
    request: &Request,
    media_type: &'static str,
    shows: i64,
    tag: Tag,
    body: impl FnOnce() -> T,
) -> HttpResponse {
    let coding = coding_of(request);
    match conditional(request, media_type, coding, shows, tag) {
        Ok(mut builder) => coded(of_type(&mut builder, media_type), coding, body().into()),
        Err(answer) => *answer,
    }
}

/// The coding that a request is answered in.
fn coding_of(request: &Request) -> Coding {
    negotiate::coding(request.headers()).unwrap_or(Coding::Identity)
}

/// The beginning of an answer; or all of it, where the client has it already or demands another.
fn conditional(
    request: &Request,
    media_type: &str,
    coding: Coding,
    shows: i64,
    tag: Tag,
) -> Result<HttpResponseBuilder, Box<HttpResponse>> {
    // Preconditions are about the representation that is chosen: a cache that holds another must not be told that its
    // own is good.
    let tag = tag.of_form(media_type, coding);
    let is_as_demanded = is_as_demanded(request, &tag);
    let unchanged = is_known(request, &tag);
    let tag = HeaderValue::try_from(tag).unwrap_or(HeaderValue::from_static("\"\""));
    if !is_as_demanded {
        let detail = "It is not as If-Match demands: it has the tag that ETag names now.";
        let mut answer = Problem::new(PRECONDITION_FAILED, detail).error_response();
        answer.headers_mut().insert(header::ETAG, tag);
        return Err(Box::new(answer));
    }
    let mut answer = if unchanged { HttpResponse::NotModified() } else { HttpResponse::Ok() };
    answer
        .insert_header((header::CACHE_CONTROL, HeaderValue::from_static(CACHE_CONTROL)))
        .insert_header((header::VARY, HeaderValue::from_static(VARY)))
        .insert_header((header::ETAG, tag))
        .insert_header((CHANGE_NUMBER, HeaderValue::from(shows)));
    if unchanged { Err(Box::new(answer.finish())) } else { Ok(answer) }
}

/// Answers with what nobody may keep: what was asked tells of a person.
pub(super) fn private(
    request: &Request,
    media_type: &'static str,
    shows: i64,
    body: impl Into<Content>,
) -> HttpResponse {
    let mut answer = HttpResponse::Ok();
    answer
        .insert_header((CHANGE_NUMBER, HeaderValue::from(shows)))
        .insert_header((header::CACHE_CONTROL, "private, no-store"))
        .insert_header((header::VARY, VARY));
    coded(of_type(&mut answer, media_type), coding_of(request), body.into())
}

/// Says of which media type an answer is.
fn of_type<'a>(answer: &'a mut HttpResponseBuilder, media_type: &'static str) -> &'a mut HttpResponseBuilder {
    answer.insert_header((header::CONTENT_TYPE, HeaderValue::from_static(media_type)))
}

/// A body in a coding.
fn coded(answer: &mut HttpResponseBuilder, coding: Coding, body: Content) -> HttpResponse {
    if let Some(name) = coding.name() {
        answer.insert_header((header::CONTENT_ENCODING, name));
    }
    match body {
        Content::Whole(body) => answer.body(coding::coded(body, coding)),
        // A few microseconds a chunk are not worth a way to another thread and back.
        Content::Copied(chunks) if coding == Coding::Identity => answer.streaming(stream_here(chunks)),
        Content::Made(chunks) | Content::Copied(chunks) => answer.streaming(stream(chunks, coding)),
    }
}

/// Whether the representation is one that the client demands (RFC 9110 §13.1.1, strong comparison). A header that
/// cannot be read names none.
fn is_as_demanded(request: &Request, tag: &str) -> bool {
    if !request.headers().contains_key(header::IF_MATCH) {
        return true;
    }
    match (IfMatch::parse(request.message()), tag.parse::<EntityTag>()) {
        (Ok(IfMatch::Any), _) => true,
        (Ok(IfMatch::Items(tags)), Ok(tag)) => tags.iter().any(|demanded| demanded.strong_eq(&tag)),
        _ => false,
    }
}

/// Whether the client says that it has this representation (RFC 9110 §13.1.2, weak comparison).
fn is_known(request: &Request, tag: &str) -> bool {
    let Some(known) = request.headers().get(header::IF_NONE_MATCH) else { return false };
    // Most say just what they were told.
    if known.as_bytes() == tag.as_bytes() {
        return true;
    }
    match (IfNoneMatch::parse(request.message()), tag.parse::<EntityTag>()) {
        (Ok(IfNoneMatch::Any), _) => true,
        (Ok(IfNoneMatch::Items(tags)), Ok(tag)) => tags.iter().any(|known| known.weak_eq(&tag)),
        _ => false,
    }
}

/// Bytes in hexadecimal.
pub(super) fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut hex = String::with_capacity(2 * bytes.len());
    for nibble in bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]) {
        hex.push(DIGITS.get(usize::from(nibble)).map_or('0', |digit| char::from(*digit)));
    }
    hex
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
    /// An answer with many items, which take about so many bytes.
    pub(super) fn list(bytes: usize) -> Self {
        let mut body = room::take(bytes + 2_048);
        body.extend_from_slice(b"{\"data\":[");
        Self { body, is_list: true, is_first: true, included: None }
    }

    /// An answer with one item, which takes so many bytes.
    pub(super) fn single(bytes: usize) -> Self {
        let mut body = room::take(bytes + 512);
        body.extend_from_slice(b"{\"data\":");
        Self { body, is_list: false, is_first: true, included: None }
    }

    /// Adds an item, given as JSON text.
    pub(super) fn item(&mut self, json: &[u8]) {
        self.item_with(|body| body.extend_from_slice(json));
    }

    /// Adds an item that writes itself as JSON text.
    pub(super) fn item_with(&mut self, write: impl FnOnce(&mut Vec<u8>)) {
        if !self.is_first {
            self.body.push(b',');
        }
        self.is_first = false;
        write(&mut self.body);
    }

    /// Adds the entries that are sent along.
    pub(super) fn included(&mut self, items: &[Arc<Item>]) {
        let mut included = Vec::new();
        for (index, item) in items.iter().enumerate() {
            if index > 0 {
                included.push(b',');
            }
            item.write(View::Summary, &mut included);
        }
        self.included = Some(included);
    }

    /// Closes the answer.
    pub(super) fn finish(self, meta: &impl Serialize, links: &impl Serialize) -> Vec<u8> {
        self.finish_with(|body| write_json(body, meta), |body| write_json(body, links))
    }

    /// Closes the answer with what is told about it and where to go from it, which write themselves as JSON text.
    pub(super) fn finish_with(mut self, meta: impl FnOnce(&mut Vec<u8>), links: impl FnOnce(&mut Vec<u8>)) -> Vec<u8> {
        if self.is_list {
            self.body.push(b']');
        }
        if let Some(included) = &self.included {
            self.body.extend_from_slice(b",\"included\":[");
            self.body.extend_from_slice(included);
            self.body.push(b']');
        }
        self.body.extend_from_slice(b",\"meta\":");
        meta(&mut self.body);
        self.body.extend_from_slice(b",\"links\":");
        links(&mut self.body);
        self.body.push(b'}');
        self.body
    }
}

/// Adds some pieces of text.
pub(super) fn push_all(text: &mut Vec<u8>, pieces: &[&str]) {
    for piece in pieces {
        text.extend_from_slice(piece.as_bytes());
    }
}

/// Adds a value as JSON.
pub(super) fn write_json(body: &mut Vec<u8>, value: &impl Serialize) {
    // Writing into memory does not fail, and what is written has text for keys.
    let _ = serde_json::to_writer(body, value);
}

/// Adds a text as JSON. Most have nothing to be escaped (RFC 8259 §7), which is seen many bytes at once.
pub(super) fn write_text(body: &mut Vec<u8>, text: &str) {
    let is_special = |byte: u8| byte < b' ' || byte == b'"' || byte == b'\\';
    if text.bytes().fold(false, |any, byte| any | is_special(byte)) {
        write_json(body, &text);
    } else {
        push_all(body, &["\"", text, "\""]);
    }
}

/// Adds a member to the object that stands in a text from a place on: before its last brace. Nothing of the text is read
/// for it, which may not have come from memory yet.
pub(super) fn add_member(text: &mut Vec<u8>, object: usize, name: &str, write: impl FnOnce(&mut Vec<u8>)) {
    text.pop();
    let is_first = text.len() == object + 1;
    push_all(text, &[if is_first { "\"" } else { ",\"" }, name, "\":"]);
    write(text);
    text.push(b'}');
}
