-- The relay that this agent is enrolled at: one row, or none.
CREATE TABLE relay_enrolment (
    one         INTEGER PRIMARY KEY CHECK (one = 1),
    agent       TEXT    NOT NULL,
    epoch       INTEGER NOT NULL,
    api_base    TEXT    NOT NULL,
    ws_url      TEXT    NOT NULL,
    public_base TEXT    NOT NULL,
    host_owner  INTEGER NOT NULL,
    secrets     BLOB    NOT NULL, -- sealed JSON: the agent's Ed25519 key, its webhook and state keys
    origins     TEXT    NOT NULL  -- JSON: the portal's addresses as the relay has numbered them
) STRICT;

-- An enrolment that was begun: the key must be on disk before the relay hears of it, so that the call can be repeated.
CREATE TABLE relay_attempt (
    one       INTEGER PRIMARY KEY CHECK (one = 1),
    relay_url TEXT    NOT NULL,
    invite    BLOB    NOT NULL, -- SHA-256 of the invite
    key       BLOB    NOT NULL  -- sealed Ed25519 seed
) STRICT;
