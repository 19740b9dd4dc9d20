//! The contract over HTTP: routes, thin handlers, and what every answer has in common.

mod address;
mod answer;
mod body;
mod changes;
mod coding;
mod eligibility_checks;
mod entries;
mod exports;
mod health;
mod include;
mod linked;
mod list;
mod negotiate;
mod oauth;
mod one_roster;
pub mod openapi;
mod people;
pub mod problem;
mod query;
mod request;
mod room;
mod root;
pub mod routes;
mod search;
mod serve;
pub mod site;
mod sparse;
mod vocabularies;

use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;

use actix_web::HttpServer;
use actix_web::dev::{Server, fn_service};

use crate::directory::Directory;
use crate::model::codes::Kind;
use crate::pages::Look;
use crate::settings;

/// The licence of the directory as a compilation.
const LICENCE: &str = "https://creativecommons.org/licenses/by/4.0/";

/// Whom to write to.
#[derive(Debug, Clone, Default)]
pub struct Contacts {
    /// Of a weakness; empty for the finder.
    pub security: String,
    /// Of a fact that is wrong; empty where nobody is named.
    pub corrections: String,
}

/// What every handler works with.
#[derive(Debug)]
pub struct Service {
    /// The directory.
    pub directory: Arc<Directory>,
    /// What links begin with, without a slash at the end.
    pub public_url: String,
    /// What every answer's form depends on, in short: part of every entity tag.
    form: String,
    /// How many bytes of answers are kept.
    cache_bytes: u64,
    /// Room for those who wait for a change.
    waiting: tokio::sync::Semaphore,
    /// How pages look.
    look: Look,
    /// The reference, which is the same as long as the process runs.
    reference: std::sync::OnceLock<String>,
    /// What OneRoster tells, as it was last asked.
    roster: one_roster::Kept,
    contacts: Contacts,
}

impl Service {
    /// What handlers work with.
    #[must_use]
    pub fn new(directory: Arc<Directory>, look: Look, contacts: Contacts, cache_bytes: u64) -> Self {
        let public_url = look.public_url.clone();
        let form = answer::form(&public_url);
        Self {
            cache_bytes,
            directory,
            public_url,
            look,
            reference: std::sync::OnceLock::new(),
            form,
            waiting: tokio::sync::Semaphore::new(changes::MOST_WAITING),
            roster: one_roster::Kept::default(),
            contacts,
        }
    }
}

/// The last part of the path of a kind's list.
#[must_use]
pub const fn collection(kind: Kind) -> &'static str {
    match kind {
        Kind::Programme => "programmes",
        Kind::Provider => "providers",
        Kind::Academy => "academies",
        Kind::CoachingLink => "coaching-links",
        Kind::Resource => "resources",
        Kind::Framework => "frameworks",
    }
}

/// The kind whose list has this as the last part of its path.
fn kind_of(collection_name: &str) -> Option<Kind> {
    Kind::ALL.iter().copied().find(|kind| collection(*kind) == collection_name)
}

/// The kind that a path is about: its list's, or that of something in it.
fn kind_at(path: &str) -> Option<Kind> {
    kind_of(path.strip_prefix("/v1/")?.split('/').next()?)
}

/// Takes the address to listen on.
///
/// # Errors
/// Where it is taken already or may not be used.
pub fn bind(listen: SocketAddr) -> std::io::Result<(TcpListener, SocketAddr)> {
    let listener = TcpListener::bind(listen)?;
    let address = listener.local_addr()?;
    Ok((listener, address))
}

/// Makes the server. It stops when its handle says so, after what has begun is answered.
///
/// # Errors
/// Where the listener cannot be used.
pub fn server(service: Service, listener: TcpListener, settings: &settings::Server) -> std::io::Result<Server> {
    let service = Arc::new(service);
    let workers = match settings.workers {
        0 => std::thread::available_parallelism().map_or(1, std::num::NonZero::get),
        workers => workers,
    };
    let table = &*routes::TABLE;
    let server = HttpServer::new(move || {
        let service = Arc::clone(&service);
        // Nothing here asks for what `App` would add: a router, and a form of its own for a request.
        fn_service(move |request| serve::serve(Arc::clone(&service), table, request))
    })
    .workers(workers)
    // The last part of an answer must not wait until the parts before it are acknowledged (RFC 896, RFC 1122 §4.2.3.4).
    .tcp_nodelay(true)
    .shutdown_timeout(settings.shutdown_timeout)
    .disable_signals()
    .listen(listener)?;
    Ok(server.run())
}
