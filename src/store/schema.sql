-- Database format 3. What each table means and which invariants hold is told in docs/format.md.
-- Times ending in _us are microseconds since 1970-01-01 UTC; days are day numbers of base/date.h; divisions
-- are 12-digit codes as numbers, 0 = every division. STRICT tables; the common subset with PostgreSQL otherwise.

-- name: store_schema
-- Settings of this data folder: key_check and the like.
CREATE TABLE meta(
  key TEXT NOT NULL PRIMARY KEY,
  value BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- The last number handed out of each series; numbers are never reused, not even those of an import that failed.
CREATE TABLE counter(
  name TEXT NOT NULL PRIMARY KEY,
  last INTEGER NOT NULL CHECK (last >= 0)
) STRICT, WITHOUT ROWID;

-- Column chunks (columns/chunk.h). owner_kind: 1 delivery, 2 screen, 3 register. key_id 0: not sealed.
CREATE TABLE chunk(
  id INTEGER PRIMARY KEY,
  owner_kind INTEGER NOT NULL CHECK (owner_kind BETWEEN 1 AND 3),
  owner INTEGER NOT NULL,
  name TEXT NOT NULL,
  seq INTEGER NOT NULL CHECK (seq >= 0),
  first_row INTEGER NOT NULL CHECK (first_row >= 0),
  row_count INTEGER NOT NULL CHECK (row_count > 0),
  key_id INTEGER NOT NULL CHECK (key_id >= 0),
  bytes BLOB NOT NULL
) STRICT;
CREATE UNIQUE INDEX chunk_place ON chunk(owner_kind, owner, name, seq);

-- The manifest of files taken in. state: 1 staging, 2 published, 3 withdrawn, 4 replaced.
-- kind: 1 plain, 2 adds, 3 replaces.
-- cut 1: the file ended in the middle; its rows count, its days are not delivered.
-- Known from known_from_us (in it) to known_to_us (not in it, NULL: still). A published delivery is never deleted.
CREATE TABLE delivery(
  id INTEGER PRIMARY KEY,
  state INTEGER NOT NULL CHECK (state BETWEEN 1 AND 4),
  kind INTEGER NOT NULL CHECK (kind BETWEEN 1 AND 3),
  replaces INTEGER REFERENCES delivery(id),
  dataset TEXT NOT NULL,
  division INTEGER NOT NULL CHECK (division >= 0),
  division_last INTEGER NOT NULL CHECK (division_last >= division),
  covers_from INTEGER,
  covers_to INTEGER CHECK (covers_to >= covers_from),
  state_date INTEGER,
  received_day INTEGER NOT NULL,
  known_from_us INTEGER,
  known_to_us INTEGER CHECK (known_to_us >= known_from_us),
  sender TEXT NOT NULL,
  file_name TEXT NOT NULL,
  file_bytes INTEGER NOT NULL CHECK (file_bytes >= 0),
  file_hash BLOB NOT NULL,
  encoding TEXT NOT NULL,
  mapping TEXT NOT NULL,
  row_count INTEGER NOT NULL CHECK (row_count >= 0),
  matched INTEGER NOT NULL CHECK (matched >= 0),
  waiting_invalid INTEGER NOT NULL CHECK (waiting_invalid >= 0),
  waiting_unmatched INTEGER NOT NULL CHECK (waiting_unmatched >= 0),
  waiting_name INTEGER NOT NULL CHECK (waiting_name >= 0),
  refused INTEGER NOT NULL CHECK (refused >= 0),
  writes_people INTEGER NOT NULL CHECK (writes_people IN (0, 1)),
  cut INTEGER NOT NULL CHECK (cut IN (0, 1)),
  withdrawn_reason TEXT,
  by_who TEXT NOT NULL,
  CHECK (state = 1 OR known_from_us IS NOT NULL),
  CHECK (state IN (1, 2) OR known_to_us IS NOT NULL),
  CHECK (state = 1 OR row_count = matched + waiting_invalid + waiting_unmatched + waiting_name + refused)
) STRICT;
CREATE INDEX delivery_dataset ON delivery(dataset, known_from_us);
CREATE INDEX delivery_hash ON delivery(file_hash);

-- Parameter values set by people: append-only. value_text is what the command was given; the book knows its type.
CREATE TABLE param_event(
  id INTEGER PRIMARY KEY,
  known_from_us INTEGER NOT NULL,
  name TEXT NOT NULL,
  division INTEGER NOT NULL,
  from_day INTEGER,
  value_text TEXT NOT NULL,
  by_who TEXT NOT NULL,
  document TEXT NOT NULL
) STRICT;
CREATE INDEX param_event_name ON param_event(name, division, from_day, id);

-- Policy books as they were loaded: append-only, found by the hash of their files.
CREATE TABLE book(
  hash BLOB NOT NULL PRIMARY KEY,
  name TEXT NOT NULL,
  loaded_at_us INTEGER NOT NULL,
  by_who TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE book_file(
  book_hash BLOB NOT NULL REFERENCES book(hash),
  seq INTEGER NOT NULL,
  name TEXT NOT NULL,
  text TEXT NOT NULL,
  PRIMARY KEY (book_hash, seq)
) STRICT;
-- Each load puts a whole set of books in force from known_from_us on.
CREATE TABLE book_set(
  id INTEGER PRIMARY KEY,
  known_from_us INTEGER NOT NULL,
  hash BLOB NOT NULL,
  by_who TEXT NOT NULL
) STRICT;
CREATE TABLE book_set_member(
  set_id INTEGER NOT NULL REFERENCES book_set(id),
  seq INTEGER NOT NULL,
  book_hash BLOB NOT NULL REFERENCES book(hash),
  PRIMARY KEY (set_id, seq)
) STRICT, WITHOUT ROWID;

-- Screens. state: 1 staging, 2 kept, 3 replaced by a later one of the same as-of.
CREATE TABLE screen(
  id INTEGER PRIMARY KEY,
  state INTEGER NOT NULL CHECK (state BETWEEN 1 AND 3),
  as_of INTEGER NOT NULL,
  known_at_us INTEGER NOT NULL,
  made_us INTEGER NOT NULL,
  book_hash BLOB NOT NULL,
  params_hash BLOB NOT NULL,
  summary TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX screen_kept ON screen(as_of) WHERE state = 2;

-- One open task a household.
CREATE TABLE task(
  id INTEGER PRIMARY KEY,
  household_no INTEGER NOT NULL,
  opened_screen INTEGER NOT NULL REFERENCES screen(id),
  opened_as_of INTEGER NOT NULL,
  closed_screen INTEGER REFERENCES screen(id),
  closed_as_of INTEGER
) STRICT;
CREATE UNIQUE INDEX task_open ON task(household_no) WHERE closed_screen IS NULL;
CREATE INDEX task_household ON task(household_no);
CREATE INDEX task_opened ON task(opened_screen);
CREATE INDEX task_closed ON task(closed_screen) WHERE closed_screen IS NOT NULL;

-- Who did what when: append-only, without personal data.
CREATE TABLE event(
  id INTEGER PRIMARY KEY,
  at_us INTEGER NOT NULL,
  who TEXT NOT NULL,
  what TEXT NOT NULL,
  object TEXT NOT NULL,
  detail TEXT NOT NULL
) STRICT;

CREATE TRIGGER event_kept BEFORE DELETE ON event BEGIN SELECT RAISE(ABORT, 'event is append-only'); END;
CREATE TRIGGER event_fixed BEFORE UPDATE ON event BEGIN SELECT RAISE(ABORT, 'event is append-only'); END;
CREATE TRIGGER param_event_kept BEFORE DELETE ON param_event
BEGIN SELECT RAISE(ABORT, 'param_event is append-only'); END;
CREATE TRIGGER param_event_fixed BEFORE UPDATE ON param_event
BEGIN SELECT RAISE(ABORT, 'param_event is append-only'); END;
CREATE TRIGGER book_file_kept BEFORE DELETE ON book_file
BEGIN SELECT RAISE(ABORT, 'book_file is append-only'); END;
CREATE TRIGGER book_file_fixed BEFORE UPDATE ON book_file
BEGIN SELECT RAISE(ABORT, 'book_file is append-only'); END;
CREATE TRIGGER delivery_kept BEFORE DELETE ON delivery WHEN old.state <> 1
BEGIN SELECT RAISE(ABORT, 'a published delivery is never deleted'); END;

INSERT INTO counter(name, last)
VALUES ('delivery', 0), ('household', 0), ('person', 0), ('screen', 0);

-- name: people_schema
-- People, households and what they are found by, packed: a row is a page of one to 65536 versions or index
-- entries that one delivery wrote. kind: 1 people, 2 households, and the indexes 3 ID, 4 last six digits,
-- 5 household to members, 6 household code. A page holds the keys k with k >> shift = page, in their order; part tells
-- pages of one place apart. bytes: column chunks one after the other (people_page.h); key_id 0: none is sealed.
-- Pages of a staging delivery are invisible and go at the next open.
CREATE TABLE people_page(
  id INTEGER PRIMARY KEY,
  kind INTEGER NOT NULL CHECK (kind BETWEEN 1 AND 6),
  shift INTEGER NOT NULL CHECK (shift BETWEEN 0 AND 62),
  page INTEGER NOT NULL CHECK (page >= 0),
  delivery INTEGER NOT NULL,
  part INTEGER NOT NULL CHECK (part >= 0),
  row_count INTEGER NOT NULL CHECK (row_count BETWEEN 1 AND 65536),
  key_id INTEGER NOT NULL CHECK (key_id >= 0),
  bytes BLOB NOT NULL
) STRICT;
CREATE UNIQUE INDEX people_page_place ON people_page(kind, shift, page, delivery, part);
CREATE INDEX people_page_delivery ON people_page(delivery);

-- name: match_schema
-- What people (or a set precision) decided about who is who. Append-only; undoing ends a decision. subject: 1 a row of
-- a file (delivery, line), 2 two people of the roster. verdict: 1 same, 2 not, 3 unsure. person: of a row, whom it is
-- judged against (0: nobody of the roster); of two people, the one kept. evidence: keyed hash of what the row says of
-- its person, by which a later row of the same sender is known again; empty: too little to know it by. score: per
-- mille as shown, NULL none. Known from known_from_us (in it) to known_to_us (not in it, NULL: still).
CREATE TABLE decision(
  id INTEGER PRIMARY KEY,
  subject INTEGER NOT NULL CHECK (subject IN (1, 2)),
  verdict INTEGER NOT NULL CHECK (verdict BETWEEN 1 AND 3),
  person INTEGER NOT NULL CHECK (person >= 0),
  other INTEGER CHECK (other > 0 AND other <> person),
  delivery INTEGER REFERENCES delivery(id),
  line INTEGER CHECK (line > 0),
  sender TEXT NOT NULL,
  evidence BLOB NOT NULL,
  score INTEGER CHECK (score BETWEEN 0 AND 1000),
  known_from_us INTEGER NOT NULL,
  known_to_us INTEGER CHECK (known_to_us >= known_from_us),
  by_who TEXT NOT NULL,
  reason TEXT NOT NULL,
  undone_by TEXT,
  undone_reason TEXT,
  CHECK ((subject = 1) = (delivery IS NOT NULL AND line IS NOT NULL AND other IS NULL)),
  CHECK (subject = 1 OR (person > 0 AND other IS NOT NULL)),
  CHECK ((known_to_us IS NULL) = (undone_by IS NULL))
) STRICT;
CREATE INDEX decision_row ON decision(delivery, line) WHERE subject = 1;
CREATE INDEX decision_evidence ON decision(evidence) WHERE evidence <> x'';
CREATE INDEX decision_people ON decision(person, other) WHERE subject = 2;
CREATE TRIGGER decision_kept BEFORE DELETE ON decision
BEGIN SELECT RAISE(ABORT, 'decision is append-only'); END;
CREATE TRIGGER decision_fixed BEFORE UPDATE ON decision
WHEN old.known_to_us IS NOT NULL OR new.known_to_us IS NULL OR new.id <> old.id OR new.subject <> old.subject
  OR new.verdict <> old.verdict OR new.person <> old.person OR new.other IS NOT old.other
  OR new.delivery IS NOT old.delivery OR new.line IS NOT old.line OR new.evidence <> old.evidence
  OR new.known_from_us <> old.known_from_us OR new.by_who <> old.by_who OR new.reason <> old.reason
BEGIN SELECT RAISE(ABORT, 'a decision is undone once and never changed'); END;

-- Weights learnt from the data without labels, as text (match/judge.h); a part of a delivery made by them names the
-- model in its column "match.model".
CREATE TABLE match_model(
  id INTEGER PRIMARY KEY,
  made_us INTEGER NOT NULL,
  by_who TEXT NOT NULL,
  text TEXT NOT NULL
) STRICT;
CREATE TRIGGER match_model_kept BEFORE DELETE ON match_model
BEGIN SELECT RAISE(ABORT, 'match_model is append-only'); END;
CREATE TRIGGER match_model_fixed BEFORE UPDATE ON match_model
BEGIN SELECT RAISE(ABORT, 'match_model is append-only'); END;

-- name: layout_schema
-- What was learnt of the columns of a sender's files. Append-only: a new one for the same sender, dataset and header
-- ends the one before, and forgetting ends it. header: the names of the columns in their normal form, a line each.
-- choices: what somebody said of them, "COLUMN=FIELD in UNIT", a line each; empty: nothing, the names said it all.
CREATE TABLE layout(
  id INTEGER PRIMARY KEY,
  dataset TEXT NOT NULL,
  sender TEXT NOT NULL,
  header TEXT NOT NULL,
  choices TEXT NOT NULL,
  known_from_us INTEGER NOT NULL,
  known_to_us INTEGER CHECK (known_to_us >= known_from_us),
  by_who TEXT NOT NULL,
  ended_by TEXT,
  CHECK ((known_to_us IS NULL) = (ended_by IS NULL))
) STRICT;
CREATE INDEX layout_sender ON layout(dataset, sender);
CREATE TRIGGER layout_kept BEFORE DELETE ON layout
BEGIN SELECT RAISE(ABORT, 'layout is append-only'); END;
CREATE TRIGGER layout_fixed BEFORE UPDATE ON layout
WHEN old.known_to_us IS NOT NULL OR new.known_to_us IS NULL OR new.id <> old.id OR new.dataset <> old.dataset
  OR new.sender <> old.sender OR new.header <> old.header OR new.choices <> old.choices
  OR new.known_from_us <> old.known_from_us OR new.by_who <> old.by_who
BEGIN SELECT RAISE(ABORT, 'a layout ends once and is never changed'); END;
-- name: exception_schema
-- What came back for findings of data checks, and exceptions accepted from them. Both append-only; an exception is
-- undone once. A finding is a rule and a subject: a person (person_no) in a household, or the household (person_no 0).
-- answer: 1 corrected at the source, 2 not a fault, 3 asks for an exception until until_day (NULL: says no day).
-- text: sealed: what it was corrected to, a line end, the note. An exception holds up to and with until_day.
CREATE TABLE check_answer(
  id INTEGER PRIMARY KEY,
  known_from_us INTEGER NOT NULL,
  rule TEXT NOT NULL,
  household_no INTEGER NOT NULL CHECK (household_no > 0),
  person_no INTEGER NOT NULL CHECK (person_no >= 0),
  as_of INTEGER NOT NULL,
  answer INTEGER NOT NULL CHECK (answer BETWEEN 1 AND 3),
  until_day INTEGER,
  by_who TEXT NOT NULL,
  key_id INTEGER NOT NULL CHECK (key_id > 0),
  text BLOB NOT NULL
) STRICT;
CREATE INDEX check_answer_subject ON check_answer(household_no, person_no, rule);
CREATE TRIGGER check_answer_kept BEFORE DELETE ON check_answer
BEGIN SELECT RAISE(ABORT, 'check_answer is append-only'); END;
CREATE TRIGGER check_answer_fixed BEFORE UPDATE ON check_answer
WHEN new.id <> old.id OR new.known_from_us <> old.known_from_us OR new.rule <> old.rule
  OR new.household_no <> old.household_no OR new.person_no <> old.person_no OR new.as_of <> old.as_of
  OR new.answer <> old.answer OR new.until_day IS NOT old.until_day OR new.by_who <> old.by_who
BEGIN SELECT RAISE(ABORT, 'an answer is sealed anew and otherwise never changed'); END;
CREATE TABLE check_exception(
  id INTEGER PRIMARY KEY,
  rule TEXT NOT NULL,
  household_no INTEGER NOT NULL CHECK (household_no > 0),
  person_no INTEGER NOT NULL CHECK (person_no >= 0),
  until_day INTEGER NOT NULL,
  answer INTEGER REFERENCES check_answer(id),
  reason TEXT NOT NULL,
  by_who TEXT NOT NULL,
  known_from_us INTEGER NOT NULL,
  known_to_us INTEGER CHECK (known_to_us >= known_from_us),
  undone_by TEXT,
  undone_reason TEXT,
  CHECK ((known_to_us IS NULL) = (undone_by IS NULL))
) STRICT;
CREATE INDEX check_exception_subject ON check_exception(household_no, person_no, rule);
CREATE TRIGGER check_exception_kept BEFORE DELETE ON check_exception
BEGIN SELECT RAISE(ABORT, 'check_exception is append-only'); END;
CREATE TRIGGER check_exception_fixed BEFORE UPDATE ON check_exception
WHEN old.known_to_us IS NOT NULL OR new.known_to_us IS NULL OR new.id <> old.id OR new.rule <> old.rule
  OR new.household_no <> old.household_no OR new.person_no <> old.person_no OR new.until_day <> old.until_day
  OR new.answer IS NOT old.answer OR new.reason <> old.reason OR new.by_who <> old.by_who
  OR new.known_from_us <> old.known_from_us
BEGIN SELECT RAISE(ABORT, 'an exception is undone once and never changed'); END;

-- name: sum_schema
-- A keyed sum of every row on which answers depend and that carries no checksum of its own (chunks and pages of people
-- do): fp_sum is this program's, under the folder's hash key, so whatever else changes a row is found by the check,
-- and for the tables that every answer hangs on at each opening. The view says which columns; triggers keep the sums.
-- What is only added to has no trigger for changes, what is never deleted none for deletions: these are found.
CREATE TABLE row_sum(
  tbl TEXT NOT NULL,
  id ANY NOT NULL,
  sum INTEGER NOT NULL,
  PRIMARY KEY (tbl, id)
) STRICT, WITHOUT ROWID;
-- Chunks (owner_kind 1 to 3) and pages of people (4, owner the delivery) of each owner: how many, and the sum of the
-- sums of their places, 40 bits of each. What a chunk holds has a checksum within it.
CREATE TABLE owner_total(
  owner_kind INTEGER NOT NULL,
  owner INTEGER NOT NULL,
  chunks INTEGER NOT NULL,
  places INTEGER NOT NULL,
  PRIMARY KEY (owner_kind, owner)
) STRICT, WITHOUT ROWID;
CREATE VIEW placed AS
  SELECT id, owner_kind, owner, fp_sum(name, seq, first_row, row_count) & 1099511627775 AS place FROM chunk;
CREATE VIEW page_placed AS
  SELECT id, 4 AS owner_kind, delivery AS owner, fp_sum(kind, shift, page, part, row_count) & 1099511627775 AS place
  FROM people_page;
CREATE VIEW summed AS
  SELECT 'delivery' AS tbl, id AS id, fp_sum(id, state, kind, replaces, dataset, division, division_last, covers_from,
    covers_to, state_date, received_day, known_from_us, known_to_us, sender, file_name, file_bytes, file_hash,
    encoding, mapping, row_count, matched, waiting_invalid, waiting_unmatched, waiting_name, refused, writes_people,
    cut, withdrawn_reason, by_who) AS sum FROM delivery
  UNION ALL
  SELECT 'param_event' AS tbl, id AS id, fp_sum(id, known_from_us, name, division, from_day, value_text, by_who,
    document) AS sum FROM param_event
  UNION ALL
  SELECT 'book' AS tbl, hash AS id, fp_sum(hash, name, loaded_at_us, by_who) AS sum FROM book
  UNION ALL
  SELECT 'book_set' AS tbl, id AS id, fp_sum(id, known_from_us, hash, by_who) AS sum FROM book_set
  UNION ALL
  SELECT 'screen' AS tbl, id AS id, fp_sum(id, state, as_of, known_at_us, made_us, book_hash, params_hash, summary) AS
    sum FROM screen
  UNION ALL
  SELECT 'task' AS tbl, id AS id, fp_sum(id, household_no, opened_screen, opened_as_of, closed_screen, closed_as_of)
    AS sum FROM task
  UNION ALL
  SELECT 'event' AS tbl, id AS id, fp_sum(id, at_us, who, what, object, detail) AS sum FROM event
  UNION ALL
  SELECT 'decision' AS tbl, id AS id, fp_sum(id, subject, verdict, person, other, delivery, line, sender, evidence,
    score, known_from_us, known_to_us, by_who, reason, undone_by, undone_reason) AS sum FROM decision
  UNION ALL
  SELECT 'match_model' AS tbl, id AS id, fp_sum(id, made_us, by_who, text) AS sum FROM match_model
  UNION ALL
  SELECT 'layout' AS tbl, id AS id, fp_sum(id, dataset, sender, header, choices, known_from_us, known_to_us, by_who,
    ended_by) AS sum FROM layout
  UNION ALL
  SELECT 'check_answer' AS tbl, id AS id, fp_sum(id, known_from_us, rule, household_no, person_no, as_of, answer,
    until_day, by_who, key_id, text) AS sum FROM check_answer
  UNION ALL
  SELECT 'check_exception' AS tbl, id AS id, fp_sum(id, rule, household_no, person_no, until_day, answer, reason,
    by_who, known_from_us, known_to_us, undone_by, undone_reason) AS sum FROM check_exception;
CREATE TRIGGER delivery_summed AFTER INSERT ON delivery
BEGIN INSERT INTO row_sum SELECT tbl, id, sum FROM summed WHERE tbl = 'delivery' AND id = new.id; END;
CREATE TRIGGER delivery_summed_anew AFTER UPDATE ON delivery
BEGIN UPDATE row_sum SET sum = (SELECT s.sum FROM summed s WHERE s.tbl = 'delivery' AND s.id = new.id)
  WHERE tbl = 'delivery' AND id = old.id; END;
CREATE TRIGGER delivery_gone AFTER DELETE ON delivery
BEGIN DELETE FROM row_sum WHERE tbl = 'delivery' AND id = old.id; END;
CREATE TRIGGER param_event_summed AFTER INSERT ON param_event
BEGIN INSERT INTO row_sum SELECT tbl, id, sum FROM summed WHERE tbl = 'param_event' AND id = new.id; END;
CREATE TRIGGER book_summed AFTER INSERT ON book
BEGIN INSERT INTO row_sum SELECT tbl, id, sum FROM summed WHERE tbl = 'book' AND id = new.hash; END;
CREATE TRIGGER book_set_summed AFTER INSERT ON book_set
BEGIN INSERT INTO row_sum SELECT tbl, id, sum FROM summed WHERE tbl = 'book_set' AND id = new.id; END;
CREATE TRIGGER screen_summed AFTER INSERT ON screen
BEGIN INSERT INTO row_sum SELECT tbl, id, sum FROM summed WHERE tbl = 'screen' AND id = new.id; END;
CREATE TRIGGER screen_summed_anew AFTER UPDATE ON screen
BEGIN UPDATE row_sum SET sum = (SELECT s.sum FROM summed s WHERE s.tbl = 'screen' AND s.id = new.id)
  WHERE tbl = 'screen' AND id = old.id; END;
CREATE TRIGGER screen_gone AFTER DELETE ON screen
BEGIN DELETE FROM row_sum WHERE tbl = 'screen' AND id = old.id; END;
CREATE TRIGGER task_summed AFTER INSERT ON task
BEGIN INSERT INTO row_sum SELECT tbl, id, sum FROM summed WHERE tbl = 'task' AND id = new.id; END;
CREATE TRIGGER task_summed_anew AFTER UPDATE ON task
BEGIN UPDATE row_sum SET sum = (SELECT s.sum FROM summed s WHERE s.tbl = 'task' AND s.id = new.id)
  WHERE tbl = 'task' AND id = old.id; END;
CREATE TRIGGER task_gone AFTER DELETE ON task
BEGIN DELETE FROM row_sum WHERE tbl = 'task' AND id = old.id; END;
CREATE TRIGGER event_summed AFTER INSERT ON event
BEGIN INSERT INTO row_sum SELECT tbl, id, sum FROM summed WHERE tbl = 'event' AND id = new.id; END;
CREATE TRIGGER decision_summed AFTER INSERT ON decision
BEGIN INSERT INTO row_sum SELECT tbl, id, sum FROM summed WHERE tbl = 'decision' AND id = new.id; END;
CREATE TRIGGER decision_summed_anew AFTER UPDATE ON decision
BEGIN UPDATE row_sum SET sum = (SELECT s.sum FROM summed s WHERE s.tbl = 'decision' AND s.id = new.id)
  WHERE tbl = 'decision' AND id = old.id; END;
CREATE TRIGGER match_model_summed AFTER INSERT ON match_model
BEGIN INSERT INTO row_sum SELECT tbl, id, sum FROM summed WHERE tbl = 'match_model' AND id = new.id; END;
CREATE TRIGGER layout_summed AFTER INSERT ON layout
BEGIN INSERT INTO row_sum SELECT tbl, id, sum FROM summed WHERE tbl = 'layout' AND id = new.id; END;
CREATE TRIGGER layout_summed_anew AFTER UPDATE ON layout
BEGIN UPDATE row_sum SET sum = (SELECT s.sum FROM summed s WHERE s.tbl = 'layout' AND s.id = new.id)
  WHERE tbl = 'layout' AND id = old.id; END;
CREATE TRIGGER check_answer_summed AFTER INSERT ON check_answer
BEGIN INSERT INTO row_sum SELECT tbl, id, sum FROM summed WHERE tbl = 'check_answer' AND id = new.id; END;
CREATE TRIGGER check_answer_summed_anew AFTER UPDATE ON check_answer
BEGIN UPDATE row_sum SET sum = (SELECT s.sum FROM summed s WHERE s.tbl = 'check_answer' AND s.id = new.id)
  WHERE tbl = 'check_answer' AND id = old.id; END;
CREATE TRIGGER check_exception_summed AFTER INSERT ON check_exception
BEGIN INSERT INTO row_sum SELECT tbl, id, sum FROM summed WHERE tbl = 'check_exception' AND id = new.id; END;
CREATE TRIGGER check_exception_summed_anew AFTER UPDATE ON check_exception
BEGIN UPDATE row_sum SET sum = (SELECT s.sum FROM summed s WHERE s.tbl = 'check_exception' AND s.id = new.id)
  WHERE tbl = 'check_exception' AND id = old.id; END;
CREATE TRIGGER chunk_counted AFTER INSERT ON chunk BEGIN
  INSERT INTO owner_total SELECT owner_kind, owner, 1, place FROM placed WHERE id = new.id
  ON CONFLICT DO UPDATE SET chunks = chunks + 1, places = places + excluded.places;
END;
CREATE TRIGGER chunk_gone BEFORE DELETE ON chunk BEGIN
  UPDATE owner_total SET chunks = chunks - 1, places = places - p.place
  FROM (SELECT owner_kind, owner, place FROM placed WHERE id = old.id) AS p
  WHERE owner_total.owner_kind = p.owner_kind AND owner_total.owner = p.owner;
  DELETE FROM owner_total WHERE chunks = 0;
END;
CREATE TRIGGER people_page_counted AFTER INSERT ON people_page BEGIN
  INSERT INTO owner_total SELECT owner_kind, owner, 1, place FROM page_placed WHERE id = new.id
  ON CONFLICT DO UPDATE SET chunks = chunks + 1, places = places + excluded.places;
END;
CREATE TRIGGER people_page_gone BEFORE DELETE ON people_page BEGIN
  UPDATE owner_total SET chunks = chunks - 1, places = places - p.place
  FROM (SELECT owner_kind, owner, place FROM page_placed WHERE id = old.id) AS p
  WHERE owner_total.owner_kind = p.owner_kind AND owner_total.owner = p.owner;
  DELETE FROM owner_total WHERE chunks = 0;
END;
-- What was there before the sums were kept.
INSERT INTO row_sum SELECT tbl, id, sum FROM summed;
INSERT INTO owner_total SELECT owner_kind, owner, count(*), sum(place) FROM placed GROUP BY owner_kind, owner;
INSERT INTO owner_total SELECT owner_kind, owner, count(*), sum(place) FROM page_placed GROUP BY owner;

-- name: store_application_id
PRAGMA application_id;

-- name: store_format
PRAGMA user_version;

-- name: store_mark_format
PRAGMA application_id = 1179668016;
PRAGMA user_version = 3;

-- name: store_schema_text
SELECT type, name, tbl_name, coalesce(sql, '') FROM sqlite_master ORDER BY type, name;
