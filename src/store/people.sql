-- People and households.

-- The inserts read their rows from C memory (db_rows.c).

-- name: person_insert
INSERT INTO person(no, delivery, household_no, name, key_id, sealed) SELECT c0, c1, c2, c3, c4, c5 FROM host_rows;

-- name: person_id_insert
INSERT OR IGNORE INTO person_id(id_hash, no, delivery) SELECT c0, c1, c2 FROM host_rows;

-- name: person_id_tail_insert
INSERT OR IGNORE INTO person_id_tail(id_tail_hash, no, delivery) SELECT c0, c1, c2 FROM host_rows;

-- name: person_household_insert
INSERT OR IGNORE INTO person_household(household_no, no, delivery) SELECT c0, c1, c2 FROM host_rows;

-- name: household_insert
INSERT INTO household(no, delivery, division, code) SELECT c0, c1, c2, c3 FROM host_rows;

-- name: household_code_insert
INSERT INTO household_code(code, no, delivery) SELECT c0, c1, c2 FROM host_rows;

-- name: people_written_by
SELECT writes_people FROM delivery WHERE id = $1 AND state = 1;

-- name: counter_last
SELECT last FROM counter WHERE name = $1;

-- name: person_remove_range
DELETE FROM person WHERE no BETWEEN $2 AND $3 AND delivery = $1;

-- name: person_household_remove_range
DELETE FROM person_household WHERE household_no BETWEEN $2 AND $3 AND delivery = $1;

-- name: person_id_remove_range
DELETE FROM person_id WHERE id_hash BETWEEN $2 AND $3 AND delivery = $1;

-- name: person_id_tail_remove_range
DELETE FROM person_id_tail WHERE id_tail_hash BETWEEN $2 AND $3 AND delivery = $1;

-- name: household_code_remove_range
DELETE FROM household_code WHERE delivery = $1
  AND code IN (SELECT code FROM household WHERE no BETWEEN $2 AND $3 AND delivery = $1);

-- name: household_remove_range
DELETE FROM household WHERE no BETWEEN $2 AND $3 AND delivery = $1;

-- name: people_deliveries
SELECT id, known_from_us FROM delivery
WHERE writes_people = 1 AND state <> 1 AND known_from_us <= $1 AND (known_to_us IS NULL OR known_to_us > $1)
  ORDER BY id;

-- name: people_all
SELECT no, delivery, household_no, name FROM person ORDER BY no, delivery;

-- name: households_all
SELECT no, delivery, division, code FROM household ORDER BY no, delivery;

-- name: person_ids_all
SELECT p.id_hash, p.no FROM person_id p JOIN delivery d ON d.id = p.delivery WHERE d.state <> 1 ORDER BY
  p.id_hash, p.no;

-- name: household_codes_all
SELECT h.code, h.no FROM household_code h JOIN delivery d ON d.id = h.delivery WHERE d.state <> 1 ORDER BY h.code;

-- name: person_at
SELECT p.no, p.household_no, p.name, p.key_id, p.sealed, p.delivery
FROM person p JOIN delivery d ON d.id = p.delivery
WHERE p.no = $1 AND d.state <> 1 AND d.known_from_us <= $2 AND (d.known_to_us IS NULL OR d.known_to_us > $2)
ORDER BY d.known_from_us DESC, d.id DESC LIMIT 1;

-- name: household_at
SELECT h.no, h.division, h.code FROM household h JOIN delivery d ON d.id = h.delivery
WHERE h.no = $1 AND d.state <> 1 AND d.known_from_us <= $2 AND (d.known_to_us IS NULL OR d.known_to_us > $2)
ORDER BY d.known_from_us DESC, d.id DESC LIMIT 1;

-- name: person_nos_by_id
SELECT i.no FROM person_id i JOIN delivery d ON d.id = i.delivery
WHERE i.id_hash = $1 AND d.state <> 1 AND d.known_from_us <= $2 ORDER BY i.no;

-- name: person_nos_by_id_tail
SELECT i.no FROM person_id_tail i JOIN delivery d ON d.id = i.delivery
WHERE i.id_tail_hash = $1 AND d.state <> 1 AND d.known_from_us <= $2 ORDER BY i.no;

-- name: person_nos_by_household
SELECT i.no FROM person_household i JOIN delivery d ON d.id = i.delivery
WHERE i.household_no = $1 AND d.state <> 1 AND d.known_from_us <= $2 ORDER BY i.no;

-- name: household_by_code
SELECT h.no FROM household_code h JOIN delivery d ON d.id = h.delivery WHERE h.code = $1 AND d.state <> 1;

-- name: person_with_old_key
SELECT no, delivery, key_id, sealed FROM person
WHERE key_id > 0 AND key_id <> $1 AND (no > $2 OR (no = $2 AND delivery > $3)) ORDER BY no, delivery LIMIT 4096;

-- name: person_replace_sealed
UPDATE person SET sealed = $3, key_id = $4 WHERE no = $1 AND delivery = $2;
