/* People in frame order: by household number, then person number; the newest roster row of each. Rosters mostly come
 * that way, and then nothing is sorted: ranges of rows are looked at and copied by all threads. */
#include "screen/load_int.h"
#include "store/decision.h"

enum { TILE = 1024 };

/* What a range of roster rows holds. */
struct range_sum {
    int64_t max_person, max_household, least;
    bool sorted;          /* persons ascend and households do not go back, also from the range before */
    bool dense;           /* and no person's number is left out */
    uint32_t kept, begun; /* rows of members, and households that begin with one of them */
    uint32_t row, h;      /* kept and begun of the ranges before */
};

struct ordering {
    struct world *w;
    const struct cells *person, *household, *born;
    bool some_unborn; /* perhaps; exact days say it by the latest */
    uint32_t n;       /* roster rows */
    struct range_sum *sum;
    uint32_t *first, *owner;
    uint32_t max_no, max_household;
    bool dense;           /* persons have the numbers from w->first_no on, in order */
    struct merge *merges; /* people found to be one */
    size_t n_merges;
};

/* Members are those at D (SEMANTICS §5): who is surely born later is not one yet. */
static bool is_unborn(const struct ordering *o, uint32_t row)
{
    int64_t v;
    return o->some_unborn && cells_get(o->born, row, &v) && SPAN_LO(v) > o->w->as_of;
}

static int64_t value_at(const struct cells *c, uint32_t row)
{
    int64_t v = 0;
    (void)cells_get(c, row, &v);
    return v;
}

/* ---------------------------------------------------------------- rosters in order */

static void scan_tile(struct range_sum *s, const int64_t *p, const int64_t *h, uint32_t n, int64_t *last)
{
    bool sorted = true, dense = true;
    for (uint32_t i = 0; i < n; i++) {
        sorted &= p[i] > last[0] && h[i] >= last[1];
        dense &= p[i] == last[0] + 1;
        s->max_person = p[i] > s->max_person ? p[i] : s->max_person;
        s->max_household = h[i] > s->max_household ? h[i] : s->max_household;
        s->least = p[i] < s->least ? p[i] : s->least;
        s->least = h[i] < s->least ? h[i] : s->least;
        last[0] = p[i], last[1] = h[i];
    }
    s->sorted = s->sorted && sorted;
    s->dense = s->dense && dense;
}

static enum rc scan_range(void *ctx, size_t task, unsigned thread, struct err *e)
{
    struct ordering *o = ctx;
    uint32_t from = range_from(task), to = range_to(task, o->n);
    struct range_sum *s = &o->sum[task];
    int64_t p[TILE], h[TILE], last[2] = {0, 0};
    (void)thread, (void)e;
    *s = (struct range_sum){.least = 1, .sorted = true, .dense = true};
    if (from < to) last[0] = value_at(o->person, from) - 1;
    if (from > 0) last[0] = value_at(o->person, from - 1), last[1] = value_at(o->household, from - 1);
    for (uint32_t at = from; at < to; at += TILE) {
        uint32_t n = to - at < TILE ? to - at : TILE;
        column_read(&o->person->col, at, n, p);
        column_read(&o->household->col, at, n, h);
        scan_tile(s, p, h, n, last);
    }
    return RC_OK;
}

/* The household of the last member before a row; 0 none. */
static int64_t household_before(const struct ordering *o, uint32_t row)
{
    while (row > 0 && is_unborn(o, row - 1)) row--;
    return row > 0 ? value_at(o->household, row - 1) : 0;
}

static enum rc count_range(void *ctx, size_t task, unsigned thread, struct err *e)
{
    struct ordering *o = ctx;
    uint32_t to = range_to(task, o->n);
    struct range_sum *s = &o->sum[task];
    int64_t h[TILE], last = household_before(o, range_from(task));
    (void)thread, (void)e;
    for (uint32_t at = range_from(task); at < to; at += TILE) {
        uint32_t n = to - at < TILE ? to - at : TILE;
        column_read(&o->household->col, at, n, h);
        for (uint32_t i = 0; i < n; i++) {
            if (is_unborn(o, at + i)) continue;
            s->begun += h[i] != last;
            s->kept++;
            last = h[i];
        }
    }
    return RC_OK;
}

/* Where the next row and household go, and where the households of this range end. */
struct filling {
    struct ordering *o;
    uint32_t r, h, h_end;
    int64_t last;
};

/* A household's place is written by every row until the next one begins: nobody can guess where that is. */
static void fill_tile(struct filling *f, uint32_t at, uint32_t n)
{
    struct ordering *o = f->o;
    struct world *w = o->w;
    int64_t p[TILE], h[TILE];
    column_read(&o->person->col, at, n, p);
    column_read(&o->household->col, at, n, h);
    for (uint32_t i = 0; i < n; i++) {
        if (is_unborn(o, at + i)) continue;
        if (f->h < f->h_end) {
            w->household_no[f->h] = (uint32_t)h[i];
            o->first[f->h] = f->r;
        }
        f->h += h[i] != f->last;
        f->last = h[i];
        if (w->person_no) {
            w->person_no[f->r] = (uint32_t)p[i];
            w->row_of_person[p[i]] = f->r;
        }
        if (w->roster_row) w->roster_row[f->r] = at + i;
        o->owner[f->r++] = f->h - 1;
    }
}

static enum rc fill_range(void *ctx, size_t task, unsigned thread, struct err *e)
{
    struct ordering *o = ctx;
    const struct range_sum *s = &o->sum[task];
    uint32_t to = range_to(task, o->n);
    struct filling f = {o, s->row, s->h, s->h + s->begun, household_before(o, range_from(task))};
    (void)thread, (void)e;
    for (uint32_t at = range_from(task); at < to; at += TILE) fill_tile(&f, at, to - at < TILE ? to - at : TILE);
    return RC_OK;
}

/* ---------------------------------------------------------------- memory */

static enum rc alloc_numbers(struct ordering *o, struct err *e)
{
    struct world *w = o->w;
    w->person_no = world_room(w, (size_t)w->n_people + 1, sizeof *w->person_no);
    w->row_of_person = world_room(w, w->n_person_nos, sizeof *w->row_of_person);
    if (!w->person_no || !w->row_of_person) return err_nomem(e);
    memset(w->row_of_person, 0xff, (size_t)w->n_person_nos * sizeof *w->row_of_person);
    return RC_OK;
}

static enum rc alloc_rows(struct ordering *o, struct err *e)
{
    struct world *w = o->w;
    w->household_no = world_room(w, (size_t)w->n_households + 1, sizeof *w->household_no);
    if (!w->roster_as_is || w->with_lines) {
        w->roster_row = world_room(w, (size_t)w->n_people + 1, sizeof *w->roster_row);
        if (!w->roster_row) return err_nomem(e);
    }
    o->first = world_room(w, (size_t)w->n_households + 1, sizeof *o->first);
    o->owner = world_room(w, (size_t)w->n_people + 1, sizeof *o->owner);
    return w->household_no && o->first && o->owner ? RC_OK : err_nomem(e);
}

static enum rc order_sorted(struct ordering *o, struct err *e)
{
    struct world *w = o->w;
    TRY(world_ranges(w, o->n, count_range, o, e));
    for (size_t t = 0; t < range_count(o->n); t++) {
        o->sum[t].row = w->n_people, o->sum[t].h = w->n_households;
        w->n_people += o->sum[t].kept, w->n_households += o->sum[t].begun;
    }
    w->roster_as_is = w->n_people == o->n;
    if (!w->roster_as_is || !o->dense) TRY(alloc_numbers(o, e));
    TRY(alloc_rows(o, e));
    return world_ranges(w, o->n, fill_range, o, e);
}

/* ---------------------------------------------------------------- rosters in any order */

struct newest {
    uint32_t *row;       /* by person number: global roster row, UINT32_MAX none */
    uint32_t *household; /* by person number */
    uint32_t *start;     /* by household number: members, then the frame row of the next one */
    uint32_t *index;     /* by household number: its frame row */
};

static bool is_there(const struct ordering *o, const struct newest *nw, uint32_t no)
{
    return no <= o->max_no && nw->row[no] != UINT32_MAX;
}

/* Who was found to be somebody else who is there is no member beside him. */
static void drop_merged(struct ordering *o, struct newest *nw)
{
    for (size_t i = 0; i < o->n_merges; i++)
        if (is_there(o, nw, o->merges[i].kept) && o->merges[i].gone <= o->max_no)
            nw->row[o->merges[i].gone] = UINT32_MAX;
}

/* What is stored of him is read as the other's. */
static void send_merged(struct ordering *o)
{
    uint32_t *row = o->w->row_of_person;
    for (size_t i = 0; i < o->n_merges; i++)
        if (o->merges[i].gone <= o->max_no && o->merges[i].kept <= o->max_no && row[o->merges[i].gone] == UINT32_MAX)
            row[o->merges[i].gone] = row[o->merges[i].kept];
}

/* Later deliveries come later in the rows, so the last row of a person wins. */
static void find_newest(struct ordering *o, struct newest *nw)
{
    memset(nw->row, 0xff, ((size_t)o->max_no + 1) * sizeof *nw->row);
    for (uint32_t i = 0; i < o->n; i++) {
        uint32_t no = (uint32_t)value_at(o->person, i);
        nw->row[no] = i;
        nw->household[no] = (uint32_t)value_at(o->household, i);
    }
    drop_merged(o, nw);
    for (uint32_t no = 0; no <= o->max_no; no++) {
        if (nw->row[no] == UINT32_MAX) continue;
        if (is_unborn(o, nw->row[no])) {
            nw->row[no] = UINT32_MAX;
            continue;
        }
        o->w->n_people++;
        if (!nw->start[nw->household[no]]++) o->w->n_households++;
    }
}

static void place_households(struct ordering *o, struct newest *nw)
{
    uint32_t at = 0, h_row = 0;
    for (uint32_t h = 0; h <= o->max_household; h++) {
        uint32_t n = nw->start[h];
        if (!n) continue;
        o->w->household_no[h_row] = h;
        o->first[h_row] = at;
        nw->index[h] = h_row++;
        nw->start[h] = at;
        at += n;
    }
}

static void place_people(struct ordering *o, struct newest *nw)
{
    struct world *w = o->w;
    for (uint32_t no = 0; no <= o->max_no; no++) {
        if (nw->row[no] == UINT32_MAX) continue;
        uint32_t h = nw->household[no], r = nw->start[h]++;
        w->person_no[r] = no;
        w->roster_row[r] = nw->row[no];
        w->row_of_person[no] = r;
        o->owner[r] = nw->index[h];
    }
}

static enum rc order_any(struct ordering *o, struct err *e)
{
    size_t people = (size_t)o->max_no + 1, households = (size_t)o->max_household + 1;
    struct newest nw = {.row = mem_alloc_array(people, sizeof *nw.row),
                        .household = mem_alloc_array(people, sizeof *nw.household),
                        .start = mem_zalloc_array(households, sizeof *nw.start),
                        .index = mem_alloc_array(households, sizeof *nw.index)};
    enum rc rc = nw.row && nw.household && nw.start && nw.index ? RC_OK : err_nomem(e);
    if (!rc) {
        find_newest(o, &nw);
        rc = alloc_numbers(o, e);
    }
    if (!rc) rc = alloc_rows(o, e);
    if (!rc) {
        place_households(o, &nw);
        place_people(o, &nw);
        send_merged(o);
    }
    mem_free(nw.row);
    mem_free(nw.household);
    mem_free(nw.start);
    mem_free(nw.index);
    return rc;
}

/* ---------------------------------------------------------------- whole */

/* Every roster row has a person and a household. */
static enum rc check_numbers(struct ordering *o, bool *sorted, struct err *e)
{
    struct range_sum all = {.least = 1, .sorted = true, .dense = true};
    for (size_t t = 0; t < range_count(o->n); t++) {
        const struct range_sum *s = &o->sum[t];
        all.max_person = s->max_person > all.max_person ? s->max_person : all.max_person;
        all.max_household = s->max_household > all.max_household ? s->max_household : all.max_household;
        all.least = s->least < all.least ? s->least : all.least;
        all.sorted = all.sorted && s->sorted;
        all.dense = all.dense && s->dense;
    }
    o->max_no = (uint32_t)all.max_person;
    o->max_household = (uint32_t)all.max_household;
    *sorted = all.sorted;
    o->dense = all.dense;
    o->w->n_person_nos = o->max_no + 1;
    o->w->first_no = o->n ? (uint32_t)value_at(o->person, 0) : 1;
    bool given = !o->person->not_given && !o->household->not_given && !o->person->col.valid && !o->household->col.valid;
    if (given && all.least > 0 && all.max_person < UINT32_MAX && all.max_household < UINT32_MAX) return RC_OK;
    return err_set(e, RC_ENV, pos_none(), "a stored roster has rows without a person or household. Run fangpin check.",
                   "存储的花名册有行缺少人员或户的编号。请运行 fangpin check。");
}

static enum rc order_all(struct ordering *o, struct err *e)
{
    struct world *w = o->w;
    bool sorted;
    TRY(world_ranges(w, o->n, scan_range, o, e));
    TRY(check_numbers(o, &sorted, e));
    TRY(merges_known_at(w->store, &w->arena, w->k_us, &o->merges, &o->n_merges, e));
    TRY(sorted && !o->n_merges ? order_sorted(o, e) : order_any(o, e));
    o->first[w->n_households] = w->n_people;
    w->tables[TABLE_HOUSEHOLD] = (struct ftable){.name = STR("household"), .n = w->n_households};
    w->tables[TABLE_PERSON] = (struct ftable){
        .name = STR("person"), .n = w->n_people, .owner = o->owner, .first = o->first, .source = w->roster_row};
    return RC_OK;
}

enum rc order_people(struct world *w, const struct cells *person, const struct cells *household,
                     const struct cells *born, struct err *e)
{
    struct ordering o = {.w = w, .person = person, .household = household, .born = born, .n = person->col.n};
    o.some_unborn = born->read && born->col.max > w->as_of;
    o.sum = mem_alloc_array(range_count(o.n) + 1, sizeof *o.sum);
    enum rc rc = o.sum ? order_all(&o, e) : err_nomem(e);
    mem_free(o.sum);
    return rc;
}
