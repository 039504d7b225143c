-- Who may use the portal, who is signed in, and who did what. Times are microseconds since 1970, UTC.

CREATE TABLE admin (
    id            INTEGER PRIMARY KEY,
    name          TEXT    NOT NULL UNIQUE COLLATE NOCASE,
    password_hash TEXT    NOT NULL,             -- PHC string
    created_at    INTEGER NOT NULL
) STRICT;

CREATE TABLE session (
    token_hash BLOB    PRIMARY KEY,             -- BLAKE3 of the 256-bit token in the cookie
    admin      INTEGER NOT NULL REFERENCES admin (id) ON DELETE CASCADE,
    created_at INTEGER NOT NULL,
    last_seen  INTEGER NOT NULL,
    address    TEXT    NOT NULL,
    user_agent TEXT    NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE activity (
    id      INTEGER PRIMARY KEY,
    at      INTEGER NOT NULL,
    who     TEXT    NOT NULL,
    action  TEXT    NOT NULL,
    subject TEXT    NOT NULL,
    address TEXT,
    chain   BLOB    NOT NULL                    -- BLAKE3 over the previous row's chain and this row's fields
) STRICT;

-- What the portal settles once, such as its port.
CREATE TABLE portal_setting (
    key   TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
