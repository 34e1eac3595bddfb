-- Remembered layouts.

-- name: layout_add
INSERT INTO layout(dataset, sender, header, choices, known_from_us, by_who)
VALUES ($1, $2, $3, $4, $5, $6) RETURNING id;

-- name: layout_end
UPDATE layout SET known_to_us = max($2, known_from_us), ended_by = $3
WHERE id = $1 AND known_to_us IS NULL RETURNING id;

-- name: layout_list
SELECT id, dataset, sender, header, choices, known_from_us, coalesce(known_to_us, 0), by_who, coalesce(ended_by, '')
FROM layout WHERE ($1 = '' OR dataset = $1) AND ($2 = 1 OR known_to_us IS NULL) ORDER BY dataset, sender, id;
