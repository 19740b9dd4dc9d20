//! The settings of this process: defaults, then a file, then the environment, then flags.

mod site;

use std::net::SocketAddr;
use std::path::Path;

use config::{Config, Environment, File, FileFormat};
use serde::Deserialize;
use thiserror::Error;

pub use site::{Colours, Site};

/// Every setting. What each means stands in `config/default.toml`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// How the service listens.
    pub server: Server,
    /// Where the directory is kept.
    pub database: Database,
    /// What is kept of answers.
    pub answers: Answers,
    /// How the pages look.
    pub site: Site,
    /// What is logged.
    pub log: Log,
}

/// What is kept of answers.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Answers {
    /// How many megabytes of answers are kept, at the most.
    pub cache_mb: u32,
}

impl Answers {
    /// How many bytes that are.
    #[must_use]
    pub const fn cache_bytes(&self) -> u64 {
        self.cache_mb as u64 * 1024 * 1024
    }
}

/// How the service listens.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Server {
    /// The address and port.
    pub listen: SocketAddr,
    /// The address that links begin with; empty for the one listened on.
    pub public_url: String,
    /// Whom to tell of a weakness, as an address; empty for the finder.
    pub security_contact: String,
    /// Whom to tell of a fact that is wrong; empty where nobody is named.
    pub corrections_contact: String,
    /// How many threads serve; 0 for as many as there are cores.
    pub workers: usize,
    /// How long requests may go on after SIGTERM, in seconds.
    pub shutdown_timeout: u64,
}

/// Where the directory is kept.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Database {
    /// The address of the database.
    pub url: Secret,
    /// The most connections.
    pub max_connections: u32,
}

/// What is logged.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Log {
    /// A level or directives.
    pub level: String,
    /// For people or for machines.
    pub format: LogFormat,
}

/// The form of log lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For people.
    Text,
    /// For machines: one JSON object a line.
    Json,
}

/// Text that must not be shown, such as an address with a password in it.
#[derive(Clone, Deserialize)]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    /// The text, for the one place that needs it.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("…")
    }
}

/// What a flag sets, over every other layer.
#[derive(Debug, Clone, Default)]
pub struct Flags {
    /// `server.listen`
    pub listen: Option<String>,
    /// `server.public_url`
    pub public_url: Option<String>,
    /// `database.url`
    pub database: Option<String>,
}

/// Settings that cannot be used: every problem found.
#[derive(Debug, Error)]
#[error("the settings cannot be used:\n{}", .0.join("\n"))]
pub struct SettingsError(pub Vec<String>);

impl Settings {
    /// Reads the settings.
    ///
    /// # Errors
    /// Where a file cannot be read, a key is not known, or a value cannot be used.
    pub fn read(file: Option<&Path>, flags: &Flags) -> Result<Self, SettingsError> {
        Self::read_with(file, flags, Environment::with_prefix("LEADERSHIP_DIRECTORY"))
    }

    fn read_with(file: Option<&Path>, flags: &Flags, environment: Environment) -> Result<Self, SettingsError> {
        let one = |error: config::ConfigError| SettingsError(vec![format!("  {error}")]);
        let mut layers =
            Config::builder().add_source(File::from_str(include_str!("../config/default.toml"), FileFormat::Toml));
        if let Some(file) = file {
            layers = layers.add_source(File::from(file).format(FileFormat::Toml));
        }
        layers = layers.add_source(environment.prefix_separator("__").separator("__").try_parsing(true));
        for (key, value) in [
            ("server.listen", &flags.listen),
            ("server.public_url", &flags.public_url),
            ("database.url", &flags.database),
        ] {
            layers = layers.set_override_option(key, value.clone()).map_err(one)?;
        }
        let settings: Self = layers.build().and_then(Config::try_deserialize).map_err(one)?;
        settings.validated()
    }

    /// Checks what a type cannot.
    fn validated(mut self) -> Result<Self, SettingsError> {
        let mut problems = Vec::new();
        let given = self.server.public_url.trim_end_matches('/');
        let url = url::Url::parse(given).ok().filter(|url| {
            matches!(url.scheme(), "http" | "https")
                && url.has_host()
                && url.query().is_none()
                && url.fragment().is_none()
        });
        if url.is_none() && !given.is_empty() {
            problems.push("  server.public_url is not an absolute http or https address without query: write one such as https://directory.example".to_owned());
        }
        // As the URL standard writes it, it can be put into JSON as it is.
        let public_url = url.map_or_else(String::new, |url| url.as_str().trim_end_matches('/').to_owned());
        self.server.public_url = public_url;
        if self.database.max_connections < 2 {
            problems.push("  database.max_connections is less than 2: the server reads while it writes".to_owned());
        }
        let contact = &self.server.corrections_contact;
        if !contact.is_empty()
            && !url::Url::parse(contact).is_ok_and(|url| matches!(url.scheme(), "https" | "http" | "mailto"))
        {
            problems.push(
                "  server.corrections_contact is no address: write one that begins with https: or mailto:".to_owned(),
            );
        }
        problems.extend(self.site.problems());
        if let Err(error) = self.log.level.parse::<tracing_subscriber::filter::Targets>() {
            problems.push(format!("  log.level cannot be read: {error}"));
        }
        if problems.is_empty() { Ok(self) } else { Err(SettingsError(problems)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment(pairs: &[(&str, &str)]) -> Environment {
        let map = pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        Environment::with_prefix("LEADERSHIP_DIRECTORY").source(Some(map))
    }

    #[test]
    fn each_layer_stands_over_the_one_before() {
        let file = tempfile::Builder::new().suffix(".toml").tempfile().expect("a file");
        std::fs::write(file.path(), "[server]\nlisten = \"127.0.0.1:1\"\nworkers = 3\n").expect("written");
        let environment = environment(&[
            ("LEADERSHIP_DIRECTORY__SERVER__LISTEN", "127.0.0.1:2"),
            ("LEADERSHIP_DIRECTORY__DATABASE__MAX_CONNECTIONS", "7"),
        ]);
        let flags = Flags { listen: Some("127.0.0.1:3".to_owned()), ..Flags::default() };
        let settings = Settings::read_with(Some(file.path()), &flags, environment).expect("good settings");
        assert_eq!(settings.server.listen.port(), 3);
        assert_eq!(settings.server.workers, 3);
        assert_eq!(settings.database.max_connections, 7);
        assert_eq!(settings.database.url.reveal(), "sqlite://leadership-directory.db");
        assert!(!format!("{settings:?}").contains("sqlite"), "the address may hold a password");
    }

    #[test]
    fn unknown_keys_and_bad_values_are_refused() {
        let read = |pairs: &[(&str, &str)]| Settings::read_with(None, &Flags::default(), environment(pairs));
        assert!(read(&[("LEADERSHIP_DIRECTORY__SERVER__LISTN", "x")]).is_err());
        let error = read(&[
            ("LEADERSHIP_DIRECTORY__SERVER__PUBLIC_URL", "ftp://x"),
            ("LEADERSHIP_DIRECTORY__DATABASE__MAX_CONNECTIONS", "1"),
        ]);
        assert_eq!(error.expect_err("two problems").0.len(), 2);
    }
}
