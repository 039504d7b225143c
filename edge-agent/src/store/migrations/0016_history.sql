-- What each glass showed. Instants are microseconds since 1970.

CREATE TABLE history (
    id           INTEGER PRIMARY KEY,
    display      TEXT NOT NULL REFERENCES displays (id) ON DELETE CASCADE,
    at           INTEGER NOT NULL, -- the hub's clock
    frame        BLOB NOT NULL,
    marked_since INTEGER           -- the mark on the glass; NULL for none
) STRICT;

CREATE INDEX history_of_display ON history (display, id);
CREATE INDEX history_of_frame ON history (frame);
CREATE INDEX history_by_age ON history (at);
