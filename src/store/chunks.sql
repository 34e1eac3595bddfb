-- Column chunks.

-- name: chunk_insert
INSERT INTO chunk(owner_kind, owner, name, seq, first_row, row_count, key_id, bytes)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8);

-- name: chunk_list_column
SELECT id, name, seq, first_row, row_count, key_id, length(bytes) FROM chunk
WHERE owner_kind = $1 AND owner = $2 AND name = $3 ORDER BY seq;

-- name: chunk_list_owner
SELECT id, name, seq, first_row, row_count, key_id, length(bytes) FROM chunk
WHERE owner_kind = $1 AND owner = $2 ORDER BY name, seq;

-- name: chunk_remove_some
DELETE FROM chunk WHERE id IN (SELECT id FROM chunk WHERE owner_kind = $1 AND owner = $2 ORDER BY name, seq LIMIT 16);

-- name: chunk_with_old_key
SELECT id, owner_kind, owner, name, seq FROM chunk WHERE key_id > 0 AND key_id <> $1 AND id > $2 ORDER BY id LIMIT 1;

-- name: chunk_replace_bytes
UPDATE chunk SET bytes = $2, key_id = $3 WHERE id = $1;
