/* Reading the columns of a kept screen. */
#include "screen/kept.h"
#include "columns/chunk.h"
#include "screen/screen_int.h"
#include "store/chunks.h"

const char *kept_column_name(enum kept_column c)
{
    static const char *const names[KEPT__MAX] = {"household", "person", "rule", "verdict", "state"};
    return names[c];
}

static enum rc damaged(struct err *e)
{
    return err_set(e, RC_ENV, pos_none(), "a kept screen is damaged. Run fangpin check.",
                   "已保存的筛查结果损坏。请运行 fangpin check。");
}

struct reading {
    struct store *s;
    struct arena *a;
    struct owner owner;
    struct buf buf;
};

static enum rc read_chunk(struct reading *r, const struct chunk_ref *ref, int64_t *out, struct err *e)
{
    struct str bytes;
    struct chunk_view v;
    TRY(chunk_fetch(r->s, ref, &r->buf, &bytes, e));
    TRY(chunk_open(bytes, CHUNK_DEFAULT, &v, e));
    bool ok = v.rows == ref->rows && chunk_read_i64(&v, 0, v.rows, out, NULL);
    chunk_close(&v);
    return ok ? RC_OK : damaged(e);
}

static enum rc read_column(struct reading *r, enum kept_column c, int64_t **out, uint32_t *n, struct err *e)
{
    struct chunk_ref *refs;
    size_t n_refs;
    int64_t total = 0;
    TRY(chunk_list(r->s, r->a, r->owner, str_from(kept_column_name(c)), &refs, &n_refs, e));
    for (size_t i = 0; i < n_refs; i++) {
        if (refs[i].first_row != total || total > FINDINGS_MAX) return damaged(e);
        total += refs[i].rows;
    }
    *out = ARENA_ARRAY(r->a, int64_t, (size_t)total + 1);
    *n = (uint32_t)total;
    if (!*out) return err_nomem(e);
    for (size_t i = 0; i < n_refs; i++) TRY(read_chunk(r, &refs[i], *out + refs[i].first_row, e));
    return RC_OK;
}

static enum rc take_names(struct reading *r, const struct chunk_view *v, struct str *names, struct err *e)
{
    for (uint32_t i = 0; i < v->rows; i++) {
        struct str name;
        if (!chunk_get_str(v, i, &name)) return damaged(e);
        names[i] = str_dup(r->a, name);
        if (!names[i].p) return err_nomem(e);
    }
    return RC_OK;
}

static enum rc read_names(struct reading *r, struct kept_screen *k, struct err *e)
{
    struct chunk_ref *refs;
    size_t n_refs;
    struct str bytes;
    struct chunk_view v;
    TRY(chunk_list(r->s, r->a, r->owner, STR("rules"), &refs, &n_refs, e));
    if (!n_refs) return RC_OK;
    k->rules = ARENA_ARRAY(r->a, struct str, (size_t)refs[0].rows + 1);
    if (!k->rules) return err_nomem(e);
    TRY(chunk_fetch(r->s, &refs[0], &r->buf, &bytes, e));
    TRY(chunk_open(bytes, CHUNK_DEFAULT, &v, e));
    enum rc rc = v.rows == refs[0].rows ? take_names(r, &v, k->rules, e) : damaged(e);
    k->n_rules = v.rows;
    chunk_close(&v);
    return rc;
}

static enum rc read_all(struct reading *r, struct kept_screen *k, struct err *e)
{
    for (int c = 0; c < KEPT__MAX; c++) {
        uint32_t n = k->n;
        TRY(read_column(r, (enum kept_column)c, &k->col[c], &k->n, e));
        if (c && k->n != n) return damaged(e);
    }
    TRY(read_names(r, k, e));
    for (uint32_t i = 0; i < k->n; i++)
        if (k->col[KEPT_RULE][i] < 0 || k->col[KEPT_RULE][i] >= k->n_rules) return damaged(e);
    return RC_OK;
}

enum rc kept_screen_read(struct store *s, struct arena *a, int64_t screen, struct kept_screen *out, struct err *e)
{
    struct reading r = {.s = s, .a = a, .owner = {OWNER_SCREEN, screen}};
    *out = (struct kept_screen){0};
    buf_init(&r.buf, CHUNK_BYTES_MAX);
    enum rc rc = read_all(&r, out, e);
    buf_fini(&r.buf);
    return rc;
}

struct finding kept_finding(const struct kept_screen *k, uint32_t i)
{
    return (struct finding){.household = (uint32_t)k->col[KEPT_HOUSEHOLD][i],
                            .person = (uint32_t)k->col[KEPT_PERSON][i],
                            .rule = (uint16_t)k->col[KEPT_RULE][i],
                            .verdict = (uint8_t)k->col[KEPT_VERDICT][i],
                            .state = (uint8_t)k->col[KEPT_STATE][i]};
}
