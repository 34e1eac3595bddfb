-- Settings, numbers, journal.

-- name: meta_get
SELECT value FROM meta WHERE key = $1;

-- name: meta_set
INSERT INTO meta(key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value;

-- name: counter_take
UPDATE counter SET last = last + $2 WHERE name = $1 AND last + $2 <= 4294967295 RETURNING last;

-- name: event_add
INSERT INTO event(at_us, who, what, object, detail) VALUES ($1, $2, $3, $4, $5);

-- name: event_newest_of
SELECT id, at_us, who, what, object, detail FROM event WHERE what = $2 ORDER BY id DESC LIMIT $1;

-- name: event_newest
SELECT id, at_us, who, what, object, detail FROM event ORDER BY id DESC LIMIT $1;

-- name: event_first
SELECT at_us FROM event WHERE what = $1 AND object = $2 ORDER BY id LIMIT 1;

-- name: upgrade_2_end
PRAGMA user_version = 3;
