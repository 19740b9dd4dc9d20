//! What went wrong, as a client reads it: problem details (RFC 9457).

use actix_web::http::{StatusCode, header};
use actix_web::{HttpResponse, ResponseError};
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::catalogue::CatalogueError;

/// One sort of problem: its code, its status, and what its page says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Code {
    /// The stable name.
    pub code: &'static str,
    /// The HTTP status.
    pub status: u16,
    /// The title; the same for every problem of this sort.
    pub title: &'static str,
    /// What it means and what to do.
    pub meaning: &'static str,
}

/// Declares the sorts of problem.
macro_rules! codes {
    ($($(#[doc = $doc:literal])+ $name:ident = $code:literal, $status:literal, $title:literal;)+) => {
        $($(#[doc = $doc])+ pub const $name: &Code = &Code { code: $code, status: $status, title: $title, meaning: concat!($($doc),+) };)+
        /// Every sort of problem.
        pub const CODES: &[&Code] = &[$($name,)+];
    };
}

codes! {
    /// The address has a query parameter that this operation does not take. Take it out, or write it as the answer suggests.
    UNKNOWN_PARAMETER = "unknown-parameter", 400, "Unknown parameter";
    /// A query parameter has a value that cannot be used. The answer says what may stand there.
    INVALID_PARAMETER = "invalid-parameter", 400, "Invalid parameter";
    /// A filter names a term that its vocabulary does not have. The answer names the nearest, and where to find them all.
    UNKNOWN_TERM = "unknown-term", 400, "Unknown term";
    /// The cursor was not given out for this list, or was changed. Begin again at the first page.
    INVALID_CURSOR = "invalid-cursor", 400, "Invalid cursor";
    /// A filter of OneRoster cannot be read. The answer says at which character, and what is wanted there.
    INVALID_FILTER = "invalid-filter", 400, "Invalid filter";
    /// A filter of OneRoster names a field that there is none of. The answer names the nearest.
    INVALID_FILTER_FIELD = "invalid-filter-field", 400, "Invalid filter field";
    /// The parameter `fields` of OneRoster names a field that there is none of. The answer names the nearest.
    INVALID_SELECTION_FIELD = "invalid-selection-field", 400, "Invalid selection field";
    /// A request for a token cannot be understood: it takes a form with `grant_type`, each parameter once, and the client's id and secret in one way alone.
    INVALID_REQUEST = "invalid-request", 400, "Invalid request for a token";
    /// A token is given for client credentials alone: send `grant_type=client_credentials`.
    UNSUPPORTED_GRANT_TYPE = "unsupported-grant-type", 400, "Unsupported grant type";
    /// None of the scopes that a token is asked for is one that there is. The answer says which there are.
    INVALID_SCOPE = "invalid-scope", 400, "Invalid scope";
    /// The client's id and secret are not those of a client that may ask for tokens. Whoever runs the directory makes clients.
    INVALID_CLIENT = "invalid-client", 401, "Invalid client";
    /// This address answers those alone who have a token. Ask for one at `/oauth/token`, and send it as `Authorization: Bearer …`.
    TOKEN_NEEDED = "token-needed", 401, "Token needed";
    /// The token is none that was given out here, its time is over, or its client was revoked. Ask for another.
    INVALID_TOKEN = "invalid-token", 401, "Invalid token";
    /// The request cannot be read as HTTP means it.
    BAD_REQUEST = "bad-request", 400, "Bad request";
    /// Nothing is at this address. The list of what there is begins at `/v1`.
    NOT_FOUND = "not-found", 404, "Not found";
    /// The address is there, but not for this method. The header `Allow` lists the methods it takes.
    METHOD_NOT_ALLOWED = "method-not-allowed", 405, "Method not allowed";
    /// What you accept is not what there is. The answer says which media types and codings there are.
    NOT_ACCEPTABLE = "not-acceptable", 406, "Not acceptable";
    /// The body cannot be read as JSON, or gives a member twice. The answer says at which line and column, and nothing of what stands there.
    MALFORMED_BODY = "malformed-body", 400, "Malformed body";
    /// The body did not come in within ten seconds. Send it at once.
    BODY_TOO_SLOW = "body-too-slow", 408, "Body too slow";
    /// The body is larger than 256 KiB. Send less.
    BODY_TOO_LARGE = "body-too-large", 413, "Body too large";
    /// The body is not said to be JSON, or is in a content coding. Send it as it is, with `Content-Type: application/json`.
    UNSUPPORTED_MEDIA_TYPE = "unsupported-media-type", 415, "Unsupported media type";
    /// The body can be read, but says what cannot be used: an unknown member or term, or a value of the wrong form. Every fault is told with its place and what may stand there; what was sent is not repeated.
    INVALID_BODY = "invalid-body", 422, "Invalid body";
    /// It is not as the header `If-Match` demands. Ask again without that header, and look at the `ETag`.
    PRECONDITION_FAILED = "precondition-failed", 412, "Precondition failed";
    /// The header `Expect` asks for what is not done here. Leave it out.
    EXPECTATION_FAILED = "expectation-failed", 417, "Expectation failed";
    /// The headers of the request are longer than 16 KiB in all. Send fewer.
    HEADERS_TOO_LARGE = "headers-too-large", 431, "Headers too large";
    /// The entry was taken out of the directory. The answer says why, since when and what took its place.
    GONE = "gone", 410, "Gone";
    /// The place in the changes is none that this directory ever came to: it was brought back to an older state, or the place is of another one. What you have cannot be brought up to date from there: begin again where `startAgain` says, and drop what does not come.
    UNKNOWN_CHANGE = "unknown-change", 410, "Unknown change";
    /// The address is longer than 8 KiB. Ask for less in one request.
    URI_TOO_LONG = "uri-too-long", 414, "URI too long";
    /// Something failed here that should not have. Give the `X-Request-Id` of the answer when you report it.
    INTERNAL = "internal", 500, "Internal error";
    /// The database cannot be reached for now. Lists and entries are still answered from memory.
    DATABASE_UNREACHABLE = "database-unreachable", 503, "Database unreachable";
    /// Another process has told of changes that this one does not show yet. Ask again in a moment.
    BEHIND = "behind", 503, "Behind";
}

/// One fault of a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ProblemError {
    /// The query parameter at fault.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parameter: Option<String>,
    /// The member of the body at fault, as a JSON Pointer (RFC 6901).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pointer: Option<String>,
    /// What is wrong.
    pub detail: String,
    /// Where to find, or what is, allowed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub allowed: Option<String>,
    /// The nearest allowed value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub did_you_mean: Option<String>,
}

/// A problem to be answered with.
#[derive(Debug, Clone)]
pub struct Problem {
    /// Its sort.
    pub code: &'static Code,
    /// A sentence that a person can act on.
    pub detail: String,
    /// Every fault found.
    pub errors: Vec<ProblemError>,
    /// Further members.
    pub more: Vec<(&'static str, Value)>,
}

/// The body of every answer with a status of 400 or above (RFC 9457).
#[derive(Debug, Serialize, ToSchema)]
pub struct ProblemBody {
    /// The address of a page about this sort of problem.
    #[schema(format = "uri", example = "https://directory.example/problems/not-found")]
    r#type: String,
    /// The stable name of this sort of problem.
    #[schema(example = "not-found")]
    code: String,
    /// What this sort of problem is called.
    #[schema(example = "Not found")]
    title: String,
    /// The HTTP status.
    #[schema(minimum = 400, maximum = 599, example = 404)]
    status: u16,
    /// What went wrong this time, and what to do.
    #[schema(example = "There is no programme “mary-secole”. Did you mean “mary-seacole”?")]
    detail: String,
    /// This very answer; the log names it too.
    #[schema(format = "uri", example = "urn:uuid:7c9e6679-7425-40de-944b-e07fc1f90ae7")]
    instance: String,
    /// Every fault found, where the request has several parts.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false, max_items = 1_000)]
    errors: Vec<ProblemError>,
    /// Further members of this sort of problem.
    #[serde(flatten)]
    #[schema(ignore)]
    more: Map<String, Value>,
}

impl Problem {
    /// A problem of a sort, with what to do about it.
    pub fn new(code: &'static Code, detail: impl Into<String>) -> Self {
        Self { code, detail: detail.into(), errors: Vec::new(), more: Vec::new() }
    }

    /// The problem that an answer made elsewhere, with this status, stands for.
    #[must_use]
    pub fn of_status(status: StatusCode) -> Self {
        let code = CODES.iter().find(|code| code.status == status.as_u16() && code.status != 400);
        match (code, status.is_server_error()) {
            (Some(code), _) => Self::new(code, code.meaning.trim()),
            (None, false) => Self::new(BAD_REQUEST, BAD_REQUEST.meaning.trim()),
            (None, true) => Self::new(INTERNAL, INTERNAL.meaning.trim()),
        }
    }

    /// The answer's body.
    pub(super) fn body(&self, public_url: &str, instance: &str) -> String {
        let body = ProblemBody {
            r#type: format!("{public_url}/problems/{}", self.code.code),
            code: self.code.code.to_owned(),
            title: self.code.title.to_owned(),
            status: self.code.status,
            detail: self.detail.clone(),
            instance: instance.to_owned(),
            errors: self.errors.clone(),
            more: self.more.iter().map(|(key, value)| ((*key).to_owned(), value.clone())).collect(),
        };
        serde_json::to_string(&body).unwrap_or_default()
    }
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.code.code)
    }
}

/// What the snapshot cannot answer is nobody's fault who asks.
impl From<CatalogueError> for Problem {
    fn from(error: CatalogueError) -> Self {
        tracing::error!("{error}");
        Self::new(INTERNAL, INTERNAL.meaning.trim())
    }
}

/// The body is written where the request's id and the public address are known.
impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        StatusCode::from_u16(self.code.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    fn error_response(&self) -> HttpResponse {
        let mut answer = HttpResponse::build(self.status_code());
        match self.code.status {
            // How to say who asks (RFC 7617 §2, RFC 6750 §3); of one who said nothing, nothing was wrong.
            401 => {
                let challenge = match self.code.code {
                    "invalid-client" => "Basic realm=\"leadership-directory\", charset=\"UTF-8\"",
                    "invalid-token" => "Bearer realm=\"leadership-directory\", error=\"invalid_token\"",
                    _ => "Bearer realm=\"leadership-directory\"",
                };
                answer.insert_header((header::WWW_AUTHENTICATE, challenge))
            }
            503 => answer.insert_header((header::RETRY_AFTER, "5")),
            // What is taken (RFC 9110 §15.5.16).
            415 => answer
                .insert_header((header::ACCEPT, "application/json"))
                .insert_header((header::ACCEPT_ENCODING, "identity")),
            _ => &mut answer,
        };
        let mut answer = answer.finish();
        answer.extensions_mut().insert(self.clone());
        answer
    }
}
