-- What displays are set to, layouts of the building's own, announcements, and pictures.
-- Instants are microseconds since 1970.

ALTER TABLE displays ADD COLUMN settings TEXT NOT NULL DEFAULT '{}'; -- JSON as on the API
ALTER TABLE rooms ADD COLUMN settings TEXT NOT NULL DEFAULT '{}';    -- JSON as on the API

-- The part of what a frame says that is worth a refresh in quiet hours; NULL for steps that an older version stored.
ALTER TABLE plan_steps ADD COLUMN gist BLOB;

-- The rooms that displays list by their settings, to be looked up by room.
CREATE TABLE directory_rooms (
    display TEXT NOT NULL REFERENCES displays (id) ON DELETE CASCADE,
    room    TEXT NOT NULL REFERENCES rooms (id) ON DELETE CASCADE,
    PRIMARY KEY (display, room)
) STRICT;

CREATE INDEX directory_rooms_of_room ON directory_rooms (room);

CREATE TABLE layouts (
    id       TEXT PRIMARY KEY,
    name     TEXT NOT NULL,
    document TEXT NOT NULL,
    version  INTEGER NOT NULL, -- counts the saves
    saved_at INTEGER NOT NULL
) STRICT;

CREATE TABLE announcements (
    id    TEXT PRIMARY KEY,
    title TEXT NOT NULL,
    text  TEXT NOT NULL,
    until INTEGER NOT NULL
) STRICT;

CREATE TABLE announcement_displays (
    announcement TEXT NOT NULL REFERENCES announcements (id) ON DELETE CASCADE,
    display      TEXT NOT NULL REFERENCES displays (id) ON DELETE CASCADE,
    PRIMARY KEY (announcement, display)
) STRICT;

CREATE INDEX announcements_of_display ON announcement_displays (display);

-- The picture of a display that shows one.
CREATE TABLE pictures (
    display TEXT PRIMARY KEY REFERENCES displays (id) ON DELETE CASCADE,
    file    BLOB NOT NULL
) STRICT;

-- Images that layouts name by address.
CREATE TABLE web_images (
    uri        TEXT PRIMARY KEY,
    file       BLOB,            -- NULL while none has come
    tried_at   INTEGER NOT NULL,
    problem    TEXT             -- why the last try failed; NULL after one that succeeded
) STRICT;
