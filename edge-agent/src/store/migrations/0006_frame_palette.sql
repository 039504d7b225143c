-- Frames of panels with colours: frame's number of the palette. Frames before it were black and white.
ALTER TABLE frames ADD COLUMN palette INTEGER NOT NULL DEFAULT 1;
