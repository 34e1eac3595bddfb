-- Statements of the connection itself.

-- name: db_pragmas
PRAGMA cell_size_check = ON;
PRAGMA foreign_keys = ON;
PRAGMA synchronous = FULL;
PRAGMA temp_store = MEMORY;
PRAGMA secure_delete = FAST;
PRAGMA cache_size = -8192;
PRAGMA journal_size_limit = 67108864;

-- name: db_create_pragmas
PRAGMA page_size = 16384;
PRAGMA auto_vacuum = INCREMENTAL;
PRAGMA journal_mode = WAL;

-- name: db_read_only_pragmas
PRAGMA query_only = ON;

-- name: db_few_pages
PRAGMA cache_size = -1024;

-- name: db_begin
BEGIN IMMEDIATE;

-- name: db_begin_read
BEGIN;

-- name: db_commit
COMMIT;

-- name: db_rollback
ROLLBACK;

-- name: db_synchronous_full
PRAGMA synchronous = FULL;

-- name: db_synchronous_normal
PRAGMA synchronous = NORMAL;

-- Gives free pages back; through a file, for a database can be larger than memory.
-- name: db_vacuum
PRAGMA temp_store = FILE;
PRAGMA auto_vacuum = INCREMENTAL;
VACUUM;
PRAGMA temp_store = MEMORY;
