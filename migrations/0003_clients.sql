-- The systems that may ask for tokens. Of a secret only the hash is kept; tokens are made with it, so it is to be kept
-- like a password.
CREATE TABLE client (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    secret_hash TEXT NOT NULL,
    created_at TEXT NOT NULL,
    -- When it was revoked; empty while it may ask.
    revoked_at TEXT NOT NULL
);
