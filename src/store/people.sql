-- People and households: pages of versions and of index entries (schema.sql).

-- name: people_page_insert
INSERT INTO people_page(kind, shift, page, delivery, part, row_count, key_id, bytes)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8);

-- name: people_page_next_part
SELECT coalesce(max(part) + 1, 0) FROM people_page WHERE delivery = $1;

-- name: people_page_remove_some
DELETE FROM people_page WHERE id IN (SELECT id FROM people_page WHERE delivery = $1 LIMIT 16);

-- The pages of a place whose deliveries were known at $4; $5 = 1: those withdrawn or replaced by then as well.
-- name: people_pages_at
SELECT p.delivery, p.row_count, p.bytes, d.known_from_us, p.part FROM people_page p JOIN delivery d ON d.id = p.delivery
WHERE p.kind = $1 AND p.shift = $2 AND p.page = $3 AND d.state <> 1 AND d.known_from_us <= $4
  AND ($5 = 1 OR d.known_to_us IS NULL OR d.known_to_us > $4)
ORDER BY p.delivery, p.part;

-- name: people_pages_all
SELECT p.delivery, p.row_count, p.bytes, d.known_from_us, p.part, p.shift, p.page
FROM people_page p JOIN delivery d ON d.id = p.delivery
WHERE p.kind = $1 AND d.state <> 1 AND d.known_from_us <= $2
  AND ($3 = 1 OR d.known_to_us IS NULL OR d.known_to_us > $2)
ORDER BY p.shift, p.page, p.delivery, p.part;

-- Everything of a kind that is or was published, deliveries or not: for the check.
-- name: people_pages_stored
SELECT p.delivery, p.row_count, p.bytes, 0, p.part, p.shift, p.page, p.id
FROM people_page p LEFT JOIN delivery d ON d.id = p.delivery
WHERE p.kind = $1 AND d.state IS NOT 1 ORDER BY p.shift, p.page, p.delivery, p.part;

-- name: people_page_with_old_key
SELECT id, kind, shift, page, delivery, part, bytes FROM people_page
WHERE key_id > 0 AND key_id <> $1 AND id > $2 ORDER BY id LIMIT 1;

-- name: people_page_replace_bytes
UPDATE people_page SET bytes = $2, key_id = $3 WHERE id = $1;

-- name: people_deliveries
SELECT id, known_from_us FROM delivery
WHERE writes_people = 1 AND state <> 1 AND known_from_us <= $1 AND ($2 = 1 OR known_to_us IS NULL OR known_to_us > $1)
  ORDER BY known_from_us, id;

-- A roster in force tells of people whose version went with another.
-- name: delivery_writes_people_late
UPDATE delivery SET writes_people = 1 WHERE id = $1 AND state = 2;
