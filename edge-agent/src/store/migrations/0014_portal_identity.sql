-- The portal's name and certificate as an admin set them: one row, or none.
CREATE TABLE portal_identity (
    only  INTEGER PRIMARY KEY CHECK (only = 1),
    name  TEXT NOT NULL, -- a host name, lowercase
    chain TEXT,          -- PEM: the uploaded certificate and its chain; NULL for one of the agent's own
    key   BLOB           -- sealed PEM: its private key
) STRICT;
