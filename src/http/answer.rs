//! JSON answers that caches may keep, and what validates them.

use actix_web::http::header::{self, EntityTag, Header as _, IfNoneMatch};
use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;

/// Raised when the form of an answer changes while what it tells does not.
const RENDERER: u32 = 1;

/// Caches may keep an answer, ask each time whether it still holds, and show it when we are down.
const CACHE_CONTROL: &str = "public, no-cache, stale-if-error=86400";

/// The strong validator of what the directory shows at a change number (RFC 9110 §8.8.3). The chain is
/// in it, so that a database restored from an older copy never gives out a known tag for another state.
pub(super) fn entity_tag(change_number: i64, chain: &str) -> EntityTag {
    EntityTag::new_strong(format!("{change_number}-{}-{RENDERER}", chain.get(..12).unwrap_or(chain)))
}

/// Answers with JSON, or with 304 where the client has it already.
pub(super) fn cacheable(request: &HttpRequest, tag: EntityTag, body: impl FnOnce() -> String) -> HttpResponse {
    let mut answer = if is_known(request, &tag) { HttpResponse::NotModified() } else { HttpResponse::Ok() };
    answer
        .insert_header((header::CACHE_CONTROL, CACHE_CONTROL))
        .insert_header((header::VARY, "Accept, Accept-Encoding"));
    let unchanged = is_known(request, &tag);
    answer.insert_header((header::ETAG, tag));
    if unchanged {
        return answer.finish();
    }
    answer.content_type("application/json").body(body())
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

/// A value as JSON.
pub(super) fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}
