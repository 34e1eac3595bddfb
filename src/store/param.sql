-- Parameter events.

-- name: param_insert
INSERT INTO param_event(known_from_us, name, division, from_day, value_text, by_who, document)
VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id;

-- name: param_list
SELECT id, known_from_us, name, division, from_day, value_text, by_who, document FROM param_event
WHERE known_from_us <= $1 ORDER BY name, division, coalesce(from_day, 0), id;
