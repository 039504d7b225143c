-- What each frame of a plan was drawn from, so that a new plan takes over the frames that it shares with the one before.

ALTER TABLE plan_steps ADD COLUMN drawing BLOB; -- NULL for steps that an older version stored
