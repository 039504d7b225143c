-- Hubs, their displays, what each display shall show, and what became of it.
-- Instants are microseconds since 1970. Frame hashes are 32 bytes.

CREATE TABLE hubs (
    id        TEXT PRIMARY KEY, -- hash of its public key: the pin
    name      TEXT NOT NULL,
    version   TEXT,
    address   TEXT,             -- where it last called from
    paired_at INTEGER NOT NULL,
    last_seen INTEGER
) STRICT;

CREATE TABLE displays (
    id           TEXT PRIMARY KEY,
    hub          TEXT NOT NULL REFERENCES hubs (id) ON DELETE CASCADE,
    key          TEXT NOT NULL, -- the hub's name for it
    panel        TEXT NOT NULL,
    room         TEXT REFERENCES rooms (id) ON DELETE SET NULL,
    shown_frame  BLOB,          -- without the mark; NULL while nothing is known of the glass
    shown_at     INTEGER,
    marked_since INTEGER,       -- the mark on the glass; NULL for none
    problem      TEXT,          -- what the hub said went wrong; NULL once something was shown again
    UNIQUE (hub, key)
) STRICT;

CREATE INDEX displays_of_room ON displays (room);

-- Every frame that a plan names or a glass shows, once.
CREATE TABLE frames (
    hash     BLOB PRIMARY KEY,
    width    INTEGER NOT NULL,
    height   INTEGER NOT NULL,
    length   INTEGER NOT NULL, -- bytes of the rows
    encoding INTEGER NOT NULL, -- of hub-link
    payload  BLOB NOT NULL
) STRICT;

-- What each display shall show: the newest plan, with its generation.
CREATE TABLE plans (
    display TEXT PRIMARY KEY REFERENCES displays (id) ON DELETE CASCADE,
    room    TEXT, -- whose state it shows; NULL for a notice
    epoch   INTEGER NOT NULL,
    counter INTEGER NOT NULL
) STRICT;

CREATE TABLE plan_steps (
    display TEXT NOT NULL REFERENCES plans (display) ON DELETE CASCADE,
    from_at INTEGER NOT NULL,
    frame   BLOB NOT NULL REFERENCES frames (hash),
    PRIMARY KEY (display, from_at)
) STRICT;

CREATE INDEX plan_steps_of_frame ON plan_steps (frame);

-- The newest generation that was given out.
CREATE TABLE generation (
    only    INTEGER PRIMARY KEY CHECK (only = 1),
    epoch   INTEGER NOT NULL,
    counter INTEGER NOT NULL
) STRICT;

INSERT INTO generation VALUES (1, 1, 0);

-- One change on its way to one glass. Open until displayed_at is known.
CREATE TABLE receipts (
    id           INTEGER PRIMARY KEY,
    display      TEXT NOT NULL REFERENCES displays (id) ON DELETE CASCADE,
    room         TEXT,
    epoch        INTEGER NOT NULL,
    counter      INTEGER NOT NULL,
    frame        BLOB NOT NULL,
    webhook_at   INTEGER,
    hint_at      INTEGER,
    listed_at    INTEGER,
    rendered_at  INTEGER NOT NULL,
    stored_at    INTEGER,
    displayed_at INTEGER
) STRICT;

CREATE INDEX receipts_of_display ON receipts (display, displayed_at);
