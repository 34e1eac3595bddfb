-- Invariants. Each statement gives the offenders: an object and up to two numbers; no row is good.

-- name: check_integrity
PRAGMA integrity_check(100);

-- name: check_foreign_keys
SELECT "table", rowid, fkid FROM pragma_foreign_key_check;

-- name: check_chunk_order
SELECT 'owner ' || owner_kind || '/' || owner || ' column ' || name, seq, first_row FROM (
  SELECT owner_kind, owner, name, seq, first_row,
    row_number() OVER w - 1 AS want_seq,
    coalesce(sum(row_count) OVER (PARTITION BY owner_kind, owner, name ORDER BY seq
      ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS want_row
  FROM chunk WINDOW w AS (PARTITION BY owner_kind, owner, name ORDER BY seq)) AS c
WHERE seq <> want_seq OR first_row <> want_row;

-- name: check_chunk_owner_delivery
SELECT 'delivery ' || owner, count(*), 0 FROM chunk
WHERE owner_kind = 1 AND NOT EXISTS (SELECT 1 FROM delivery d WHERE d.id = owner) GROUP BY owner;

-- name: check_chunk_owner_screen
SELECT 'screen ' || owner, count(*), 0 FROM chunk
WHERE owner_kind = 2 AND NOT EXISTS (SELECT 1 FROM screen s WHERE s.id = owner) GROUP BY owner;

-- name: check_counts
SELECT 'delivery ' || id, row_count, matched + waiting_invalid + waiting_unmatched + waiting_name + refused
  FROM delivery
WHERE state <> 1 AND row_count <> matched + waiting_invalid + waiting_unmatched + waiting_name + refused;

-- name: check_replaced
SELECT 'delivery ' || d.id, d.replaces, d.state FROM delivery d LEFT JOIN delivery o ON o.id = d.replaces
WHERE d.state <> 1 AND d.kind = 3 AND (o.state IS NULL OR o.state <> 4);

-- name: check_numbers
SELECT 'delivery', coalesce(max(id), 0), (SELECT last FROM counter WHERE name = 'delivery') FROM delivery
HAVING coalesce(max(id), 0) > (SELECT last FROM counter WHERE name = 'delivery')
UNION ALL
SELECT 'screen', coalesce(max(id), 0), (SELECT last FROM counter WHERE name = 'screen') FROM screen
HAVING coalesce(max(id), 0) > (SELECT last FROM counter WHERE name = 'screen');

-- name: check_open_tasks
SELECT 'household ' || household_no, count(*), 0 FROM task WHERE closed_screen IS NULL
GROUP BY household_no HAVING count(*) > 1;

-- name: check_counter
SELECT last FROM counter WHERE name = $1;

-- name: check_task_households
SELECT DISTINCT household_no FROM task;

-- name: check_kept_screens
SELECT 'screen ' || min(id), as_of, count(*) FROM screen WHERE state = 2 GROUP BY as_of HAVING count(*) > 1;

-- name: check_book_sets
SELECT 'book set ' || m.set_id, m.seq, 0 FROM book_set_member m
WHERE NOT EXISTS (SELECT 1 FROM book_file f WHERE f.book_hash = m.book_hash);

-- name: check_people_delivery
SELECT 'page ' || p.id, p.delivery, 0 FROM people_page p LEFT JOIN delivery d ON d.id = p.delivery
WHERE d.id IS NULL OR d.writes_people = 0;

-- name: check_chunks_all
SELECT id, owner_kind, owner, name, seq, first_row, row_count, key_id FROM chunk WHERE id > $1 ORDER BY id LIMIT 1;

-- name: check_count_people
SELECT coalesce(sum(row_count), 0) FROM people_page WHERE kind = 1;

-- name: check_count_households
SELECT coalesce(sum(row_count), 0) FROM people_page WHERE kind = 2;

-- name: check_count_chunks
SELECT count(*) FROM chunk;

-- name: check_key_ids
SELECT key_id, count(*) FROM chunk WHERE key_id > 0 GROUP BY key_id
UNION ALL SELECT key_id, count(*) FROM people_page WHERE key_id > 0 GROUP BY key_id;

-- name: check_sums
SELECT s.tbl || ' ' || CASE typeof(s.id) WHEN 'blob' THEN hex(s.id) ELSE s.id END, NULL, NULL
FROM summed s LEFT JOIN row_sum r ON r.tbl = s.tbl AND r.id = s.id WHERE r.sum IS NOT s.sum
UNION ALL
SELECT r.tbl || ' ' || CASE typeof(r.id) WHEN 'blob' THEN hex(r.id) ELSE r.id END, NULL, NULL
FROM row_sum r WHERE NOT EXISTS (SELECT 1 FROM summed s WHERE s.tbl = r.tbl AND s.id = r.id);

-- name: check_totals
WITH there AS (
  SELECT owner_kind, owner, count(*) AS chunks, sum(place) AS places FROM (
    SELECT owner_kind, owner, place FROM placed UNION ALL SELECT owner_kind, owner, place FROM page_placed) AS p
  GROUP BY owner_kind, owner)
SELECT 'owner ' || t.owner_kind || '/' || t.owner, t.chunks, coalesce(w.chunks, 0) FROM owner_total t
LEFT JOIN there w USING (owner_kind, owner) WHERE w.chunks IS NOT t.chunks OR w.places IS NOT t.places
UNION ALL
SELECT 'owner ' || w.owner_kind || '/' || w.owner, 0, w.chunks FROM there w LEFT JOIN owner_total t
USING (owner_kind, owner) WHERE t.owner IS NULL;

-- At each opening: what every answer hangs on, in few rows; the rest is the check's.
-- name: check_sums_opening
WITH few AS (SELECT tbl, id, sum FROM summed
  WHERE tbl IN ('delivery', 'param_event', 'book', 'book_set', 'screen'))
SELECT s.tbl || ' ' || CASE typeof(s.id) WHEN 'blob' THEN hex(s.id) ELSE s.id END
FROM few s LEFT JOIN row_sum r ON r.tbl = s.tbl AND r.id = s.id WHERE r.sum IS NOT s.sum
UNION ALL
SELECT r.tbl || ' ' || CASE typeof(r.id) WHEN 'blob' THEN hex(r.id) ELSE r.id END
FROM row_sum r WHERE r.tbl IN ('delivery', 'param_event', 'book', 'book_set', 'screen')
  AND NOT EXISTS (SELECT 1 FROM few s WHERE s.tbl = r.tbl AND s.id = r.id)
LIMIT 1;

-- name: check_totals_opening
SELECT CASE t.owner_kind WHEN 2 THEN 'screen ' ELSE 'delivery ' END || t.owner FROM owner_total t
WHERE t.owner_kind < 4 AND t.chunks <>
  (SELECT count(*) FROM chunk c WHERE c.owner_kind = t.owner_kind AND c.owner = t.owner)
UNION ALL
SELECT 'delivery ' || t.owner FROM owner_total t
WHERE t.owner_kind = 4 AND t.chunks <> (SELECT count(*) FROM people_page p WHERE p.delivery = t.owner)
LIMIT 1;
