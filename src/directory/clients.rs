//! The systems that may ask for tokens, kept in memory: no request waits for the database to say who asks.

use std::collections::HashMap;
use std::sync::Arc;

use uuid::Uuid;

use super::{Directory, moment};
use crate::store::{ClientRow, Store, StoreError, hash};

/// The hashes of the secrets of those that may ask, by their ids.
pub(super) type Clients = HashMap<String, Arc<str>>;

/// Makes a client that may ask from now on, and its secret, which is kept nowhere.
#[must_use]
pub fn new_client(name: &str, now: jiff::Timestamp) -> (ClientRow, String) {
    // 244 random bits of the operating system: nothing that a slow hash would have to protect from guessing.
    let secret = format!("{}{}", Uuid::new_v4().simple(), Uuid::new_v4().simple());
    let client = ClientRow {
        id: Uuid::new_v4().to_string(),
        name: name.to_owned(),
        secret_hash: hash(&[&secret]),
        created_at: moment(now),
        revoked_at: String::new(),
    };
    (client, secret)
}

/// Reads who may ask.
pub(super) async fn read_clients(store: &Store) -> Result<Clients, StoreError> {
    let clients = store.clients().await?.into_iter().filter(|client| client.revoked_at.is_empty());
    Ok(clients.map(|client| (client.id, client.secret_hash.into())).collect())
}

impl Directory {
    /// The hash of the secret of a client that may ask; none where there is no such client, or none any more.
    ///
    /// # Errors
    /// As the database fails, where it has to be asked about a client that this process has not heard of yet.
    pub async fn secret_hash(&self, client_id: &str) -> Result<Option<Arc<str>>, StoreError> {
        let known = self.clients.load().get(client_id).cloned();
        // An id that nobody can have been given is asked for nowhere.
        if known.is_some() || Uuid::try_parse(client_id).is_err() {
            return Ok(known);
        }
        self.look_for_clients().await?;
        Ok(self.clients.load().get(client_id).cloned())
    }

    /// Sees who may ask by now.
    pub(super) async fn look_for_clients(&self) -> Result<(), StoreError> {
        let look = async {
            let clients = read_clients(&self.store).await?;
            self.clients.store(Arc::new(clients));
            Ok(())
        };
        self.looked_for_clients.ask(look).await
    }
}
