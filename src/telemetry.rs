//! What the process says about itself, to standard error. Never a query string, a key or a profile.

use tracing_subscriber::Layer;
use tracing_subscriber::filter::{FilterExt as _, LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::settings::{Log, LogFormat};

/// Starts logging. Called once, before anything else may log.
pub fn start(log: &Log) {
    // The level was checked when the settings were read.
    let chosen: Targets = log.level.parse().unwrap_or_else(|_| Targets::new().with_default(tracing::Level::INFO));
    // These crates log what they are sent, at their lowest levels: addresses, headers and statements. A filter of
    // its own holds them back, which no directive of the setting can loosen.
    let cap = ["actix_web", "actix_server", "sqlx", "mio", "tokio", "h2"]
        .into_iter()
        .fold(Targets::new().with_default(LevelFilter::TRACE), |cap, other| cap.with_target(other, LevelFilter::WARN))
        // What it calls an error is a client that does not speak HTTP, and is answered with 400.
        .with_target("actix_http", LevelFilter::OFF);
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    let lines: Box<dyn Layer<_> + Send + Sync> = match log.format {
        LogFormat::Text => Box::new(lines.with_ansi(false).compact().with_filter(chosen.and(cap))),
        LogFormat::Json => Box::new(lines.json().flatten_event(true).with_filter(chosen.and(cap))),
    };
    tracing_subscriber::registry().with(lines).init();
    std::panic::set_hook(Box::new(tell_panic));
}

/// Tells of a panic. What it says may hold what somebody sent: only where it happened is told.
pub fn tell_panic(panic: &std::panic::PanicHookInfo<'_>) {
    let place = panic.location().map_or_else(String::new, ToString::to_string);
    tracing::error!(code.place = place, "a part of the service panicked");
}
