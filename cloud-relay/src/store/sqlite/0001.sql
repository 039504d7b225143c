-- Mirrors the DynamoDB table: META, CONN, CH# and OA# of an agent, and the used invites. Times are microseconds since 1970.
CREATE TABLE agents (
    agent       TEXT PRIMARY KEY,
    public_key  BLOB    NOT NULL,
    epoch       INTEGER NOT NULL,
    instance    TEXT    NOT NULL,
    origins     TEXT    NOT NULL DEFAULT '[]', -- JSON
    last_origin INTEGER NOT NULL DEFAULT 0,
    connection  TEXT,
    conn_epoch  INTEGER NOT NULL DEFAULT 0,
    connected   INTEGER
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX agents_by_connection ON agents (connection) WHERE connection IS NOT NULL;

CREATE TABLE inbox (
    agent    TEXT    NOT NULL,
    key      TEXT    NOT NULL, -- CH#channel or OA#state hash
    number   INTEGER,
    state    TEXT,
    sealed   BLOB,             -- NULL once acknowledged
    received INTEGER NOT NULL,
    expires  INTEGER NOT NULL,
    PRIMARY KEY (agent, key)
) STRICT, WITHOUT ROWID;

CREATE INDEX inbox_by_expiry ON inbox (expires);

CREATE TABLE invites (
    nonce      BLOB PRIMARY KEY,
    agent      TEXT NOT NULL,
    public_key BLOB NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE host_owner (
    one   INTEGER PRIMARY KEY CHECK (one = 1),
    agent TEXT NOT NULL
) STRICT;
