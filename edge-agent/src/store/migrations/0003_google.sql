-- Google: the app, the accounts, sign-ins under way, rooms with what was last listed, and watch channels.
-- Instants are microseconds since 1970.

-- The OAuth client that the administrator made in Google's console; at most one.
CREATE TABLE google_app (
    only          INTEGER PRIMARY KEY CHECK (only = 1),
    client_id     TEXT NOT NULL,
    client_secret BLOB NOT NULL, -- sealed
    project       TEXT,
    saved_at      INTEGER NOT NULL
) STRICT;

CREATE TABLE google_accounts (
    id             TEXT PRIMARY KEY,
    subject        TEXT NOT NULL UNIQUE, -- Google's own id of the account; an address can change
    email          TEXT NOT NULL,
    scopes         TEXT NOT NULL,
    refresh_token  BLOB NOT NULL, -- sealed
    access_token   BLOB,          -- sealed
    access_expires INTEGER,
    reconnect      TEXT,          -- why the grant is dead; NULL while it works
    connected_at   INTEGER NOT NULL
) STRICT;

-- Sign-ins that wait for Google's answer, for ten minutes.
CREATE TABLE google_flows (
    id           TEXT PRIMARY KEY,
    cookie_hash  BLOB NOT NULL,
    session_hash BLOB NOT NULL,
    secrets      BLOB NOT NULL, -- sealed: PKCE verifier, nonce, flow key, state
    expires_at   INTEGER NOT NULL,
    progress     TEXT NOT NULL CHECK (progress IN ('open', 'redeeming', 'done'))
) STRICT;

-- Every calendar that an account can see. A room outlives its account, so that reconnecting finds its links again.
CREATE TABLE rooms (
    id              TEXT PRIMARY KEY,
    account         TEXT REFERENCES google_accounts (id) ON DELETE SET NULL,
    calendar_id     TEXT NOT NULL UNIQUE,
    name            TEXT NOT NULL,
    zone            TEXT NOT NULL,
    events          TEXT NOT NULL DEFAULT '[]', -- JSON, the last listed window
    window_start    INTEGER,
    window_end      INTEGER,
    etag            TEXT, -- only when the window came in one page
    verified_at     INTEGER,
    skipped         INTEGER NOT NULL DEFAULT 0, -- events that could not be understood
    skipped_example TEXT,
    problem         TEXT -- why the last list failed; NULL after one that succeeded
) STRICT;

-- Channels that Google posts to. A row is written before Google is asked, so that a notification never comes too early.
CREATE TABLE watch_channels (
    id          TEXT PRIMARY KEY,
    room        TEXT NOT NULL REFERENCES rooms (id) ON DELETE CASCADE,
    account     TEXT NOT NULL,
    address     TEXT NOT NULL,
    resource_id TEXT,    -- NULL until Google has answered
    expires_at  INTEGER NOT NULL,
    renew_at    INTEGER NOT NULL, -- when the next one is to be opened
    retired     INTEGER NOT NULL DEFAULT 0 -- to be stopped
) STRICT;

CREATE INDEX watch_channels_of_room ON watch_channels (room);
