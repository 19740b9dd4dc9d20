-- One dialect for SQLite and PostgreSQL: TEXT, BIGINT, INTEGER; moments as RFC 3339 text; JSON as text.

-- The last number of the change sequence, and the hash that chains it to all before it. Whoever
-- changes the directory locks this row first, so numbers are seen in order and without gaps.
CREATE TABLE directory (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    change_number BIGINT NOT NULL,
    chain TEXT NOT NULL,
    committed_at TEXT NOT NULL,
    -- The hash of the shipped catalogue that was last brought in.
    shipped TEXT NOT NULL
);

-- What changed, when, by whom and why. Never updated, never deleted. The body is that of the entry or
-- term after the change; a retirement's says why it was retired and what took its place.
CREATE TABLE history (
    change_number BIGINT PRIMARY KEY,
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    uid TEXT NOT NULL,
    operation TEXT NOT NULL,
    body TEXT NOT NULL,
    actor TEXT NOT NULL,
    reason TEXT NOT NULL,
    at TEXT NOT NULL,
    chain TEXT NOT NULL
);
CREATE INDEX history_of_entry ON history (uid, change_number);

CREATE TABLE term (
    scheme TEXT NOT NULL,
    code TEXT NOT NULL,
    body TEXT NOT NULL,
    change_number BIGINT NOT NULL,
    -- The hash of the shipped body, where this binary or an earlier one shipped the term.
    shipped TEXT NOT NULL,
    PRIMARY KEY (scheme, code)
);
CREATE INDEX term_in_order ON term (change_number);

CREATE TABLE entry (
    uid TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('current', 'retired')),
    body TEXT NOT NULL,
    version BIGINT NOT NULL,
    change_number BIGINT NOT NULL,
    created_at TEXT NOT NULL,
    modified_at TEXT NOT NULL,
    -- When and why it was retired and what took its place; empty while current.
    retired_at TEXT NOT NULL,
    retired_because TEXT NOT NULL,
    replaced_by TEXT NOT NULL,
    -- The hash of the shipped body, where this binary or an earlier one shipped the entry.
    shipped TEXT NOT NULL,
    UNIQUE (kind, id)
);
CREATE INDEX entry_in_order ON entry (change_number);

-- Every slug an entry ever had. A slug is never given to another entry.
CREATE TABLE slug (
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    uid TEXT NOT NULL REFERENCES entry (uid) DEFERRABLE INITIALLY DEFERRED,
    PRIMARY KEY (kind, id)
);

-- The terms and entries that bodies name, so that the database itself refuses a dangling one.
CREATE TABLE entry_term (
    uid TEXT NOT NULL REFERENCES entry (uid) DEFERRABLE INITIALLY DEFERRED,
    pointer TEXT NOT NULL,
    scheme TEXT NOT NULL,
    code TEXT NOT NULL,
    PRIMARY KEY (uid, pointer),
    FOREIGN KEY (scheme, code) REFERENCES term (scheme, code) DEFERRABLE INITIALLY DEFERRED
);
CREATE INDEX entry_by_term ON entry_term (scheme, code);

CREATE TABLE entry_reference (
    uid TEXT NOT NULL REFERENCES entry (uid) DEFERRABLE INITIALLY DEFERRED,
    pointer TEXT NOT NULL,
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    PRIMARY KEY (uid, pointer),
    FOREIGN KEY (kind, id) REFERENCES entry (kind, id) DEFERRABLE INITIALLY DEFERRED
);
CREATE INDEX entry_by_reference ON entry_reference (kind, id);
