//! What a client asks, but for its body.

use std::borrow::Cow;

use actix_web::HttpMessage;
use actix_web::dev::{Payload, Url};
use actix_web::http::header::HeaderMap;
use actix_web::http::{Method, Uri, Version};

/// A request, without its body.
pub(super) struct Request(actix_http::Request);

impl Request {
    /// A request, and its body.
    pub(super) fn and_body(mut request: actix_http::Request) -> (Self, Payload) {
        let body = request.take_payload();
        (Self(request), body)
    }

    /// The method.
    pub(super) fn method(&self) -> &Method {
        self.0.method()
    }

    /// The version of HTTP that it is sent in.
    pub(super) fn version(&self) -> Version {
        self.0.version()
    }

    /// The address.
    pub(super) fn uri(&self) -> &Uri {
        self.0.uri()
    }

    /// The headers.
    pub(super) fn headers(&self) -> &HeaderMap {
        self.0.headers()
    }

    /// The path, as it was sent.
    pub(super) fn path(&self) -> &str {
        self.0.path()
    }

    /// The path that routes are found by: decoded (RFC 3986 §2.1) but for `%`, `/` and `+`, which what a route names decodes
    /// itself once its parts are known. What is no UTF-8 becomes U+FFFD.
    pub(super) fn plain_path(&self) -> Cow<'_, str> {
        let path = self.path();
        if path.contains('%') { Url::new(self.uri().clone()).path().to_owned().into() } else { path.into() }
    }

    /// What comes after the question mark; empty where there is none.
    pub(super) fn query_string(&self) -> &str {
        self.uri().query().unwrap_or_default()
    }

    /// What typed headers are read from.
    pub(super) fn message(&self) -> &impl HttpMessage {
        &self.0
    }
}
