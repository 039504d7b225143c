-- When Google ends an account's grant by itself, as for an app in testing; NULL while it lasts.
ALTER TABLE google_accounts ADD COLUMN ends_at INTEGER;
