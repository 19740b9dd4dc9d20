//! The one table of routes. A test holds it against the contract.

use actix_web::guard;
use actix_web::middleware::from_fn;
use actix_web::{Handler, HttpResponse, Resource, Responder, Route, web};

use super::outermost::answer_panics;
use super::problem::{NOT_FOUND, Problem};
use super::{
    changes, eligibility_checks, entries, exports, health, oauth, one_roster, people, root, search, site, vocabularies,
};

/// A route that answers GET and HEAD.
fn read<F, A>(handler: F) -> Route
where
    F: Handler<A>,
    A: actix_web::FromRequest + 'static,
    F::Output: Responder + 'static,
{
    web::route().guard(guard::Any(guard::Get()).or(guard::Head())).to(handler)
}

/// A route that answers POST.
fn ask<F, A>(handler: F) -> Route
where
    F: Handler<A>,
    A: actix_web::FromRequest + 'static,
    F::Output: Responder + 'static,
{
    web::post().to(handler)
}

/// The paths, and what answers them.
fn resources() -> Vec<(&'static str, Route)> {
    vec![
        ("/v1", read(root::describe_service)),
        ("/v1/programmes", read(entries::list_programmes)),
        ("/v1/programmes/{id}", read(entries::get_programme)),
        ("/v1/providers", read(entries::list_providers)),
        ("/v1/providers/{id}", read(entries::get_provider)),
        ("/v1/academies", read(entries::list_academies)),
        ("/v1/academies/{id}", read(entries::get_academy)),
        ("/v1/coaching-links", read(entries::list_coaching_links)),
        ("/v1/coaching-links/{id}", read(entries::get_coaching_link)),
        ("/v1/resources", read(entries::list_resources)),
        ("/v1/resources/{id}", read(entries::get_resource)),
        ("/v1/frameworks", read(entries::list_frameworks)),
        ("/v1/frameworks/{id}", read(entries::get_framework)),
        ("/v1/search", read(search::search_directory)),
        ("/v1/suggestions", read(search::list_suggestions)),
        ("/v1/changes", read(changes::list_changes)),
        ("/v1/changes/digest", read(changes::get_digest)),
        ("/v1/exports/moodle-courses.csv", read(exports::moodle::get_moodle_courses)),
        ("/v1/exports/canvas-accounts.csv", read(exports::canvas::get_canvas_accounts)),
        ("/v1/exports/canvas-terms.csv", read(exports::canvas::get_canvas_terms)),
        ("/v1/exports/canvas-courses.csv", read(exports::canvas::get_canvas_courses)),
        ("/v1/exports/{format}/report", read(exports::report::get_report)),
        ("/v1/exports/{file}", read(exports::get_export)),
        ("/v1/eligibility-checks", ask(eligibility_checks::check_eligibility)),
        ("/v1/vocabularies", read(vocabularies::list_vocabularies)),
        ("/v1/vocabularies/{scheme}", read(vocabularies::get_vocabulary)),
        ("/v1/vocabularies/{scheme}/{term}", read(vocabularies::get_term)),
        ("/oauth/token", ask(oauth::issue_token)),
        ("/ims/oneroster/rostering/v1p2/{collection}", read(one_roster::list_roster)),
        ("/ims/oneroster/rostering/v1p2/{collection}/{sourcedId}", read(one_roster::get_roster_object)),
        ("/ims/oneroster/rostering/v1p2/{collection}/{sourcedId}/{nested}", read(one_roster::list_roster_within)),
        (
            "/ims/oneroster/rostering/v1p2/schools/{schoolSourcedId}/classes/{classSourcedId}/{nested}",
            read(one_roster::list_roster_within_class),
        ),
        ("/health/live", read(health::get_liveness)),
        ("/health/ready", read(health::get_readiness)),
        ("/openapi.json", read(root::get_openapi)),
        ("/openapi.yaml", read(site::get_openapi_yaml)),
        ("/.well-known/api-catalog", read(site::get_api_catalog)),
        ("/.well-known/security.txt", read(site::get_security_contact)),
    ]
}

/// The pages, which are for people and not part of the contract.
fn pages() -> Vec<(&'static str, Route)> {
    vec![
        ("/developers", read(site::start_page)),
        ("/programmes", read(people::to_finder)),
        ("/frameworks", read(people::frameworks)),
        ("/resources", read(people::resources)),
        ("/providers", read(people::providers)),
        ("/academies", read(people::academies)),
        ("/coaching", read(people::coaching)),
        ("/coaching-links", read(people::to_coaching)),
        ("/compare", read(people::compare)),
        ("/embed", read(people::embed)),
        ("/embed/builder", read(people::builder)),
        ("/leadership-finder.js", read(people::script)),
        ("/embed-host.js", read(people::script)),
        ("/accessibility", read(people::accessibility)),
        ("/sitemap.xml", read(people::sitemap_index)),
        ("/sitemaps/{name}", read(people::sitemap)),
        ("/robots.txt", read(people::robots)),
        ("/favicon.ico", read(people::icon)),
        ("/programmes/{id}", read(people::programme)),
        ("/providers/{id}", read(people::provider)),
        ("/academies/{id}", read(people::academy)),
        ("/coaching-links/{id}", read(people::coaching_link)),
        ("/resources/{id}", read(people::resource)),
        ("/frameworks/{id}", read(people::framework)),
        ("/reference", read(site::reference_page)),
        ("/problems", read(site::problems_page)),
        ("/problems/{code}", read(site::problem_page)),
        ("/assets/{file}", read(site::asset)),
        ("/docs", read(site::swagger)),
        ("/docs/{file:.*}", read(site::swagger)),
    ]
}

/// The paths that are served, as the contract writes them.
#[must_use]
pub fn paths() -> Vec<&'static str> {
    resources().into_iter().map(|(path, _)| path).collect()
}

/// Puts the routes into an application.
pub fn configure(config: &mut web::ServiceConfig) {
    config.service(
        Resource::new("/")
            .route(read(people::finder))
            .route(ask(people::finder_in_private))
            .wrap(from_fn(answer_panics)),
    );
    config.service(
        Resource::new("/can-i-take-it")
            .route(read(people::wizard))
            .route(ask(people::wizard_answered))
            .wrap(from_fn(answer_panics)),
    );
    for (path, route) in resources().into_iter().chain(pages()) {
        config.service(Resource::new(path).route(route).wrap(from_fn(answer_panics)));
    }
    config.default_service(web::to(nothing_here));
}

async fn nothing_here() -> Result<HttpResponse, Problem> {
    Err(Problem::new(NOT_FOUND, "Nothing is at this address. /v1 lists what there is."))
}
