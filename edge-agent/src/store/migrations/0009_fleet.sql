-- What is known of hubs beyond their plans. Instants are microseconds since 1970.

ALTER TABLE hubs ADD COLUMN connects INTEGER NOT NULL DEFAULT 0; -- how often it has called
ALTER TABLE hubs ADD COLUMN active_pin BLOB;                     -- the agent's keys that it has pinned
ALTER TABLE hubs ADD COLUMN standby_pin BLOB;

ALTER TABLE displays ADD COLUMN refreshes INTEGER NOT NULL DEFAULT 0; -- changes of the glass that were reported

-- How batteries drain: a row now and then.
CREATE TABLE display_power (
    display   TEXT NOT NULL REFERENCES displays (id) ON DELETE CASCADE,
    at        INTEGER NOT NULL,
    percent   INTEGER NOT NULL,
    refreshes INTEGER NOT NULL, -- of the display, then
    PRIMARY KEY (display, at)
) STRICT;

-- Up to which press of a button each program of a hub has been taken down.
CREATE TABLE hub_presses (
    hub      TEXT NOT NULL REFERENCES hubs (id) ON DELETE CASCADE,
    boot     BLOB NOT NULL,
    sequence INTEGER NOT NULL,
    at       INTEGER NOT NULL,
    PRIMARY KEY (hub, boot)
) STRICT;

-- Which copy of the agent this database served last.
CREATE TABLE copy (
    only          INTEGER PRIMARY KEY CHECK (only = 1),
    instance      BLOB NOT NULL,
    may_claim     INTEGER NOT NULL, -- whether it may take a place from another copy, once
    passive_since INTEGER           -- when it gave way to another copy; NULL while it serves
) STRICT;
