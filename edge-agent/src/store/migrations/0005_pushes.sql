-- Whether Google's announcements arrive, room by room.
ALTER TABLE rooms ADD COLUMN pushed_at INTEGER; -- when the last announcement that led to a list was heard
ALTER TABLE rooms ADD COLUMN missed_pushes INTEGER NOT NULL DEFAULT 0; -- owed by Google and not come
ALTER TABLE rooms ADD COLUMN watch_problem TEXT; -- why no channel could be opened; NULL while one is open
