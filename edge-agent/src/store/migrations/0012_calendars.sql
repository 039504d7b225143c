-- What administrators have entered of a room, and rooms that were added by their address.
ALTER TABLE rooms ADD COLUMN building TEXT;
ALTER TABLE rooms ADD COLUMN floor TEXT;
ALTER TABLE rooms ADD COLUMN capacity INTEGER;
ALTER TABLE rooms ADD COLUMN added INTEGER NOT NULL DEFAULT 0; -- kept although it is on no list

-- A channel may be about an account's list of calendars, too.
CREATE TABLE channels (
    id          TEXT PRIMARY KEY,
    room        TEXT REFERENCES rooms (id) ON DELETE CASCADE, -- NULL: the account's list of calendars
    account     TEXT NOT NULL,
    address     TEXT NOT NULL,
    resource_id TEXT,    -- NULL until Google has answered
    expires_at  INTEGER NOT NULL,
    renew_at    INTEGER NOT NULL, -- when the next one is to be opened
    retired     INTEGER NOT NULL DEFAULT 0, -- to be stopped
    key_version INTEGER NOT NULL DEFAULT 1
) STRICT;

INSERT INTO channels (id, room, account, address, resource_id, expires_at, renew_at, retired, key_version)
SELECT id, room, account, address, resource_id, expires_at, renew_at, retired, key_version FROM watch_channels;

DROP TABLE watch_channels;
ALTER TABLE channels RENAME TO watch_channels;
CREATE INDEX watch_channels_of_room ON watch_channels (room);
