-- Rotation of keys, operator's decisions, site verification.
ALTER TABLE agents ADD COLUMN next_key BLOB;
ALTER TABLE agents ADD COLUMN status TEXT NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'suspended'));
ALTER TABLE agents ADD COLUMN quota INTEGER;   -- webhooks a minute; NULL: as everybody
ALTER TABLE agents ADD COLUMN seen INTEGER;    -- of its last call, by the quarter of an hour
ALTER TABLE agents ADD COLUMN key_use TEXT;    -- JSON; NULL: has not said

ALTER TABLE inbox ADD COLUMN first INTEGER;    -- when the first unacknowledged notification arrived

CREATE TABLE site (
    one          INTEGER PRIMARY KEY CHECK (one = 1),
    verification TEXT NOT NULL -- JSON
) STRICT;

CREATE TABLE webhooks (
    agent TEXT    NOT NULL,
    hour  INTEGER NOT NULL, -- since 1970
    count INTEGER NOT NULL,
    PRIMARY KEY (agent, hour)
) STRICT, WITHOUT ROWID;

-- What the command line asks the running service to close.
CREATE TABLE to_close (connection TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
