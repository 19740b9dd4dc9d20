//! Reading the body of a request: whole, in good time, and mostly as JSON. Nothing that it says is told again, neither in
//! an answer nor in a log.

use std::cell::RefCell;
use std::time::Duration;

use actix_web::dev::Payload;
use actix_web::http::header;
use futures_util::StreamExt as _;
use serde_json::Value;

use super::problem::{BAD_REQUEST, BODY_TOO_LARGE, BODY_TOO_SLOW, MALFORMED_BODY, Problem, UNSUPPORTED_MEDIA_TYPE};
use super::request::Request;
use super::routes::Call;
use crate::import::json;

/// The largest body, in bytes.
pub(super) const LARGEST: usize = 256 * 1024;

/// How much of a larger one is still read, in bytes.
const THROWN_AWAY: usize = 16 * LARGEST;

/// How long a body may take to come in.
const LONGEST: Duration = Duration::from_secs(10);

/// How deep lists and objects may stand in one another.
const DEEPEST: usize = 32;

/// The media type of a form (the URL standard).
pub(super) const FORM: &str = "application/x-www-form-urlencoded";

/// The body of a request, until somebody reads it. While what is left of it is held, the connection is closed after
/// the answer; dropped before, a body that comes in drops would be waited for.
pub(super) struct Body(RefCell<Payload>);

impl Body {
    pub(super) fn new(payload: Payload) -> Self {
        Self(RefCell::new(payload))
    }

    fn take(&self) -> Payload {
        self.0.replace(Payload::None)
    }
}

/// Reads the body as JSON.
///
/// # Errors
/// 415 where it is not said to be JSON, 413 where it is too large, 408 where it does not come in, 400 where it is
/// not JSON.
pub(super) async fn read(call: Call<'_>) -> Result<Value, Problem> {
    expect_json(call.request)?;
    parse(&read_bytes(call).await?)
}

/// Reads the body as it is.
///
/// # Errors
/// 413 where it is too large, 408 where it does not come in.
pub(super) async fn read_bytes(call: Call<'_>) -> Result<Vec<u8>, Problem> {
    let Some(body) = call.body else { return Ok(Vec::new()) };
    let mut payload = body.take();
    let bytes = tokio::time::timeout(LONGEST, collect(&mut payload)).await;
    // What was not read is left where its connection waits for it.
    body.0.replace(payload);
    let Ok(bytes) = bytes else {
        let seconds = LONGEST.as_secs();
        let detail = format!("The body did not come in within {seconds} seconds. Send it at once.");
        return Err(Problem::new(BODY_TOO_SLOW, detail));
    };
    bytes
}

/// Whether the body is said to be of a media type.
pub(super) fn is_said_to_be(request: &Request, media_type: &str) -> bool {
    let said = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    said.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case(media_type)
}

fn expect_json(request: &Request) -> Result<(), Problem> {
    let value = |name| request.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if !is_said_to_be(request, "application/json") {
        let detail = "The body must be JSON, and say so: send the header “Content-Type: application/json”.";
        return Err(Problem::new(UNSUPPORTED_MEDIA_TYPE, detail));
    }
    let coding = value(header::CONTENT_ENCODING).trim();
    if !coding.is_empty() && !coding.eq_ignore_ascii_case("identity") {
        let detail = "A body in a content coding is not read: send it as it is, without Content-Encoding.";
        return Err(Problem::new(UNSUPPORTED_MEDIA_TYPE, detail));
    }
    Ok(())
}

fn too_large() -> Problem {
    Problem::new(BODY_TOO_LARGE, format!("The body may have {LARGEST} bytes at most. Send less."))
}

/// The whole body. One that is too large is read on for a while and thrown away: a client that is still sending
/// would see its connection cut, and never the answer.
async fn collect(payload: &mut Payload) -> Result<Vec<u8>, Problem> {
    let mut bytes = Vec::new();
    let mut length = 0;
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|_| Problem::new(BAD_REQUEST, "The body broke off. Send it again."))?;
        length += chunk.len();
        if length > THROWN_AWAY {
            break;
        }
        if length <= LARGEST {
            bytes.extend_from_slice(&chunk);
        }
    }
    if length > LARGEST { Err(too_large()) } else { Ok(bytes) }
}

/// Reads JSON. What is wrong with it is told by its place alone.
fn parse(bytes: &[u8]) -> Result<Value, Problem> {
    let malformed = |detail: String| Problem::new(MALFORMED_BODY, detail);
    if bytes.is_empty() {
        return Err(malformed("There is no body. Send JSON: {} asks the least.".to_owned()));
    }
    let text = std::str::from_utf8(bytes).map_err(|error| {
        malformed(format!("The body is not UTF-8 from byte {} on (RFC 8259 §8.1).", error.valid_up_to() + 1))
    })?;
    let value = json::parse(text).map_err(|error| {
        let (line, column) = (error.line(), error.column());
        malformed(format!("The body is not JSON with each member given once: look at line {line}, column {column}."))
    })?;
    if depth(&value) > DEEPEST {
        return Err(malformed(format!("Lists and objects stand more than {DEEPEST} deep in one another.")));
    }
    Ok(value)
}

/// How deep a value is; a plain one is 1 deep. The parser has stopped at 128.
fn depth(value: &Value) -> usize {
    match value {
        Value::Array(items) => 1 + items.iter().map(depth).max().unwrap_or(0),
        Value::Object(members) => 1 + members.values().map(depth).max().unwrap_or(0),
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_with_json_is_told_by_its_place() {
        for (text, place) in [
            ("", "no body"),
            ("{\"profile\": canary}", "line 1, column 13"),
            ("{\"canary\": 1,\n \"canary\": 2}", "line 2, column"),
            ("{} canary", "line 1, column 4"),
            (&"[".repeat(200), "line 1, column 128"),
            (&format!("{}{}", "[".repeat(40), "]".repeat(40)), "32 deep"),
        ] {
            let detail = parse(text.as_bytes()).expect_err(text).detail;
            assert!(detail.contains(place) && !detail.contains("canary"), "{text}: {detail}");
        }
        let latin = parse(b"{\"a\": \"\xe9\"}").expect_err("not UTF-8").detail;
        assert!(latin.contains("byte 8"), "{latin}");
        assert_eq!(parse(b"{\"a\": [1]}").expect("JSON")["a"][0], 1);
    }
}
