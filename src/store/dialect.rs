//! The few statements in which SQLite and PostgreSQL differ.

/// The engine that keeps a directory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// An embedded SQLite file.
    Sqlite,
    /// A PostgreSQL server.
    Postgres,
}

/// One statement in both dialects.
#[derive(Debug, Clone, Copy)]
pub(super) struct Statement {
    sqlite: &'static str,
    postgres: &'static str,
}

impl Statement {
    /// The statement in a dialect.
    pub(super) const fn of(self, dialect: Dialect) -> &'static str {
        match dialect {
            Dialect::Sqlite => self.sqlite,
            Dialect::Postgres => self.postgres,
        }
    }
}

/// Begins a transaction that will write. SQLite takes its write lock now: a lock taken later, by a
/// reader that begins to write, fails at once instead of waiting.
pub(super) const BEGIN_WRITE: Statement = Statement { sqlite: "BEGIN IMMEDIATE", postgres: "BEGIN" };

/// Begins a transaction that sees one state of the database throughout.
pub(super) const BEGIN_READ: Statement =
    Statement { sqlite: "BEGIN", postgres: "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY" };

/// Keeps two processes from migrating one database at once. SQLite's write lock does that already.
pub(super) const LOCK_MIGRATION: Statement =
    Statement { sqlite: "SELECT 1", postgres: "SELECT 1 FROM (SELECT pg_advisory_xact_lock(7161636861)) AS held" };

/// How many tables and views of other people there are.
pub(super) const COUNT_TABLES: Statement = Statement {
    sqlite: "SELECT COUNT(*) FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'",
    postgres: "SELECT COUNT(*) FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'v', 'm', 'p', 'f')",
};

/// Whether our table of migrations is there.
pub(super) const HAS_MIGRATIONS: Statement = Statement {
    sqlite: "SELECT COUNT(*) FROM sqlite_master WHERE type = 'table' AND name = 'leadership_directory_migration'",
    postgres: "SELECT COUNT(*) FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r' AND relname = 'leadership_directory_migration'",
};

pub(super) const SELECT_CURRENT: Statement = Statement {
    sqlite: "SELECT e.uid, e.kind, e.id, e.state, e.body, e.version, e.change_number, e.created_at, e.shipped, e.retired_at, e.retired_because, e.replaced_by, e.modified_at \
             FROM json_each($1) AS r JOIN entry AS e ON e.kind = json_extract(r.value, '$[0]') AND e.id = json_extract(r.value, '$[1]')",
    postgres: "SELECT e.uid, e.kind, e.id, e.state, e.body, e.version, e.change_number, e.created_at, e.shipped, e.retired_at, e.retired_because, e.replaced_by, e.modified_at \
             FROM json_array_elements($1::json) AS r JOIN entry AS e ON e.kind = r.value->>0 AND e.id = r.value->>1",
};

pub(super) const SELECT_STANDING: &str = "SELECT uid, kind, id, state, body, version, change_number, created_at, shipped, retired_at, retired_because, replaced_by, modified_at \
     FROM entry WHERE change_number > $1 AND change_number <= $2 AND state = 'current' ORDER BY change_number LIMIT $3";

pub(super) const SELECT_SLUGS: Statement = Statement {
    sqlite: "SELECT s.kind, s.id, s.uid FROM json_each($1) AS r \
             JOIN slug AS s ON s.kind = json_extract(r.value, '$[0]') AND s.id = json_extract(r.value, '$[1]')",
    postgres: "SELECT s.kind, s.id, s.uid FROM json_array_elements($1::json) AS r \
             JOIN slug AS s ON s.kind = r.value->>0 AND s.id = r.value->>1",
};

pub(super) const INSERT_HISTORY: Statement = Statement {
    sqlite: "INSERT INTO history (change_number, kind, id, uid, operation, body, actor, reason, at, chain) \
             SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]'), json_extract(value, '$[2]'), json_extract(value, '$[3]'), \
             json_extract(value, '$[4]'), json_extract(value, '$[5]'), $2, $3, $4, json_extract(value, '$[6]') FROM json_each($1)",
    postgres: "INSERT INTO history (change_number, kind, id, uid, operation, body, actor, reason, at, chain) \
             SELECT (value->>0)::bigint, value->>1, value->>2, value->>3, value->>4, value->>5, $2, $3, $4, value->>6 \
             FROM json_array_elements($1::json)",
};

pub(super) const UPSERT_ENTRY: Statement = Statement {
    sqlite: "INSERT INTO entry (uid, kind, id, state, body, version, change_number, created_at, modified_at, retired_at, retired_because, replaced_by, shipped) \
             SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]'), json_extract(value, '$[2]'), json_extract(value, '$[3]'), \
             json_extract(value, '$[4]'), json_extract(value, '$[5]'), json_extract(value, '$[6]'), json_extract(value, '$[7]'), $2, \
             json_extract(value, '$[8]'), json_extract(value, '$[9]'), json_extract(value, '$[10]'), json_extract(value, '$[11]') FROM json_each($1) WHERE true \
             ON CONFLICT (uid) DO UPDATE SET id = excluded.id, state = excluded.state, body = excluded.body, version = excluded.version, \
             change_number = excluded.change_number, modified_at = excluded.modified_at, retired_at = excluded.retired_at, retired_because = excluded.retired_because, \
             replaced_by = excluded.replaced_by, shipped = excluded.shipped",
    postgres: "INSERT INTO entry (uid, kind, id, state, body, version, change_number, created_at, modified_at, retired_at, retired_because, replaced_by, shipped) \
             SELECT value->>0, value->>1, value->>2, value->>3, value->>4, (value->>5)::bigint, (value->>6)::bigint, value->>7, $2, \
             value->>8, value->>9, value->>10, value->>11 FROM json_array_elements($1::json) WHERE true \
             ON CONFLICT (uid) DO UPDATE SET id = excluded.id, state = excluded.state, body = excluded.body, version = excluded.version, \
             change_number = excluded.change_number, modified_at = excluded.modified_at, retired_at = excluded.retired_at, retired_because = excluded.retired_because, \
             replaced_by = excluded.replaced_by, shipped = excluded.shipped",
};

pub(super) const INSERT_SLUGS: Statement = Statement {
    sqlite: "INSERT INTO slug (kind, id, uid) SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]'), json_extract(value, '$[2]') \
             FROM json_each($1) WHERE true ON CONFLICT (kind, id) DO NOTHING",
    postgres: "INSERT INTO slug (kind, id, uid) SELECT value->>0, value->>1, value->>2 \
             FROM json_array_elements($1::json) WHERE true ON CONFLICT (kind, id) DO NOTHING",
};

pub(super) const DELETE_TERMS_OF: Statement = Statement {
    sqlite: "DELETE FROM entry_term WHERE uid IN (SELECT value FROM json_each($1))",
    postgres: "DELETE FROM entry_term WHERE uid IN (SELECT json_array_elements_text($1::json))",
};

pub(super) const DELETE_REFERENCES_OF: Statement = Statement {
    sqlite: "DELETE FROM entry_reference WHERE uid IN (SELECT value FROM json_each($1))",
    postgres: "DELETE FROM entry_reference WHERE uid IN (SELECT json_array_elements_text($1::json))",
};

pub(super) const INSERT_ENTRY_TERMS: Statement = Statement {
    sqlite: "INSERT INTO entry_term (uid, pointer, scheme, code) SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]'), \
             json_extract(value, '$[2]'), json_extract(value, '$[3]') FROM json_each($1)",
    postgres: "INSERT INTO entry_term (uid, pointer, scheme, code) SELECT value->>0, value->>1, value->>2, value->>3 \
             FROM json_array_elements($1::json)",
};

pub(super) const INSERT_ENTRY_REFERENCES: Statement = Statement {
    sqlite: "INSERT INTO entry_reference (uid, pointer, kind, id) SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]'), \
             json_extract(value, '$[2]'), json_extract(value, '$[3]') FROM json_each($1)",
    postgres: "INSERT INTO entry_reference (uid, pointer, kind, id) SELECT value->>0, value->>1, value->>2, value->>3 \
             FROM json_array_elements($1::json)",
};
