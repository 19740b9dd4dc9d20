//! `clients create`, `clients list` and `clients revoke`

use std::process::ExitCode;

use clap::{Args, Subcommand};

use super::{Common, block_on, fail, print, tell};
use crate::directory::{moment, new_client};
use crate::store::{Store, StoreError};

/// The longest name of a client, in characters.
const LONGEST_NAME: usize = 100;

/// Manage the systems that may ask for tokens, for OneRoster
#[derive(Debug, Args)]
pub(super) struct Clients {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Make a client, and print its id and its secret, which is shown this once
    Create {
        /// What people call it, such as the name of the learning system
        #[arg(long, value_name = "NAME", value_parser = name)]
        name: String,
    },
    /// List the clients, revoked ones too
    List,
    /// Refuse a client from now on, within a second wherever the directory is served and the database answers
    Revoke {
        /// Its id
        #[arg(value_name = "CLIENT_ID")]
        id: String,
    },
}

/// A name is one line that can be read.
fn name(text: &str) -> Result<String, String> {
    let text = text.trim();
    let length = text.chars().count();
    if length == 0 || length > LONGEST_NAME || text.chars().any(char::is_control) {
        return Err(format!("a name has 1 to {LONGEST_NAME} characters, on one line"));
    }
    Ok(text.to_owned())
}

impl Clients {
    pub(super) fn run(self, common: &Common) -> ExitCode {
        let settings = match common.settings() {
            Ok(settings) => settings,
            Err(code) => return code,
        };
        let done = block_on(async {
            let store = Store::open_existing(settings.database.url.reveal(), settings.database.max_connections).await?;
            let done = self.action.run(&store).await;
            store.close().await;
            done
        });
        match done {
            Ok(Ok(code)) => code,
            Ok(Err(error)) => fail(error),
            Err(error) => fail(error),
        }
    }
}

impl Action {
    async fn run(self, store: &Store) -> Result<ExitCode, StoreError> {
        let now = jiff::Timestamp::now();
        match self {
            Self::Create { name } => {
                let (client, secret) = new_client(&name, now);
                store.create_client(&client).await?;
                tell("Keep the secret: it is not shown again.");
                Ok(print(&format!("client_id {}\nclient_secret {secret}\n", client.id)))
            }
            Self::List => {
                let clients = store.clients().await?;
                let line = |client: &crate::store::ClientRow| {
                    let state = match client.revoked_at.as_str() {
                        "" => String::new(),
                        at => format!("  revoked {at}"),
                    };
                    format!("{}  made {}  {}{state}\n", client.id, client.created_at, client.name)
                };
                let many = if clients.len() == 1 { "client" } else { "clients" };
                tell(&format!("{} {many}", clients.len()));
                Ok(print(&clients.iter().map(line).collect::<String>()))
            }
            Self::Revoke { id } => {
                if store.revoke_client(&id, &moment(now)).await? {
                    tell("The client is refused from now on.");
                    return Ok(ExitCode::SUCCESS);
                }
                Ok(fail(format!("there is no client {id}: `clients list` shows those that there are")))
            }
        }
    }
}
