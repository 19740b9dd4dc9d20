//! Whether the process lives, and whether it is ready.

use actix_web::HttpResponse;
use serde::Serialize;
use utoipa::ToSchema;

use super::problem::{DATABASE_UNREACHABLE, Problem};
use super::query::Query;
use super::routes::{Answered, Call};

/// That the process lives.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Alive {
    /// Always `alive`.
    #[schema(example = "alive")]
    status: &'static str,
}

/// That the process is ready.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Ready {
    /// Always `ready`.
    #[schema(example = "ready")]
    status: &'static str,
    /// The directory's change number as this process shows it.
    #[schema(example = 240)]
    change_number: i64,
}

/// Is the process alive?
///
/// Asks nothing but the process itself.
#[utoipa::path(get, path = "/health/live", tag = "health", responses((status = 200, description = "The process lives.", body = Alive)))]
pub(super) fn get_liveness(Call { request, .. }: Call<'_>) -> Answered {
    Query::read(request.query_string(), &[]).finish()?;
    Ok(HttpResponse::Ok().insert_header(("cache-control", "no-store")).json(Alive { status: "alive" }))
}

/// Is the process ready?
///
/// Says whether the database answers. While it does not, lists and entries are still answered from
/// memory, as of the change number in `changeNumber`; the process heals by itself.
#[utoipa::path(
    get, path = "/health/ready", tag = "health",
    responses((status = 200, description = "The directory is loaded and the database answers.", body = Ready)),
)]
pub(super) fn get_readiness(Call { service, request, .. }: Call<'_>) -> Answered {
    Query::read(request.query_string(), &[]).finish()?;
    let change_number = service.directory.snapshot().head().change_number;
    if service.directory.is_reachable() {
        return Ok(HttpResponse::Ok()
            .insert_header(("cache-control", "no-store"))
            .json(Ready { status: "ready", change_number }));
    }
    let mut problem = Problem::new(
        DATABASE_UNREACHABLE,
        format!(
            "The database does not answer. Lists and entries are answered from memory, as of change {change_number}."
        ),
    );
    problem.more.push(("changeNumber", change_number.into()));
    Err(problem)
}
