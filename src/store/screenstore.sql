-- Screens and tasks.

-- name: screen_insert
INSERT INTO screen(id, state, as_of, known_at_us, made_us, book_hash, params_hash, summary)
VALUES ($1, 1, $2, $3, $4, $5, $6, '');

-- name: screen_kept_after
SELECT id FROM screen WHERE state = 2 AND as_of > $1 ORDER BY as_of LIMIT 1;

-- name: screen_kept_id
SELECT id FROM screen WHERE state = 2 AND as_of = $1;

-- name: screen_replace
UPDATE screen SET state = 3 WHERE state = 2 AND as_of = $1;

-- name: screen_publish
UPDATE screen SET state = 2, summary = $2 WHERE id = $1 AND state = 1;

-- name: screen_state
SELECT state FROM screen WHERE id = $1;

-- name: screen_remove
DELETE FROM screen WHERE id = $1 AND state = 1;

-- name: screen_staging
SELECT id FROM screen WHERE state = 1 ORDER BY id LIMIT 1;

-- name: screen_with_chunks
SELECT owner FROM chunk WHERE owner_kind = 2 AND owner = $1 LIMIT 1;

-- name: screen_before
SELECT id, state, as_of, known_at_us, made_us, book_hash, params_hash, summary FROM screen
WHERE state = 2 AND as_of < $1 ORDER BY as_of DESC LIMIT 1;

-- name: screen_at
SELECT id, state, as_of, known_at_us, made_us, book_hash, params_hash, summary FROM screen WHERE state = 2 AND
  as_of = $1;

-- name: screen_known_last
SELECT max(known_at_us) FROM screen WHERE state = 2;

-- name: screen_by_id
SELECT id, state, as_of, known_at_us, made_us, book_hash, params_hash, summary FROM screen WHERE state <> 1 AND id = $1;

-- name: screen_list
SELECT id, state, as_of, known_at_us, made_us, book_hash, params_hash, summary FROM screen WHERE state <> 1 ORDER BY id;

-- Rows of tasks are those of format 1 (tasks.c).
-- name: tasks_forget_opened
DELETE FROM task WHERE opened_screen = $1;

-- name: tasks_forget_closed
UPDATE task SET closed_screen = NULL, closed_as_of = NULL WHERE closed_screen = $1;

-- Open tasks, those screen $1 closed among them and those it opened not.
-- name: tasks_open_list
SELECT household_no, opened_screen, opened_as_of, 0, 0 FROM task
WHERE (closed_screen IS NULL OR closed_screen = $1) AND opened_screen <> $1 ORDER BY household_no, id;

-- name: tasks_of_household
SELECT household_no, opened_screen, opened_as_of, closed_screen, closed_as_of FROM task
WHERE household_no = $1 ORDER BY id;

-- name: tasks_screens
SELECT id, as_of FROM screen WHERE state = 2 AND id <> $1 ORDER BY as_of;
