-- Policy books.

-- name: book_insert
INSERT INTO book(hash, name, loaded_at_us, by_who) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING;

-- name: book_file_insert
INSERT INTO book_file(book_hash, seq, name, text) VALUES ($1, $2, $3, $4);

-- name: book_set_insert
INSERT INTO book_set(known_from_us, hash, by_who) VALUES ($1, $2, $3) RETURNING id;

-- name: book_set_member_insert
INSERT INTO book_set_member(set_id, seq, book_hash) VALUES ($1, $2, $3);

-- name: book_set_at
SELECT id, known_from_us, hash, by_who FROM book_set WHERE known_from_us <= $1 ORDER BY known_from_us DESC, id
  DESC LIMIT 1;

-- name: book_set_by_hash
SELECT id, known_from_us, hash, by_who FROM book_set WHERE hash = $1 ORDER BY id DESC LIMIT 1;

-- name: book_set_from
SELECT id, known_from_us, hash, by_who FROM book_set WHERE id >= $1 ORDER BY id LIMIT 1;

-- name: book_set_members
SELECT b.hash, b.name FROM book_set_member m JOIN book b ON b.hash = m.book_hash WHERE m.set_id = $1 ORDER BY m.seq;

-- name: book_files
SELECT name, text FROM book_file WHERE book_hash = $1 ORDER BY seq;
