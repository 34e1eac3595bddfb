-- From format 1, which had a row for each version and each index entry, to 2.

-- name: upgrade_1_deliveries
SELECT id FROM delivery WHERE writes_people = 1 ORDER BY id;

-- name: upgrade_1_people
SELECT no, household_no, name, key_id, sealed FROM person WHERE delivery = $1 ORDER BY no;

-- name: upgrade_1_households
SELECT no, division, code FROM household WHERE delivery = $1 ORDER BY no;

-- name: upgrade_1_ids
SELECT id_hash, no FROM person_id WHERE delivery = $1 ORDER BY no;

-- name: upgrade_1_id_tails
SELECT id_tail_hash, no FROM person_id_tail WHERE delivery = $1 ORDER BY no;

-- name: upgrade_1_members
SELECT household_no, no FROM person_household WHERE delivery = $1 ORDER BY no;

-- name: upgrade_1_codes
SELECT code, no FROM household_code WHERE delivery = $1 ORDER BY no;

-- name: upgrade_1_end
DROP TABLE person;
DROP TABLE person_id;
DROP TABLE person_id_tail;
DROP TABLE person_household;
DROP TABLE household;
DROP TABLE household_code;
PRAGMA user_version = 2;
