//! The systems that may ask for tokens. They are no part of the directory: the change sequence does not know them.

use sqlx::Row as _;

use super::{Store, StoreError};

/// A system that may ask for tokens, or might.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientRow {
    /// Its id.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// The hash of its secret.
    pub secret_hash: String,
    /// When it was made.
    pub created_at: String,
    /// When it was revoked; empty while it may ask.
    pub revoked_at: String,
}

impl Store {
    /// Adds a client.
    ///
    /// # Errors
    /// As the database fails.
    pub async fn create_client(&self, client: &ClientRow) -> Result<(), StoreError> {
        sqlx::query("INSERT INTO client (id, name, secret_hash, created_at, revoked_at) VALUES ($1, $2, $3, $4, $5)")
            .bind(&client.id)
            .bind(&client.name)
            .bind(&client.secret_hash)
            .bind(&client.created_at)
            .bind(&client.revoked_at)
            .execute(self.pool())
            .await?;
        Ok(())
    }

    /// Every client, revoked ones too, in the order they were made.
    ///
    /// # Errors
    /// As the database fails.
    pub async fn clients(&self) -> Result<Vec<ClientRow>, StoreError> {
        let statement = "SELECT id, name, secret_hash, created_at, revoked_at FROM client ORDER BY created_at, id";
        let rows = sqlx::query(statement).fetch_all(self.pool()).await?;
        let clients = rows.iter().map(|row| {
            Ok(ClientRow {
                id: row.try_get(0)?,
                name: row.try_get(1)?,
                secret_hash: row.try_get(2)?,
                created_at: row.try_get(3)?,
                revoked_at: row.try_get(4)?,
            })
        });
        clients.collect()
    }

    /// Revokes a client; tells whether there is one. Revoked again, it keeps the moment it was revoked first.
    ///
    /// # Errors
    /// As the database fails.
    pub async fn revoke_client(&self, id: &str, now: &str) -> Result<bool, StoreError> {
        let statement =
            "UPDATE client SET revoked_at = CASE WHEN revoked_at = '' THEN $2 ELSE revoked_at END WHERE id = $1";
        Ok(sqlx::query(statement).bind(id).bind(now).execute(self.pool()).await?.rows_affected() == 1)
    }
}
