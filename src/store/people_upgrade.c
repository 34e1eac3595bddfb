/* Format 1 to 2: rows of people, households and index entries become pages, delivery by delivery. */
#include "base/limits.h"
#include "base/mem.h"
#include "base/par.h"
#include "store/people_page.h"

enum { UPGRADE_ROWS = 262144 };
#define UPGRADE_TEXT_MAX MIB(512)
#define UPGRADE_TEXT_FULL MIB(64) /* then what there is is written */

struct upgrade {
    struct page_job j;
    struct arena texts;
    size_t text_bytes, n;
    union {
        struct person_row *people;
        struct household_row *households;
        struct page_entry *entries;
    } v;
};

typedef enum rc (*take_fn)(struct upgrade *u, struct db_stmt *q, struct err *e);

static bool keep(struct upgrade *u, struct str s, struct str *out)
{
    *out = s.n ? str_dup(&u->texts, s) : STR("");
    u->text_bytes += s.n;
    return out->p != NULL;
}

static enum rc take_person(struct upgrade *u, struct db_stmt *q, struct err *e)
{
    struct person_row *p = &u->v.people[u->n++];
    *p = (struct person_row){.no = (uint32_t)db_col_i64(q, 0), .household_no = (uint32_t)db_col_i64(q, 1)};
    if (!db_col_null(q, 2) && !keep(u, db_col_text(q, 2), &p->name)) return err_nomem(e);
    if (db_col_i64(q, 3) == 0) return RC_OK;
    struct buf plain;
    buf_init(&plain, PERSON_SECRET_MAX);
    enum rc rc = secret_unseal(u->j.s, SEAL_PERSON, p->no, (uint64_t)u->j.delivery, db_col_blob(q, 4), &plain, e);
    if (!rc && !keep(u, plain.n ? buf_str(&plain) : STR(""), &p->secret)) rc = err_nomem(e);
    buf_fini(&plain);
    return rc;
}

static enum rc take_household(struct upgrade *u, struct db_stmt *q, struct err *e)
{
    struct household_row *h = &u->v.households[u->n++];
    *h = (struct household_row){.no = (uint32_t)db_col_i64(q, 0), .division = db_col_i64(q, 1)};
    return keep(u, db_col_text(q, 2), &h->code) ? RC_OK : err_nomem(e);
}

static enum rc take_entry(struct upgrade *u, struct db_stmt *q, struct err *e)
{
    uint64_t key = (uint64_t)db_col_i64(q, 0);
    (void)e;
    if (u->j.kind == PAGE_ID) key = page_id_key(key);
    u->v.entries[u->n++] = (struct page_entry){key, (uint32_t)db_col_i64(q, 1)};
    return RC_OK;
}

static enum rc take_code(struct upgrade *u, struct db_stmt *q, struct err *e)
{
    (void)e;
    u->v.entries[u->n++] = (struct page_entry){page_code_key(db_col_text(q, 0)), (uint32_t)db_col_i64(q, 1)};
    return RC_OK;
}

static enum rc write_batch(struct upgrade *u, struct err *e)
{
    struct db_stmt *q = NULL;
    bool row = false;
    TRY(db_stmt(u->j.s->db, SQL_people_page_next_part, &q, e));
    db_bind_i64(q, 1, u->j.delivery);
    TRY(db_step(q, &row, e));
    u->j.part = (uint32_t)db_col_i64(q, 0);
    TRY(db_end(q, e));
    TRY(pages_write(&u->j, u->n, e));
    arena_reset(&u->texts);
    u->text_bytes = u->n = 0;
    return RC_OK;
}

static enum rc convert_rows(struct upgrade *u, struct db_stmt *q, take_fn take, struct err *e)
{
    bool row = true;
    enum rc rc = RC_OK;
    while (!rc && !(rc = db_step(q, &row, e)) && row) {
        rc = take(u, q, e);
        if (!rc && (u->n == UPGRADE_ROWS || u->text_bytes > UPGRADE_TEXT_FULL)) rc = write_batch(u, e);
    }
    rc = db_leave(q, rc, e);
    return rc ? rc : write_batch(u, e);
}

static enum rc convert_kind(struct upgrade *u, enum page_kind kind, enum sql_id query, take_fn take, struct err *e)
{
    struct db_stmt *q = NULL;
    u->j.kind = kind;
    u->j.people = u->v.people;
    u->j.households = u->v.households;
    u->j.entries = u->v.entries;
    TRY(db_stmt(u->j.s->db, query, &q, e));
    db_bind_i64(q, 1, u->j.delivery);
    return convert_rows(u, q, take, e);
}

static enum rc convert_delivery(struct upgrade *u, struct err *e)
{
    TRY(convert_kind(u, PAGE_PERSON, SQL_upgrade_1_people, take_person, e));
    TRY(convert_kind(u, PAGE_ID, SQL_upgrade_1_ids, take_entry, e));
    TRY(convert_kind(u, PAGE_ID_TAIL, SQL_upgrade_1_id_tails, take_entry, e));
    TRY(convert_kind(u, PAGE_MEMBER, SQL_upgrade_1_members, take_entry, e));
    TRY(convert_kind(u, PAGE_CODE, SQL_upgrade_1_codes, take_code, e));
    return convert_kind(u, PAGE_HOUSEHOLD, SQL_upgrade_1_households, take_household, e);
}

static enum rc convert_all(struct upgrade *u, struct err *e)
{
    struct db_stmt *q = NULL;
    bool row = true;
    enum rc rc = RC_OK;
    TRY(db_stmt(u->j.s->db, SQL_upgrade_1_deliveries, &q, e));
    while (!rc && !(rc = db_step(q, &row, e)) && row) {
        u->j.delivery = db_col_i64(q, 0);
        rc = convert_delivery(u, e);
    }
    return db_leave(q, rc, e);
}

enum rc people_upgrade(struct store *s, struct err *e)
{
    struct upgrade u = {.j = {.s = s, .threads = par_threads(), .inside = true}};
    size_t widest = sizeof *u.v.people > sizeof *u.v.households ? sizeof *u.v.people : sizeof *u.v.households;
    TRY(db_script(s->db, SQL_people_schema, e));
    void *rows = mem_alloc_array(UPGRADE_ROWS, widest);
    if (!rows) return err_nomem(e);
    u.v.people = rows;
    arena_init(&u.texts, UPGRADE_TEXT_MAX);
    enum rc rc = convert_all(&u, e);
    arena_fini(&u.texts);
    mem_free(rows);
    return rc ? rc : db_script(s->db, SQL_upgrade_1_end, e);
}
