-- Whether a sign says that its battery is low. It is kept, because the way back is longer than the way there: a battery
-- that swings around the mark must not have the sign redrawn each time.

ALTER TABLE displays ADD COLUMN battery_low INTEGER NOT NULL DEFAULT 0;

UPDATE displays SET battery_low = 1 WHERE
    (SELECT percent FROM display_power WHERE display = id ORDER BY at DESC LIMIT 1) < 15;
