-- Answers to findings of data checks, and accepted exceptions.

-- name: answer_next
SELECT coalesce(max(id), 0) + 1 FROM check_answer;

-- name: answer_insert
INSERT INTO check_answer(id, known_from_us, rule, household_no, person_no, as_of, answer, until_day, by_who, key_id,
                         text)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11);

-- name: answer_list
SELECT id, known_from_us, rule, household_no, person_no, as_of, answer, coalesce(until_day, 0), by_who, text
FROM check_answer WHERE known_from_us <= $1 ORDER BY id;

-- name: answer_with_old_key
SELECT id, text FROM check_answer WHERE key_id <> $1 AND id > $2 ORDER BY id LIMIT 1;

-- name: answer_reseal
UPDATE check_answer SET key_id = $2, text = $3 WHERE id = $1;

-- name: exception_insert
INSERT INTO check_exception(rule, household_no, person_no, until_day, answer, reason, by_who, known_from_us)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING id;

-- name: exception_undo
UPDATE check_exception SET known_to_us = $2, undone_by = $3, undone_reason = $4
WHERE id = $1 AND known_to_us IS NULL RETURNING id;

-- name: exception_list
SELECT id, rule, household_no, person_no, until_day, coalesce(answer, 0), reason, by_who, known_from_us
FROM check_exception WHERE known_from_us <= $1 AND (known_to_us IS NULL OR known_to_us > $1) ORDER BY id;
