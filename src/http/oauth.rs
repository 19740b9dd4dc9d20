//! Tokens for client credentials (OAuth 2, RFC 6749 §4.4), and who may read with one (RFC 6750).
//!
//! A token says whose it is and until when, under a code made with the hash of the client's secret: any process on the
//! same database can tell whether it is good, and none keeps it. Whoever reads that hash can make tokens as well.

use std::sync::Arc;
use std::time::Duration;

use actix_web::HttpResponse;
use actix_web::http::header;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde::Serialize;
use sha2::Sha256;
use utoipa::ToSchema;

use super::answer::{hex, json as text_of};
use super::problem::{
    DATABASE_UNREACHABLE, INVALID_CLIENT, INVALID_REQUEST, INVALID_SCOPE, INVALID_TOKEN, Problem, TOKEN_NEEDED,
    UNSUPPORTED_GRANT_TYPE,
};
use super::request::Request;
use super::routes::{Answered, Call};
use super::{Service, body};
use crate::store::hash;

/// Where tokens are given out.
pub(super) const PATH: &str = "/oauth/token";

/// How long a token is good.
const LIFETIME: Duration = Duration::from_hours(1);

/// How far the clock of the process that gave a token may be ahead of ours.
const LEEWAY: Duration = Duration::from_mins(1);

/// How long whoever gives a wrong secret waits to hear so.
const SLOWDOWN: Duration = Duration::from_secs(1);

/// How long the database may take to say who a client is.
const PATIENCE: Duration = Duration::from_secs(2);

/// The scopes that there are (OneRoster 1.2 §3): all of them read, and all that there is is read with each.
pub(super) const SCOPES: [(&str, &str); 2] = [
    (
        "https://purl.imsglobal.org/spec/or/v1p2/scope/roster-core.readonly",
        "Read organisations, courses, classes and sessions.",
    ),
    ("https://purl.imsglobal.org/spec/or/v1p2/scope/roster.readonly", "Read all of the rostering service."),
];

/// A token (RFC 6749 §5.1).
#[derive(Serialize, ToSchema)]
pub(super) struct TokenAnswer {
    /// The token, to be sent as `Authorization: Bearer …`.
    #[schema(example = "1f0c8c1e-6a3b-4f7e-9a55-0d5b7a1c2e3f.1795426200.5c5c5c")]
    access_token: String,
    /// `Bearer`.
    #[schema(example = "Bearer")]
    token_type: &'static str,
    /// For how many seconds it is good.
    #[schema(example = 3600)]
    expires_in: u64,
    /// What may be read with it.
    #[schema(example = "https://purl.imsglobal.org/spec/or/v1p2/scope/roster-core.readonly")]
    scope: String,
}

/// Why there is no token (RFC 6749 §5.2).
#[derive(Serialize, ToSchema)]
pub(super) struct TokenFailure {
    /// The sort of failure.
    #[schema(example = "invalid_client")]
    error: String,
    /// What went wrong, and what to do.
    error_description: String,
}

/// What a request for a token says (RFC 6749 §4.4.2).
#[derive(ToSchema)]
#[expect(dead_code, reason = "the contract's words for a form that is read member by member")]
pub(super) struct TokenRequest {
    /// `client_credentials`.
    #[schema(pattern = "^client_credentials$", example = "client_credentials")]
    grant_type: String,
    /// The scopes asked for, separated by spaces; all that there are where it is left out.
    #[schema(required = false, example = "https://purl.imsglobal.org/spec/or/v1p2/scope/roster-core.readonly")]
    scope: String,
    /// The client's id, unless it is in the header `Authorization`.
    #[schema(required = false)]
    client_id: String,
    /// The client's secret, unless it is in the header `Authorization`.
    #[schema(required = false, format = "password")]
    client_secret: String,
}

/// Ask for a token
///
/// Gives a client a token for its id and secret, which come in the header `Authorization: Basic …` or in the body (RFC
/// 6749 §2.3.1). It is good for an hour, at any process that serves the directory, unless its client is revoked.
#[utoipa::path(
    post, path = "/oauth/token", tag = "one-roster",
    request_body(content = TokenRequest, description = "What is asked for.", content_type = "application/x-www-form-urlencoded"),
    responses((status = 200, description = "A token.", body = TokenAnswer)),
)]
pub(super) async fn issue_token(call: Call<'_>) -> Answered {
    let Call { service, request, .. } = call;
    let body = body::read_bytes(call).await?;
    let form = Form::read(request, &body)?;
    let (id, secret) = form.credentials(request)?;
    let wanted = secret_hash(service, &id).await?;
    // What is compared are hashes: how long that takes says nothing of the secret.
    let Some(key) = wanted.filter(|wanted| **wanted == *hash(&[&secret])) else {
        tokio::time::sleep(SLOWDOWN).await;
        return Err(Problem::new(INVALID_CLIENT, INVALID_CLIENT.meaning.trim()));
    };
    let scope = form.scope()?;
    let expires = service.directory.now().as_second().saturating_add_unsigned(LIFETIME.as_secs());
    let answer = TokenAnswer {
        access_token: token(&id, expires, &key),
        token_type: "Bearer",
        expires_in: LIFETIME.as_secs(),
        scope,
    };
    let mut response = HttpResponse::Ok();
    response.insert_header((header::CACHE_CONTROL, "no-store")).insert_header((header::PRAGMA, "no-cache"));
    Ok(response.content_type("application/json").body(text_of(&answer)))
}

/// The parameters of a request for a token, each given once.
struct Form(Vec<(String, String)>);

impl Form {
    fn read(request: &Request, sent: &[u8]) -> Result<Self, Problem> {
        let invalid = |detail: String| Err(Problem::new(INVALID_REQUEST, detail));
        if !request.query_string().is_empty() {
            return invalid(
                "There are no parameters in the address, which logs keep: send them in the body.".to_owned(),
            );
        }
        if !body::is_said_to_be(request, body::FORM) {
            return invalid("The body is a form: send Content-Type: application/x-www-form-urlencoded.".to_owned());
        }
        let form: Vec<(String, String)> = url::form_urlencoded::parse(sent).into_owned().collect();
        for name in ["grant_type", "scope", "client_id", "client_secret"] {
            if form.iter().filter(|(known, _)| known == name).count() > 1 {
                return invalid(format!("{name} is given twice."));
            }
        }
        let form = Self(form);
        match form.get("grant_type") {
            Some("client_credentials") => Ok(form),
            None => invalid("grant_type is not given: send client_credentials.".to_owned()),
            Some(_) => Err(Problem::new(UNSUPPORTED_GRANT_TYPE, UNSUPPORTED_GRANT_TYPE.meaning.trim())),
        }
    }

    /// A parameter; one that is empty counts as left out (RFC 6749 §3.2).
    fn get(&self, name: &str) -> Option<&str> {
        let value = self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
        value.filter(|value| !value.is_empty())
    }

    /// Who asks: by HTTP Basic, or in the body, but not both (RFC 6749 §2.3).
    fn credentials(&self, request: &Request) -> Result<(String, String), Problem> {
        let in_body = (self.get("client_id"), self.get("client_secret"));
        match (request.headers().get(header::AUTHORIZATION), in_body) {
            (Some(_), (_, Some(_))) => {
                let detail = "The secret comes in the header Authorization or in the body, not in both.";
                Err(Problem::new(INVALID_REQUEST, detail))
            }
            (Some(given), (id, None)) => match basic(given.to_str().unwrap_or_default()) {
                Some((user, _)) if id.is_some_and(|id| id != user) => {
                    Err(Problem::new(INVALID_REQUEST, "Header and body name two clients."))
                }
                Some(credentials) => Ok(credentials),
                None => {
                    Err(Problem::new(INVALID_CLIENT, "The header Authorization is not Basic with an id and a secret."))
                }
            },
            (None, (Some(id), Some(secret))) => Ok((id.to_owned(), secret.to_owned())),
            (None, _) => {
                let detail = "Who asks is not said: send the client's id and secret as HTTP Basic, or as client_id and client_secret in the body.";
                Err(Problem::new(INVALID_CLIENT, detail))
            }
        }
    }

    /// What may be read: of what is asked for, what there is.
    fn scope(&self) -> Result<String, Problem> {
        let there_are = SCOPES.map(|(scope, _)| scope);
        let Some(asked) = self.get("scope") else { return Ok(there_are.join(" ")) };
        let asked: Vec<&str> = asked.split_ascii_whitespace().collect();
        let granted: Vec<&str> = there_are.into_iter().filter(|scope| asked.contains(scope)).collect();
        if granted.is_empty() {
            let detail = format!("There is no such scope: there are {}.", there_are.join(" and "));
            return Err(Problem::new(INVALID_SCOPE, detail));
        }
        Ok(granted.join(" "))
    }
}

/// The id and the secret of HTTP Basic (RFC 7617), each encoded as in a form (RFC 6749 §2.3.1).
fn basic(header: &str) -> Option<(String, String)> {
    let (scheme, given) = header.split_once(' ')?;
    let decoded = BASE64_STANDARD.decode(given.trim()).ok().filter(|_| scheme.eq_ignore_ascii_case("basic"))?;
    let decoded = String::from_utf8(decoded).ok()?;
    let (id, secret) = decoded.split_once(':')?;
    let plain = |text: &str| {
        let decoded = url::form_urlencoded::parse(text.as_bytes()).next();
        decoded.map_or_else(String::new, |(name, _)| name.into_owned())
    };
    Some((plain(id), plain(secret)))
}

/// A token: whose it is and until when, and the code that proves it.
fn token(id: &str, expires: i64, key: &str) -> String {
    let said = format!("{id}.{expires}");
    let code = code(&said, key).map(|code| hex(&code.finalize().into_bytes())).unwrap_or_default();
    format!("{said}.{code}")
}

fn code(said: &str, key: &str) -> Option<Hmac<Sha256>> {
    // A key of any length will do.
    Hmac::<Sha256>::new_from_slice(key.as_bytes()).ok().map(|code| code.chain_update(said))
}

/// The hash of the secret of a client that may ask; none where there is no such client.
async fn secret_hash(service: &Service, id: &str) -> Result<Option<Arc<str>>, Problem> {
    // One question waits for the other: while the database is gone, each would wait as long as all before it.
    match tokio::time::timeout(PATIENCE, service.directory.secret_hash(id)).await {
        Ok(Ok(hash)) => Ok(hash),
        _ => Err(Problem::new(DATABASE_UNREACHABLE, DATABASE_UNREACHABLE.meaning.trim())),
    }
}

/// Lets those pass who have a token that is good.
///
/// # Errors
/// 401 without one; 503 where its client is not known yet and the database does not answer.
pub(super) async fn authorise(service: &Service, request: &Request) -> Result<(), Problem> {
    let given = request.headers().get(header::AUTHORIZATION).and_then(|given| given.to_str().ok()).unwrap_or_default();
    let (scheme, given) = given.split_once(' ').unwrap_or_default();
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(Problem::new(TOKEN_NEEDED, TOKEN_NEEDED.meaning.trim()));
    }
    let invalid = || Problem::new(INVALID_TOKEN, INVALID_TOKEN.meaning.trim());
    let (said, given) = given.trim().rsplit_once('.').ok_or_else(invalid)?;
    let (id, expires) = said.split_once('.').ok_or_else(invalid)?;
    let expires: i64 = expires.parse().map_err(|_| invalid())?;
    if !is_in_time(expires, service.directory.now().as_second()) {
        return Err(invalid());
    }
    let key = secret_hash(service, id).await?;
    let code = key.and_then(|key| code(said, &key));
    let is_good = code.zip(bytes(given)).is_some_and(|(code, given)| code.verify_slice(&given).is_ok());
    if is_good { Ok(()) } else { Err(invalid()) }
}

/// Whether a token that expires then is good now. None that was given out is good for longer than its lifetime.
fn is_in_time(expires: i64, now: i64) -> bool {
    now < expires && expires <= now.saturating_add_unsigned((LIFETIME + LEEWAY).as_secs())
}

/// Bytes, given in hexadecimal.
fn bytes(text: &str) -> Option<Vec<u8>> {
    let digits = text.as_bytes().chunks(2);
    let byte = |pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
    digits.map(byte).collect()
}

impl From<&Problem> for TokenFailure {
    /// In the words of RFC 6749 §5.2, which are ASCII without double quotes.
    fn from(problem: &Problem) -> Self {
        let error = match problem.code.code {
            code @ ("invalid-client" | "invalid-scope" | "unsupported-grant-type") => code.replace('-', "_"),
            _ if problem.code.status >= 500 => "temporarily_unavailable".to_owned(),
            _ => "invalid_request".to_owned(),
        };
        let is_allowed = |c: char| matches!(c, ' '..='~') && !matches!(c, '"' | '\\');
        let description = problem.detail.chars().map(|c| if is_allowed(c) { c } else { '\'' });
        Self { error, error_description: description.collect() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn basic_credentials_are_a_form_within_base64() {
        let header = |text: &str| format!("Basic {}", BASE64_STANDARD.encode(text));
        assert_eq!(basic(&header("a%3Ab:c%26d")), Some(("a:b".to_owned(), "c&d".to_owned())));
        assert_eq!(basic(&header("no colon")), None);
        assert_eq!(basic("Bearer YTpi"), None);
        assert_eq!(basic("Basic ???"), None);
    }

    #[test]
    fn a_token_is_good_for_no_longer_than_one_that_is_given_out() {
        let now = 1_795_425_000;
        for (expires, is_good) in [(-1, false), (0, false), (1, true), (3_600, true), (3_660, true), (3_661, false)] {
            assert_eq!(is_in_time(now + expires, now), is_good, "{expires}");
        }
        assert!(!is_in_time(i64::MAX, now));
        assert!(!is_in_time(i64::MIN, now));
    }

    #[test]
    fn failures_are_told_in_the_letters_that_oauth_allows() {
        let problem = Problem::new(INVALID_SCOPE, "“é” \"x\\");
        let told = TokenFailure::from(&problem);
        assert_eq!((&*told.error, &*told.error_description), ("invalid_scope", "''' 'x'"));
    }
}
