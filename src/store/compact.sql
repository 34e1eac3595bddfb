-- Making the file smaller.

-- Columns of facts whose chunks fit into fewer; a roster's chunks stand side by side and stay. $1 rows of a full chunk,
-- $2 bytes of a column that one transaction may write.
-- name: compact_columns
SELECT c.owner, c.name, count(*) FROM chunk c JOIN delivery d ON d.id = c.owner
WHERE c.owner_kind = 1 AND d.state <> 1 AND d.writes_people = 0 AND (c.owner, c.name) > ($3, $4)
GROUP BY c.owner, c.name
HAVING count(*) > 1 + (sum(c.row_count) - 1) / $1 AND sum(length(c.bytes)) <= $2
ORDER BY c.owner, c.name LIMIT 1;

-- name: compact_remove_column
DELETE FROM chunk WHERE owner_kind = 1 AND owner = $1 AND name = $2;

-- name: compact_free_pages
PRAGMA freelist_count;

-- name: compact_mode
PRAGMA auto_vacuum;

-- As many as COMPACT_PAGES.
-- name: compact_give_back
PRAGMA incremental_vacuum(64);

-- name: compact_truncate_log
PRAGMA wal_checkpoint(TRUNCATE);
