//! `serve`

use std::io::Write as _;
use std::process::ExitCode;
use std::sync::Arc;

use tokio::signal::unix::{SignalKind, signal};

use super::{Common, fail};
use crate::directory::Directory;
use crate::http::{self, Service};
use crate::import::shipped;
use crate::pages::Look;
use crate::settings::Settings;
use crate::store::Store;

/// Serves until it is told to stop.
pub(super) fn run(common: &Common) -> ExitCode {
    let settings = match common.settings() {
        Ok(settings) => settings,
        Err(code) => return code,
    };
    let runtime = match tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return fail(error),
    };
    match runtime.block_on(serve(settings)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => fail(error),
    }
}

async fn serve(settings: Settings) -> Result<(), Box<dyn std::error::Error>> {
    let listen = settings.server.listen;
    let (listener, address) = http::bind(listen).map_err(|error| format!("cannot listen on {listen}: {error}"))?;
    let store = Store::open(settings.database.url.reveal(), settings.database.max_connections).await?;
    let directory = Arc::new(Directory::open(store, &shipped(), jiff::Timestamp::now).await?);
    let here = format!("http://{address}");
    let public_url =
        if settings.server.public_url.is_empty() { here.clone() } else { settings.server.public_url.clone() };
    let service = Service::new(
        Arc::clone(&directory),
        Look::new(&settings.site, &public_url)?,
        http::Contacts {
            security: settings.server.security_contact.clone(),
            corrections: settings.server.corrections_contact.clone(),
        },
        settings.answers.cache_bytes(),
    );
    let server = http::server(service, listener, &settings.server)?;
    let poll = tokio::spawn(Arc::clone(&directory).follow());
    // Heard from before anybody is told that we listen: a stop asked for at once is a stop all the same.
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    let handle = server.handle();
    let waited_for = Arc::clone(&directory);
    tokio::spawn(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        // Whoever waits for a change would hold the stop up.
        waited_for.stop_waiting();
        handle.stop(true).await;
    });
    // Whoever started us may not want to read on; that is no reason to stop.
    let _ = writeln!(
        std::io::stdout(),
        "listening on {here}\nthe documentation is at {public_url}/docs, the contract at {public_url}/openapi.json"
    );
    let following = poll.abort_handle();
    tokio::select! {
        done = server => done?,
        // It follows for ever; if it ends, it failed, and what is served would grow old unnoticed.
        ended = poll => return Err(format!("following the database failed: {ended:?}").into()),
    }
    following.abort();
    directory.close().await;
    tracing::info!("stopped");
    Ok(())
}
