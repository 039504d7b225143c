-- Names of organisers, as the organisation's directory has them.
CREATE TABLE people (
    address      TEXT PRIMARY KEY, -- lower case
    name         TEXT,             -- NULL: the directory knows nobody of that address
    looked_up_at INTEGER NOT NULL
) STRICT;

ALTER TABLE google_accounts ADD COLUMN directory_problem TEXT; -- why names cannot be looked up; NULL while they can
