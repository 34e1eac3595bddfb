#include "match/judge_run.h"
#include <inttypes.h>
#include "base/clock.h"
#include "base/limits.h"
#include "base/mem.h"
#include "base/par.h"
#include "base/vec.h"
#include "columns/keyring.h"
#include "ident/person_name.h"
#include "match/judge_int.h"
#include "store/screenstore.h"

enum { EVIDENCE_TEXT_MAX = 512 }; /* beside the name */

/* ---- evidence: what a row says of its person, by which a later row is known again */

bool judge_evidence(struct store *s, const struct judge_row *r, struct str sender, uint8_t out[EVIDENCE_BYTES])
{
    struct person_name name;
    char text[PERSON_NAME_MAX + EVIDENCE_TEXT_MAX];
    bool named = person_name_normalise(r->name, &name) == NAME_OK;
    bool whole = r->id[0] && r->left.worth != LEFT_FEW && r->left.worth != LEFT_SEEN && r->left.worth != LEFT_DAY;
    if (!whole && !(named && r->born)) return false;
    int n = snprintf(text, sizeof text, "%s|%.*s|%d|%.*s", r->id, named ? (int)name.n : 0, name.p, (int)r->born,
                     (int)(sender.n < EVIDENCE_TEXT_MAX / 2 ? sender.n : EVIDENCE_TEXT_MAX / 2), sender.p);
    if (n < 0 || (size_t)n >= sizeof text) return false;
    _Static_assert((int)EVIDENCE_BYTES == (int)KEYRING_HASH_BYTES, "one size");
    keyring_hash128(store_keyring(s), STR("match-evidence"), str_make(text, (size_t)n), out);
    return true;
}

struct str judge_sender(const struct delivery *d) { return d->sender.n ? d->sender : d->dataset; }

/* ---- decisions on a row */

struct told {
    const struct decision *same;    /* link it so */
    const struct decision *wait;    /* unsure, or nobody of the roster */
    const struct decision *against; /* not one person */
};

static uint64_t row_key(int64_t delivery, int64_t line) { return judge_mix((uint64_t)delivery, (uint64_t)line); }

static uint64_t evidence_key(const uint8_t *evidence)
{
    uint64_t key;
    memcpy(&key, evidence, sizeof key);
    return key;
}

/* Rows and evidence of which something was decided: most rows are looked up here and no further. */
static bool index_decisions(const struct decision_list *l, struct map64 *out)
{
    bool ok = true;
    for (size_t i = 0; ok && i < l->n; i++) {
        const struct decision *d = &l->v[i];
        if (d->subject != DECISION_ROW) continue;
        ok = map64_put(out, row_key(d->delivery, d->line), 1);
        if (d->has_evidence) ok = ok && map64_put(out, evidence_key(d->evidence), 1);
    }
    return ok;
}

static bool speaks_of(const struct decision *d, const struct judge_row *r, const uint8_t *evidence)
{
    if (d->subject != DECISION_ROW) return false;
    if (d->delivery == r->delivery && d->line == r->line) return true;
    return evidence && d->has_evidence && memcmp(d->evidence, evidence, EVIDENCE_BYTES) == 0;
}

/* What was decided of a row or of one that said the same; candidates decided against get their veto. */
static struct told look_up(const struct decision_list *l, const struct judge_row *r, const uint8_t *evidence,
                           struct judged *c)
{
    struct told t = {0};
    for (size_t i = 0; i < l->n; i++) {
        const struct decision *d = &l->v[i];
        if (!speaks_of(d, r, evidence)) continue;
        if (d->verdict == DECISION_SAME) t.same = d;
        if (d->verdict == DECISION_UNSURE || (d->verdict == DECISION_NOT && !d->person)) t.wait = d;
        else if (d->verdict == DECISION_NOT) t.against = d;
        for (uint32_t k = 0; c && d->verdict == DECISION_NOT && k < c->n; k++)
            if (c->v[k].person == d->person || !d->person) c->v[k].veto = VETO_DECIDED;
    }
    return t;
}

/* ---- links of one delivery */

struct linking {
    struct store *s;
    struct policy *p;
    const struct divisions *divs;
    struct arena a;
    struct decision_list decisions;
    struct map64 decided; /* row_key, evidence_key */
    int64_t now_us;
    struct str by_who;
    struct judge_report *r;
};

struct links {
    VEC(size_t) row; /* number among the waiting rows of the delivery */
    VEC(uint32_t) person;
    VEC(int64_t) model, decision, score;
};

static void links_fini(struct links *k)
{
    vec_fini(&k->row);
    vec_fini(&k->person);
    vec_fini(&k->model);
    vec_fini(&k->decision);
    vec_fini(&k->score);
}

static bool links_add(struct links *k, size_t row, struct judge_link l)
{
    return vec_push(&k->row, UINT32_MAX, row) && vec_push(&k->person, UINT32_MAX, l.person) &&
           vec_push(&k->model, UINT32_MAX, l.model) && vec_push(&k->decision, UINT32_MAX, l.decision) &&
           vec_push(&k->score, UINT32_MAX, l.score_pm);
}

static enum rc publish_links(struct linking *x, const struct delivery *base, const struct delivery_list *all,
                             const struct links *k, int64_t *n, struct err *e)
{
    static const struct person_index nobody = {0};
    struct late *late = mem_zalloc_array(1, sizeof *late);
    if (!late) return err_nomem(e);
    *late = (struct late){.s = x->s, .p = x->p, .divs = x->divs, .base = base, .index = &nobody, .by_who = x->by_who};
    late->known_from_us = x->now_us;
    enum rc rc = late_begin(late, all, e);
    late->person = k->person.v;
    late->model = k->model.v;
    late->decision = k->decision.v;
    late->score = k->score.v;
    if (!rc && late->w.line.n >= k->row.n) {
        memcpy(late->row, k->row.v, k->row.n * sizeof *late->row);
        late->n = k->row.n;
        rc = late_publish(late, n, e);
    }
    late_fini(late);
    mem_free(late);
    return rc;
}

/* ---- dropping what is no longer held */

struct part_columns {
    struct stored_ints line, person, model, decision, score;
};

static void part_fini(struct part_columns *c)
{
    stored_ints_fini(&c->line);
    stored_ints_fini(&c->person);
    stored_ints_fini(&c->model);
    stored_ints_fini(&c->decision);
    stored_ints_fini(&c->score);
}

/* n 0 when the part was made by a roster and not by judging. */
static enum rc part_read(struct store *s, int64_t part, struct part_columns *c, struct err *e)
{
    *c = (struct part_columns){0};
    enum rc rc = stored_ints_read(&c->decision, s, part, STR("match.decision"), e);
    if (!rc && c->decision.n) rc = stored_ints_read(&c->line, s, part, STR("line"), e);
    if (!rc && c->decision.n) rc = stored_ints_read(&c->person, s, part, STR("person"), e);
    if (!rc && c->decision.n) rc = stored_ints_read(&c->model, s, part, STR("match.model"), e);
    if (!rc && c->decision.n) rc = stored_ints_read(&c->score, s, part, STR("match.score"), e);
    size_t n = c->decision.n;
    if (!rc && (c->line.n != n || c->person.n != n || c->model.n != n || c->score.n != n))
        rc = err_set(e, RC_ENV, pos_none(), "a late part is damaged; run `fangpin check`",
                     "后补部分已损坏；请运行 `fangpin check`");
    return rc;
}

static struct judge_link part_link(const struct part_columns *c, size_t i)
{
    return (struct judge_link){.line = (uint32_t)c->line.v[i],
                               .person = (uint32_t)c->person.v[i],
                               .model = c->model.v[i],
                               .decision = c->decision.v[i],
                               .score_pm = (int32_t)c->score.v[i]};
}

static bool is_held(const struct decision_list *l, int64_t delivery, const struct judge_link *k)
{
    bool by = k->decision == 0;
    for (size_t i = 0; i < l->n; i++) {
        const struct decision *d = &l->v[i];
        if (d->id == k->decision) by = true;
        if (d->subject != DECISION_ROW || d->delivery != delivery || d->line != k->line) continue;
        if (d->verdict == DECISION_UNSURE) return false;
        if (d->verdict == DECISION_NOT && (!d->person || d->person == k->person)) return false;
        if (d->verdict == DECISION_SAME && d->person != k->person) return false;
    }
    return by;
}

static size_t place_of_line(const struct stored_ints *line, int64_t want)
{
    for (size_t lo = 0, hi = line->n; lo < hi;) {
        size_t mid = (lo + hi) / 2;
        if (line->v[mid] == want) return mid;
        if (line->v[mid] < want) lo = mid + 1;
        else hi = mid;
    }
    return SIZE_MAX;
}

/* The links of a part that are still held, by their rows' places among the waiting of the base. */
static enum rc kept_links(struct linking *x, const struct delivery *base, const struct part_columns *c,
                          struct links *out, int64_t *dropped, struct err *e)
{
    struct stored_ints line;
    enum rc rc = RC_OK;
    TRY(stored_ints_read(&line, x->s, base->id, STR("wait.line"), e));
    for (size_t w = 0; !rc && w < c->line.n; w++) {
        struct judge_link k = part_link(c, w);
        size_t at = place_of_line(&line, k.line);
        bool spoken = k.decision || map64_get(&x->decided, row_key(base->id, k.line)) != UINT32_MAX;
        bool held = at != SIZE_MAX && (!spoken || is_held(&x->decisions, base->id, &k));
        *dropped += !held;
        if (held && !links_add(out, at, k)) rc = err_nomem(e);
    }
    stored_ints_fini(&line);
    return rc;
}

static void sort_links(struct links *k)
{
    for (size_t i = 1; i < k->row.n; i++) { /* nearly in order: lines of a part go by person */
        for (size_t j = i; j > 0 && k->row.v[j - 1] > k->row.v[j]; j--) {
#define SWAP(v)                        \
    do {                               \
        __typeof__((v)[0]) t = (v)[j]; \
        (v)[j] = (v)[j - 1];           \
        (v)[j - 1] = t;                \
    } while (0)
            SWAP(k->row.v);
            SWAP(k->person.v);
            SWAP(k->model.v);
            SWAP(k->decision.v);
            SWAP(k->score.v);
#undef SWAP
        }
    }
}

/* A part that holds a link no longer held ends, and what is left of it is published anew. */
static enum rc settle_part(struct linking *x, const struct delivery *base, const struct delivery *part, struct err *e)
{
    struct part_columns c;
    struct links keep = {0};
    struct delivery_list all;
    int64_t dropped = 0, n = 0;
    enum rc rc = part_read(x->s, part->id, &c, e);
    if (!rc && c.line.n) rc = kept_links(x, base, &c, &keep, &dropped, e);
    if (!rc && dropped) {
        sort_links(&keep);
        rc = delivery_withdraw(x->s, part->id, x->now_us, STR("match: decided otherwise"), x->by_who, e);
        if (!rc) rc = delivery_known_at(x->s, &x->a, STR(""), INT64_MAX, &all, e);
        if (!rc && keep.row.n) rc = publish_links(x, base, &all, &keep, &n, e);
        x->r->dropped += dropped;
    }
    links_fini(&keep);
    part_fini(&c);
    return rc;
}

static const struct delivery *find_delivery(const struct delivery_list *l, int64_t id)
{
    for (size_t i = 0; i < l->n; i++)
        if (l->v[i].id == id) return &l->v[i];
    return NULL;
}

static enum rc settle(struct linking *x, int64_t only, struct err *e)
{
    struct delivery_list all;
    TRY(delivery_known_at(x->s, &x->a, STR(""), INT64_MAX, &all, e));
    for (size_t i = 0; i < all.n; i++) {
        const struct delivery *d = &all.v[i];
        const struct delivery *base = d->kind == DELIVERY_ADDS && d->replaces ? find_delivery(&all, d->replaces) : NULL;
        if (base && (!only || base->id == only)) TRY(settle_part(x, base, d, e));
    }
    return RC_OK;
}

static enum rc linking_begin(struct linking *x, struct store *s, struct policy *p, struct str who,
                             struct judge_report *r, struct err *e)
{
    bool moved;
    *x = (struct linking){.s = s, .p = p, .by_who = who, .r = r};
    arena_init(&x->a, IMPORT_ARENA_MAX);
    map64_init(&x->decided);
    TRY(screen_known_after(s, store_now_us(s), &x->now_us, &moved, e));
    TRY(decisions_known_at(s, &x->a, INT64_MAX, false, &x->decisions, e));
    return index_decisions(&x->decisions, &x->decided) ? RC_OK : err_nomem(e);
}

static void linking_end(struct linking *x)
{
    map64_fini(&x->decided);
    arena_fini(&x->a);
}

/* What was decided of a row, or of one that said the same of its person. */
static struct told told_by(struct store *s, const struct decision_list *l, const struct map64 *decided,
                           const struct judge_row *r, const struct delivery *d, struct judged *c)
{
    uint8_t evidence[EVIDENCE_BYTES];
    if (!l->n) return (struct told){0};
    bool known = judge_evidence(s, r, judge_sender(d), evidence) &&
                 map64_get(decided, evidence_key(evidence)) != UINT32_MAX;
    if (!known && map64_get(decided, row_key(r->delivery, r->line)) == UINT32_MAX) return (struct told){0};
    return look_up(l, r, known ? evidence : NULL, c);
}

static struct told told_of(struct linking *x, const struct judge_row *r, const struct delivery *d, struct judged *c)
{
    return told_by(x->s, &x->decisions, &x->decided, r, d, c);
}

/* ---- a run over what waits */

struct run_over {
    struct linking x;
    struct judging j;
    const struct judge_options *o;
    int64_t model;
};

/* People whom the delivery's own rows and parts have already. */
static enum rc people_of_delivery(struct store *s, const struct delivery_list *all, int64_t id, struct map64 *out,
                                  struct err *e)
{
    for (size_t i = 0; i < all->n; i++) {
        const struct delivery *d = &all->v[i];
        struct stored_ints person;
        if (d->id != id && !(d->kind == DELIVERY_ADDS && d->replaces == id)) continue;
        TRY(stored_ints_read(&person, s, d->id, STR("person"), e));
        bool ok = true;
        for (size_t k = 0; ok && k < person.n; k++) ok = map64_put(out, (uint64_t)person.v[k], 1);
        stored_ints_fini(&person);
        if (!ok) return err_nomem(e);
    }
    return RC_OK;
}

/* Who this row is linked to now; person 0: it waits. */
static struct judge_link link_of(struct run_over *v, size_t i, const struct delivery *d, const struct map64 *taken,
                                 int32_t precision_ppm)
{
    const struct judge_row *r = &v->j.rows.v[i];
    if (r->linked) return (struct judge_link){0};
    struct judged *c = &v->j.set.of[i];
    struct told t = told_of(&v->x, r, d, c);
    if (t.against) judge_ruled_out(&v->j.model, c);
    if (t.same && !t.wait) {
        bool own = t.same->delivery == r->delivery && t.same->line == r->line;
        (*(own ? &v->x.r->decided : &v->x.r->remembered))++;
        return (struct judge_link){
            .person = t.same->person, .decision = t.same->id, .score_pm = t.same->score_pm < 0 ? 0 : t.same->score_pm};
    }
    if (!c->n || t.wait || !precision_ppm || c->v[0].chance_ppm < precision_ppm) return (struct judge_link){0};
    if (r->once && map64_get(taken, c->v[0].person) != UINT32_MAX) c->v[0].veto = VETO_TWICE;
    if (c->v[0].veto) {
        v->x.r->vetoed++;
        return (struct judge_link){0};
    }
    v->x.r->automatic++;
    v->x.r->without_number += (!r->id[0] || r->left.worth == LEFT_FEW) && c->v[0].level[CMP_HOME] != HOM_SAME;
    return (struct judge_link){
        .person = c->v[0].person, .model = v->model, .score_pm = c->v[0].chance_ppm / (JUDGE_PPM / 1000)};
}

static enum rc keep_model(struct run_over *v, struct err *e)
{
    struct buf b;
    if (v->model) return RC_OK;
    buf_init(&b, KIB(64));
    enum rc rc = judge_model_write(&v->j.model, &b) ? RC_OK : err_nomem(e);
    if (!rc) rc = match_model_add(v->x.s, buf_str(&b), v->x.by_who, &v->model, e);
    buf_fini(&b);
    return rc;
}

/* Rows from..to-1 are those of one delivery. */
static enum rc choose_links(struct run_over *v, const struct delivery *d, size_t from, size_t to, struct map64 *taken,
                            struct links *k, struct err *e)
{
    int32_t ppm = 0;
    if (v->o->precision) TRY(v->o->precision(v->o->ctx, d, &ppm, e));
    if (ppm) TRY(keep_model(v, e));
    if (v->j.rows.v[from].once) TRY(people_of_delivery(v->x.s, &v->j.rows.all, d->id, taken, e));
    for (size_t i = from; i < to; i++) {
        struct judge_link l = link_of(v, i, d, taken, ppm);
        if (!l.person) continue;
        if (!links_add(k, v->j.rows.v[i].number, l) || !map64_put(taken, l.person, 1)) return err_nomem(e);
    }
    return RC_OK;
}

static enum rc link_delivery(struct run_over *v, size_t from, size_t to, struct err *e)
{
    const struct delivery *d = find_delivery(&v->j.rows.all, v->j.rows.v[from].delivery);
    struct links k = {0};
    struct map64 taken;
    int64_t n = 0;
    map64_init(&taken);
    enum rc rc = choose_links(v, d, from, to, &taken, &k, e);
    if (!rc && k.row.n) rc = publish_links(&v->x, d, &v->j.rows.all, &k, &n, e);
    links_fini(&k);
    map64_fini(&taken);
    return rc;
}

static enum rc run_all(struct run_over *v, struct err *e)
{
    struct judge_report *r = v->x.r;
    struct store *s = v->x.s;
    TRY(settle(&v->x, v->o->delivery, e));
    int64_t t0 = clock_steady_us();
    TRY(judging_open(&v->j, s, v->x.p, v->o->divs, INT64_MAX, (struct row_ref){.delivery = v->o->delivery}, true, e));
    for (size_t i = 0; i < v->j.rows.n; i++) r->waiting += !v->j.rows.v[i].linked;
    r->candidates = (int64_t)v->j.set.n_all;
    r->unreadable = (int64_t)v->j.rows.unreadable;
    for (size_t i = 0; i < v->j.set.n; i++) r->with_candidates += v->j.set.of[i].n > 0 && !v->j.rows.v[i].linked;
    r->weights = v->j.model;
    v->model = v->j.model_id;
    int64_t t1 = clock_steady_us();
    for (size_t i = 0, end; i < v->j.rows.n; i = end) {
        for (end = i; end < v->j.rows.n && v->j.rows.v[end].delivery == v->j.rows.v[i].delivery;) end++;
        TRY(link_delivery(v, i, end, e));
    }
    r->model = v->model;
    r->find_us = t1 - t0;
    r->link_us = clock_steady_us() - t1;
    return RC_OK;
}

enum rc judge_run(struct store *s, struct policy *p, const struct judge_options *o, struct judge_report *r,
                  struct err *e)
{
    struct run_over v = {.o = o};
    *r = (struct judge_report){0};
    enum rc rc = linking_begin(&v.x, s, p, o->by_who, r, e);
    v.x.divs = o->divs;
    if (!rc) rc = run_all(&v, e);
    judging_close(&v.j);
    linking_end(&v.x);
    return rc;
}

/* Does any row that waits say what a row said that somebody linked? Without looking at people. */
static enum rc any_remembered(struct linking *x, int64_t delivery, bool *any, struct err *e)
{
    struct judge_rows rows;
    TRY(judge_rows_read(&rows, x->s, x->p, INT64_MAX, delivery, 0, false, NULL, e));
    const struct delivery *d = find_delivery(&rows.all, delivery);
    for (size_t i = 0; d && i < rows.n && !*any; i++) *any = told_of(x, &rows.v[i], d, NULL).same != NULL;
    judge_rows_free(&rows);
    return RC_OK;
}

enum rc judge_remembered(struct store *s, struct policy *p, const struct divisions *divs, int64_t delivery,
                         struct str who, int64_t *n, struct err *e)
{
    struct linking x;
    struct judge_report r = {0};
    struct judge_options o = {.delivery = delivery, .by_who = who, .divs = divs};
    bool any = false;
    *n = 0;
    enum rc rc = linking_begin(&x, s, p, who, &r, e);
    if (!rc && x.decisions.n) rc = any_remembered(&x, delivery, &any, e);
    linking_end(&x);
    if (!rc && any) rc = judge_run(s, p, &o, &r, e);
    *n = r.remembered;
    return rc;
}

/* ---- judging, for showing and for the run */

/* Weights kept under a number. */
static enum rc weights_of(struct judging *j, struct store *s, int64_t id, struct err *e)
{
    struct str text;
    TRY(match_model_get(s, &j->rows.a, id, &text, e));
    j->model_id = id;
    if (judge_model_read(text, &j->model)) return RC_OK;
    return err_set(e, RC_ENV, pos_none(), "the weights kept under number %" PRId64 " are damaged; run `fangpin check`",
                   "编号 %" PRId64 " 的权重已损坏；请运行 `fangpin check`", id);
}

/* The newest weights kept that were learnt; model_id 0: none were. */
static enum rc newest_learnt(struct judging *j, struct store *s, int64_t k_us, struct err *e)
{
    int64_t id;
    TRY(match_model_newest(s, k_us, &id, e));
    for (; id > 0; id--) {
        TRY(weights_of(j, s, id, e));
        if (j->model.learnt) return RC_OK;
    }
    j->model_id = 0;
    return RC_OK;
}

enum rc judging_weights(struct judging *j, struct store *s, int64_t k_us, struct err *e)
{
    TRY(newest_learnt(j, s, k_us, e));
    return j->model_id ? RC_OK : judge_usual(&j->set, &j->model, e);
}

/* Those learnt now, if enough rows teach; else the newest that were learnt; else the usual ones. */
static enum rc choose_weights(struct judging *j, struct store *s, int64_t k_us, bool learn, struct err *e)
{
    if (!learn) return judging_weights(j, s, k_us, e);
    TRY(judge_learn(&j->set, &j->model, e));
    return j->model.learnt ? RC_OK : newest_learnt(j, s, k_us, e);
}

static enum rc note_decided(struct judging *j, struct store *s, const struct map64 *decided, struct err *e)
{
    if (j->rows.n && !(j->decided = ARENA_ARRAY(&j->rows.a, const struct decision *, j->rows.n))) return err_nomem(e);
    for (size_t i = 0; i < j->rows.n; i++) {
        const struct delivery *d = find_delivery(&j->rows.all, j->rows.v[i].delivery);
        struct told t = {0};
        if (d) t = told_by(s, &j->decisions, decided, &j->rows.v[i], d, &j->set.of[i]);
        j->decided[i] = t.wait ? t.wait : t.against;
        if (t.against || t.wait) judge_ruled_out(&j->model, &j->set.of[i]);
    }
    return RC_OK;
}

/* Who decided what of the rows. */
static enum rc read_decided(struct judging *j, struct store *s, struct err *e)
{
    struct map64 decided;
    map64_init(&decided);
    enum rc rc = index_decisions(&j->decisions, &decided) ? note_decided(j, s, &decided, e) : err_nomem(e);
    map64_fini(&decided);
    return rc;
}

bool judging_is_open(const struct judging *j, size_t row)
{
    const struct decision *d = j->decided ? j->decided[row] : NULL;
    const struct judged *c = &j->set.of[row];
    if (!d) return true;
    bool other = c->n && c->v[0].veto != VETO_DECIDED && c->v[0].chance_ppm >= JUDGE_LIKELY_PPM;
    return other && d->verdict == DECISION_NOT && d->person;
}

/* Rows and candidates, compared and not yet weighed. linked: rows that are linked already too. */
static enum rc open_rows(struct judging *j, struct store *s, struct policy *p, const struct divisions *divs,
                         int64_t k_us, struct row_ref only, bool linked, struct err *e)
{
    *j = (struct judging){0};
    TRY(judge_people_load(&j->people, s, p, k_us, e));
    TRY(judge_places_make(&j->places, j->people, divs, e));
    TRY(judge_rows_read(&j->rows, s, p, k_us, only.delivery, only.line, linked, j->places, e));
    TRY(judge_people_homes(j->people, s, j->rows.v, j->rows.n, e));
    TRY(judge_people_written(j->people, s, k_us, j->rows.v, j->rows.n, e));
    TRY(decisions_known_at(s, &j->rows.a, k_us, false, &j->decisions, e));
    j->set = (struct judge_set){.people = j->people, .rows = j->rows.v, .n = j->rows.n};
    return judge_find(&j->set, par_threads(), e);
}

enum rc judging_open(struct judging *j, struct store *s, struct policy *p, const struct divisions *divs, int64_t k_us,
                     struct row_ref only, bool learn, struct err *e)
{
    TRY(open_rows(j, s, p, divs, k_us, only, learn, e));
    TRY(choose_weights(j, s, k_us, learn, e));
    judge_score(&j->set, &j->model);
    return learn ? RC_OK : read_decided(j, s, e);
}

struct find_link {
    uint32_t line;
    struct judge_link *out;
};

static enum rc take_link(void *ctx, const struct judge_link *l, struct err *e)
{
    const struct find_link *x = ctx;
    (void)e;
    if (l->line == x->line) *x->out = *l;
    return RC_OK;
}

enum rc judging_open_link(struct judging *j, struct store *s, struct policy *p, const struct divisions *divs,
                          struct row_ref row, struct judge_link *link, struct err *e)
{
    *j = (struct judging){0};
    *link = (struct judge_link){0};
    struct find_link x = {row.line, link};
    TRY(judge_links(s, row.delivery, LINKS_JUDGED, INT64_MAX, take_link, &x, e));
    if (!link->person) return RC_OK;
    TRY(open_rows(j, s, p, divs, INT64_MAX, row, true, e));
    if (link->model) TRY(weights_of(j, s, link->model, e));
    else TRY(judging_weights(j, s, INT64_MAX, e));
    judge_score(&j->set, &j->model);
    return read_decided(j, s, e);
}

void judging_close(struct judging *j)
{
    judge_set_fini(&j->set);
    judge_rows_free(&j->rows);
    judge_people_free(j->people);
    judge_places_free(j->places);
    mem_free(j->two);
    *j = (struct judging){0};
}
