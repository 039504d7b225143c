-- The way out, as an admin set it: one row, or none.
CREATE TABLE outbound (
    one         INTEGER PRIMARY KEY CHECK (one = 1),
    proxy       TEXT, -- its address, without name and password; NULL for none
    direct      TEXT NOT NULL DEFAULT '[]', -- JSON: hosts that are reached without it
    credentials BLOB, -- sealed JSON: the proxy's user and password
    authorities TEXT  -- PEM: certificate authorities to believe besides the machine's
) STRICT;

-- Which running copy the enrolment is used by. NULL: enrolled before copies were told apart.
ALTER TABLE relay_enrolment ADD COLUMN instance TEXT;

-- Sealed seed of the key that takes the place of the agent's own; NULL while none does.
ALTER TABLE relay_enrolment ADD COLUMN next_key BLOB;

-- Which version of the relay's keys a channel's token was made with.
ALTER TABLE watch_channels ADD COLUMN key_version INTEGER NOT NULL DEFAULT 1;
