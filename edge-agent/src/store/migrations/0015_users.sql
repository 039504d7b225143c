-- Users with roles and second factors, tokens for scripts, and what a deed changed. Times are microseconds since 1970.

ALTER TABLE admin ADD COLUMN role TEXT NOT NULL DEFAULT 'owner';
ALTER TABLE admin ADD COLUMN factor BLOB;                        -- sealed secret of the authenticator; NULL without
ALTER TABLE admin ADD COLUMN factor_step INTEGER NOT NULL DEFAULT 0; -- the last code's, which is not taken again
ALTER TABLE admin ADD COLUMN version INTEGER NOT NULL DEFAULT 1; -- counts changes, so that none is overwritten unread

CREATE TABLE recovery_code (
    admin INTEGER NOT NULL REFERENCES admin (id) ON DELETE CASCADE,
    hash  BLOB    NOT NULL,
    PRIMARY KEY (admin, hash)
) STRICT, WITHOUT ROWID;

CREATE TABLE api_token (
    hash       BLOB PRIMARY KEY,   -- BLAKE3 of the secret
    id         TEXT NOT NULL UNIQUE,
    name       TEXT NOT NULL,
    role       TEXT NOT NULL,
    created_by TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    last_used  INTEGER
) STRICT, WITHOUT ROWID;

ALTER TABLE activity ADD COLUMN was TEXT; -- what was before, where a deed changed something
ALTER TABLE activity ADD COLUMN became TEXT;
