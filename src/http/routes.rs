//! The one table of routes. A test holds it against the contract.

use std::borrow::Cow;
use std::sync::LazyLock;

use actix_web::HttpResponse;
use actix_web::http::Method;
use futures_util::FutureExt as _;
use futures_util::future::LocalBoxFuture;
use matchit::{Params, Router};
use percent_encoding::percent_decode_str;

use super::body::Body;
use super::problem::Problem;
use super::request::Request;
use super::{
    Service, changes, eligibility_checks, entries, exports, health, oauth, one_roster, people, root, search, site,
    vocabularies,
};

/// What a handler answers.
pub(super) type Answered = Result<HttpResponse, Problem>;

/// What a handler is asked.
#[derive(Clone, Copy)]
pub(super) struct Call<'a> {
    /// What it works with.
    pub(super) service: &'a Service,
    /// The request, without its body.
    pub(super) request: &'a Request,
    /// The body, where there is one.
    pub(super) body: Option<&'a Body>,
    /// What the path has where its route has names.
    pub(super) parameters: &'a Params<'a, 'a>,
}

impl<'a> Call<'a> {
    /// What the path has where its route has a name, decoded (RFC 3986 §2.1).
    pub(super) fn parameter(&self, name: &str) -> Cow<'a, str> {
        match self.parameters.get(name) {
            Some(coded) if coded.contains('%') => percent_decode_str(coded).decode_utf8_lossy(),
            plain => plain.unwrap_or_default().into(),
        }
    }
}

/// What answers.
pub(super) enum Handler {
    /// At once.
    Now(Box<dyn Fn(Call<'_>) -> Answered + Send + Sync>),
    /// After it has waited for something.
    Later(Box<dyn for<'a> Fn(Call<'a>) -> LocalBoxFuture<'a, Answered> + Send + Sync>),
}

/// A path and what answers there.
pub(super) struct Route {
    /// The path, with names in braces.
    pub(super) path: &'static str,
    /// What answers GET and HEAD.
    read: Option<Handler>,
    /// What answers POST.
    ask: Option<Handler>,
}

impl Route {
    /// What answers a method.
    pub(super) fn handler(&self, method: &Method) -> Option<&Handler> {
        match *method {
            Method::GET | Method::HEAD => self.read.as_ref(),
            Method::POST => self.ask.as_ref(),
            _ => None,
        }
    }

    /// The methods that are answered, as the header `Allow` tells them (RFC 9110 §10.2.1).
    pub(super) const fn allow(&self) -> &'static str {
        match (&self.read, &self.ask) {
            (Some(_), Some(_)) => "GET, HEAD, POST, OPTIONS",
            (Some(_), None) => "GET, HEAD, OPTIONS",
            (None, Some(_)) => "POST, OPTIONS",
            (None, None) => "OPTIONS",
        }
    }

    /// With what answers POST beside the rest.
    fn and(self, other: Self) -> Self {
        Self { ask: other.ask, ..self }
    }
}

/// A route that answers GET and HEAD.
pub(super) fn read(path: &'static str, handler: impl Fn(Call<'_>) -> Answered + Send + Sync + 'static) -> Route {
    Route { path, read: Some(Handler::Now(Box::new(handler))), ask: None }
}

/// A route that answers GET and HEAD with a page, which tells itself what is wrong.
fn page(path: &'static str, handler: impl Fn(Call<'_>) -> HttpResponse + Send + Sync + 'static) -> Route {
    read(path, move |call| Ok(handler(call)))
}

/// As [`read`], where there is something to wait for.
fn read_later(
    path: &'static str,
    handler: impl for<'a> Fn(Call<'a>) -> LocalBoxFuture<'a, Answered> + Send + Sync + 'static,
) -> Route {
    Route { path, read: Some(Handler::Later(Box::new(handler))), ask: None }
}

/// A route that answers POST, once the body is there.
fn ask_later(
    path: &'static str,
    handler: impl for<'a> Fn(Call<'a>) -> LocalBoxFuture<'a, Answered> + Send + Sync + 'static,
) -> Route {
    Route { path, read: None, ask: Some(Handler::Later(Box::new(handler))) }
}

/// The contract: paths, and what answers them.
fn resources() -> Vec<Route> {
    vec![
        read("/v1", root::describe_service),
        read("/v1/programmes", entries::list_programmes),
        read("/v1/programmes/{id}", entries::get_programme),
        read("/v1/providers", entries::list_providers),
        read("/v1/providers/{id}", entries::get_provider),
        read("/v1/academies", entries::list_academies),
        read("/v1/academies/{id}", entries::get_academy),
        read("/v1/coaching-links", entries::list_coaching_links),
        read("/v1/coaching-links/{id}", entries::get_coaching_link),
        read("/v1/resources", entries::list_resources),
        read("/v1/resources/{id}", entries::get_resource),
        read("/v1/frameworks", entries::list_frameworks),
        read("/v1/frameworks/{id}", entries::get_framework),
        read("/v1/search", search::search_directory),
        read("/v1/suggestions", search::list_suggestions),
        read_later("/v1/changes", |call| changes::list_changes(call).boxed_local()),
        read("/v1/changes/digest", changes::get_digest),
        read_later("/v1/exports/moodle-courses.csv", |call| exports::moodle::get_moodle_courses(call).boxed_local()),
        read("/v1/exports/canvas-accounts.csv", exports::canvas::get_canvas_accounts),
        read("/v1/exports/canvas-terms.csv", exports::canvas::get_canvas_terms),
        read("/v1/exports/canvas-courses.csv", exports::canvas::get_canvas_courses),
        read("/v1/exports/{format}/report", exports::report::get_report),
        read("/v1/exports/{file}", exports::get_export),
        ask_later("/v1/eligibility-checks", |call| eligibility_checks::check_eligibility(call).boxed_local()),
        read("/v1/vocabularies", vocabularies::list_vocabularies),
        read("/v1/vocabularies/{scheme}", vocabularies::get_vocabulary),
        read("/v1/vocabularies/{scheme}/{term}", vocabularies::get_term),
        ask_later("/oauth/token", |call| oauth::issue_token(call).boxed_local()),
        read_later("/ims/oneroster/rostering/v1p2/{collection}", |call| one_roster::list_roster(call).boxed_local()),
        read_later("/ims/oneroster/rostering/v1p2/{collection}/{sourcedId}", |call| {
            one_roster::get_roster_object(call).boxed_local()
        }),
        read_later("/ims/oneroster/rostering/v1p2/{collection}/{sourcedId}/{nested}", |call| {
            one_roster::list_roster_within(call).boxed_local()
        }),
        read_later(
            "/ims/oneroster/rostering/v1p2/schools/{schoolSourcedId}/classes/{classSourcedId}/{nested}",
            |call| one_roster::list_roster_within_class(call).boxed_local(),
        ),
        read("/health/live", health::get_liveness),
        read("/health/ready", health::get_readiness),
        read("/openapi.json", root::get_openapi),
        read("/openapi.yaml", site::get_openapi_yaml),
        read("/.well-known/api-catalog", site::get_api_catalog),
        read("/.well-known/security.txt", site::get_security_contact),
    ]
}

/// The pages, which are for people and not part of the contract.
fn pages() -> Vec<Route> {
    vec![
        page("/", people::finder).and(ask_later("/", |call| people::finder_in_private(call).map(Ok).boxed_local())),
        page("/can-i-take-it", people::wizard)
            .and(ask_later("/can-i-take-it", |call| people::wizard_answered(call).map(Ok).boxed_local())),
        page("/developers", site::start_page),
        page("/programmes", people::to_finder),
        page("/frameworks", people::frameworks),
        page("/resources", people::resources),
        page("/providers", people::providers),
        page("/academies", people::academies),
        page("/coaching", people::coaching),
        page("/coaching-links", people::to_coaching),
        page("/compare", people::compare),
        page("/embed", people::embed),
        page("/embed/builder", people::builder),
        read("/leadership-finder.js", people::script),
        read("/embed-host.js", people::script),
        page("/accessibility", people::accessibility),
        read("/sitemap.xml", people::sitemap_index),
        read("/sitemaps/{name}", people::sitemap),
        read("/robots.txt", people::robots),
        page("/favicon.ico", people::icon),
        page("/programmes/{id}", people::programme),
        page("/providers/{id}", people::provider),
        page("/academies/{id}", people::academy),
        page("/coaching-links/{id}", people::coaching_link),
        page("/resources/{id}", people::resource),
        page("/frameworks/{id}", people::framework),
        page("/reference", site::reference_page),
        page("/problems", site::problems_page),
        read("/problems/{code}", site::problem_page),
        read("/assets/{file}", site::asset),
        read("/docs", site::swagger),
        read("/docs/", site::swagger),
        read("/docs/{*file}", site::swagger),
    ]
}

/// The paths that are served, as the contract writes them.
#[must_use]
pub fn paths() -> Vec<&'static str> {
    resources().into_iter().map(|route| route.path).collect()
}

/// Routes by their paths.
pub(super) type Table = Router<Route>;

/// A table of some routes.
pub(super) fn table(routes: impl IntoIterator<Item = Route>) -> Table {
    let mut table = Table::new();
    for route in routes {
        // Two routes for one path are a mistake in this file, and the tests come across it.
        if let Err(error) = table.insert(route.path, route) {
            unreachable!("{error}");
        }
    }
    table
}

/// Everything that is served.
pub(super) static TABLE: LazyLock<Table> = LazyLock::new(|| table(resources().into_iter().chain(pages())));
