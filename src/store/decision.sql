-- Decisions about who is who; models.

-- name: decision_insert
INSERT INTO decision(subject, verdict, person, other, delivery, line, sender, evidence, score, known_from_us, by_who,
  reason)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) RETURNING id;

-- name: decision_row_in_force
SELECT id FROM decision
WHERE subject = 1 AND delivery = $1 AND line = $2 AND verdict IN (1, 3) AND known_to_us IS NULL
UNION ALL
SELECT id FROM decision
WHERE subject = 1 AND delivery = $1 AND line = $2 AND person = $3 AND verdict = 2 AND known_to_us IS NULL LIMIT 1;

-- name: decision_people_in_force
SELECT id FROM decision
WHERE subject = 2 AND known_to_us IS NULL AND ((person = $1 AND other = $2) OR (person = $2 AND other = $1)) LIMIT 1;

-- name: decision_end
UPDATE decision SET known_to_us = max(known_from_us, $2), undone_by = $3, undone_reason = $4
WHERE id = $1 AND known_to_us IS NULL;

-- name: decision_known_at
SELECT id, subject, verdict, person, other, delivery, line, sender, evidence, score, known_from_us, known_to_us, by_who,
  reason, undone_by, undone_reason
FROM decision WHERE known_from_us <= $1 AND ($2 = 1 OR known_to_us IS NULL OR known_to_us > $1) ORDER BY id;

-- name: decision_merges
SELECT other, person FROM decision
WHERE subject = 2 AND verdict = 1 AND known_from_us <= $1 AND (known_to_us IS NULL OR known_to_us > $1) ORDER BY other;

-- name: decision_rows
SELECT delivery, line, verdict, person FROM decision
WHERE subject = 1 AND verdict IN (1, 2) AND known_from_us <= $1 AND (known_to_us IS NULL OR known_to_us > $1)
ORDER BY delivery, verdict DESC, id;

-- name: decision_count
SELECT count(*) FILTER (WHERE known_from_us <= $1) + count(*) FILTER (WHERE known_to_us <= $1) FROM decision;

-- name: decision_get
SELECT id, subject, verdict, person, other, delivery, line, sender, evidence, score, known_from_us, known_to_us, by_who,
  reason, undone_by, undone_reason
FROM decision WHERE id = $1;

-- name: match_model_insert
INSERT INTO match_model(made_us, by_who, text) VALUES ($1, $2, $3) RETURNING id;

-- name: match_model_get
SELECT text FROM match_model WHERE id = $1;

-- name: match_model_newest
SELECT coalesce(max(id), 0) FROM match_model WHERE made_us <= $1;
