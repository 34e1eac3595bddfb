-- The manifest. States and kinds are those of schema.sql.

-- name: delivery_insert
INSERT INTO delivery(id, state, kind, replaces, dataset, division, division_last, covers_from, covers_to, state_date,
  received_day, sender, file_name, file_bytes, file_hash, encoding, mapping, row_count, matched, waiting_invalid,
  waiting_unmatched, waiting_name, refused, by_who, writes_people, cut)
VALUES ($1, 1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23,
  0, 0);

-- name: delivery_publish
UPDATE delivery SET state = 2, kind = $2, replaces = $3, dataset = $4, division = $5, division_last = $6,
  covers_from = $7,
  covers_to = $8, state_date = $9, received_day = $10, sender = $11, file_name = $12, file_bytes = $13,
  file_hash = $14,
  encoding = $15, mapping = $16, row_count = $17, matched = $18, waiting_invalid = $19, waiting_unmatched = $20,
  waiting_name = $21, refused = $22, by_who = $23, known_from_us = $24, cut = $25
WHERE id = $1 AND state = 1;

-- With its late parts (kind 2 that name it). Not before it began: a file received earlier than the one it replaces
-- leaves that one an empty time.
-- name: delivery_end
UPDATE delivery SET state = $3, withdrawn_reason = $4,
  known_to_us = CASE WHEN known_from_us > $2 THEN known_from_us ELSE $2 END
WHERE state = 2 AND (id = $1 OR (kind = 2 AND replaces = $1));

-- name: delivery_state
SELECT state FROM delivery WHERE id = $1;

-- name: delivery_remove
DELETE FROM delivery WHERE id = $1 AND state = 1;

-- name: delivery_writes_people
UPDATE delivery SET writes_people = 1 WHERE id = $1 AND state = 1;

-- name: delivery_get
SELECT id, state, kind, replaces, by_who, dataset, division, covers_from, covers_to, state_date, received_day,
  known_from_us, known_to_us, sender, file_name, file_bytes, file_hash, encoding, mapping, row_count, matched,
  waiting_invalid, waiting_unmatched, waiting_name, refused, withdrawn_reason, cut
FROM delivery WHERE id = $1;

-- name: delivery_known_at
SELECT id FROM delivery
WHERE state <> 1 AND ($1 = '' OR dataset = $1) AND known_from_us <= $2 AND (known_to_us IS NULL OR known_to_us > $2)
ORDER BY id;

-- Not late parts (kind 2 that name their delivery): they are few rows, chosen by what was wrong.
-- name: delivery_last_of
SELECT id FROM delivery
WHERE state = 2 AND dataset = $1 AND id <> $3 AND matched >= $4 AND (kind <> 2 OR replaces IS NULL)
ORDER BY sender = $2 DESC, id DESC LIMIT $5;

-- name: delivery_all
SELECT id FROM delivery WHERE state <> 1 ORDER BY id;

-- name: delivery_overlaps
SELECT id FROM delivery
WHERE state = 2 AND dataset = $1 AND division <= $3 AND division_last >= $2 AND id <> $6
  AND (covers_from IS NULL OR (covers_from <= $5 AND covers_to >= $4))
ORDER BY id;

-- name: delivery_by_hash
SELECT id FROM delivery WHERE state = 2 AND dataset = $1 AND file_hash = $2 ORDER BY id;

-- name: delivery_by_length
SELECT id FROM delivery WHERE state = 2 AND dataset = $1 AND file_bytes = $2 AND file_hash <> $3 ORDER BY id;

-- name: delivery_staging
SELECT id FROM delivery WHERE state = 1 ORDER BY id LIMIT 1;
