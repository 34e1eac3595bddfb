#include "ident/division.h"
#include "ident/division_int.h"

int division_period_cmp(const struct division_period *a, const struct division_period *b)
{
    if (a->code != b->code) return a->code < b->code ? -1 : 1;
    if (a->flag != b->flag) return a->flag < b->flag ? -1 : 1;
    return (a->from > b->from) - (a->from < b->from);
}

bool division_holds(const struct division_period *p, date_day date)
{
    return p->from <= date && (!p->to || date <= p->to);
}

static int64_t code_of(uint64_t unit) { return (int64_t)(unit >> DIVISION_AT_BITS); }
static size_t name_at(uint64_t unit) { return unit & (((uint64_t)1 << DIVISION_AT_BITS) - 1); }

size_t division_list_lower(const struct division_list *l, int64_t code)
{
    size_t lo = 0, hi = l->n;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (code_of(l->unit[mid]) < code) lo = mid + 1;
        else hi = mid;
    }
    return lo;
}

struct division_period division_list_unit(const struct division_list *l, size_t i)
{
    size_t at = name_at(l->unit[i]), end = name_at(l->unit[i + 1]);
    return (struct division_period){.code = code_of(l->unit[i]), .text = str_make(l->text + at, end - at)};
}

bool division_list_find(const struct division_list *l, int64_t code, struct division_period *out)
{
    size_t i = division_list_lower(l, code);
    if (i == l->n || code_of(l->unit[i]) != code) return false;
    *out = division_list_unit(l, i);
    return true;
}

size_t division_lower(const struct division_table *t, int64_t code, uint32_t flag)
{
    size_t lo = 0, hi = t->n;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        const struct division_period *p = &t->v[mid];
        bool before = p->code < code || (p->code == code && p->flag < flag);
        if (before) lo = mid + 1;
        else hi = mid;
    }
    return lo;
}

const struct division_period *division_pick(const struct division_table *t, int64_t code, uint32_t flag, date_day date)
{
    const struct division_period *found = NULL;
    for (size_t i = division_lower(t, code, flag); i < t->n; i++) {
        const struct division_period *p = &t->v[i];
        if (p->code != code || p->flag != flag) break;
        if (!date || division_holds(p, date)) found = p;
    }
    return found;
}

bool divisions_find(const struct divisions *d, int64_t code, date_day date, struct division_period *out)
{
    struct division_period listed;
    size_t i = division_lower(&d->corrected, code, 0);
    bool corrected = i < d->corrected.n && d->corrected.v[i].code == code;
    const struct division_period *p = corrected ? division_pick(&d->corrected, code, 0, date) : NULL;
    if (!corrected && division_list_find(&d->list, code, &listed)) p = &listed;
    if (p && out) *out = *p;
    return p != NULL;
}

struct str divisions_name(const struct divisions *d, int64_t code, date_day date)
{
    struct division_period p;
    return divisions_find(d, code, date, &p) ? p.text : STR("");
}

/* Names that the statistical list gives to groups that are no units. */
static bool is_filler(struct str name)
{
    return str_eq(name, STR("市辖区")) || str_eq(name, STR("县")) || str_eq(name, STR("省直辖县级行政区划")) ||
           str_eq(name, STR("自治区直辖县级行政区划"));
}

bool divisions_path(const struct divisions *d, int64_t code, date_day date, struct buf *out)
{
    bool whole = true;
    int64_t above = 0;
    for (unsigned level = DIVISION_PROVINCE; level <= division_level(code); level++) {
        int64_t at = division_truncate(code, (enum division_level)level);
        if (at == above) continue;
        above = at;
        struct str name = divisions_name(d, at, date);
        if (name.n) {
            if (at == code || !is_filler(name)) buf_add(out, name);
            continue;
        }
        char digits[DIVISION_TEXT_MAX];
        buf_addz(out, division_format_short(at, digits));
        whole = false;
    }
    return whole;
}

/* The replacement in force of code or of the smallest replaced unit that it lies in. */
static const struct division_period *find_alias(const struct divisions *d, int64_t code, date_day date)
{
    for (int64_t at = code; at; at = division_parent(at)) {
        struct division_period unit;
        if (divisions_find(d, at, date, &unit) && (date || !unit.to)) return NULL;
        const struct division_period *a = division_pick(&d->aliases, at, 0, date);
        if (a && (at == code || division_level(at) == division_level(a->replacement))) return a;
    }
    return NULL;
}

int64_t divisions_resolve(const struct divisions *d, int64_t code, date_day date)
{
    int64_t now = code;
    for (int step = 0; step < DIVISION_ALIAS_STEPS_MAX; step++) {
        const struct division_period *a = find_alias(d, now, date);
        if (!a) return now;
        now = now - a->code + a->replacement;
    }
    return code; /* a ring: no replacement can be told */
}

/* The smallest code from `from` on, listed or corrected; DIVISION_CODE_MAX + 1 when there is none. */
static int64_t next_code(const struct divisions *d, int64_t from)
{
    size_t i = division_list_lower(&d->list, from), k = division_lower(&d->corrected, from, 0);
    int64_t listed = i < d->list.n ? code_of(d->list.unit[i]) : DIVISION_CODE_MAX + 1;
    int64_t corrected = k < d->corrected.n ? d->corrected.v[k].code : DIVISION_CODE_MAX + 1;
    return listed < corrected ? listed : corrected;
}

bool divisions_next(const struct divisions *d, date_day date, int64_t *cursor, struct division_period *out)
{
    while ((*cursor = next_code(d, *cursor + 1)) <= DIVISION_CODE_MAX)
        if (divisions_find(d, *cursor, date, out)) return true;
    return false;
}

bool divisions_next_child(const struct divisions *d, int64_t parent, date_day date, int64_t *cursor,
                          struct division_period *out)
{
    int64_t code = next_code(d, *cursor ? division_end(*cursor) : parent + 1);
    while (division_covers(parent, code)) {
        bool child = division_parent(code) == parent;
        *cursor = code;
        if (child && divisions_find(d, code, date, out)) return true;
        code = next_code(d, child ? division_end(code) : code + 1);
    }
    return false;
}

/* The name without the ending that files write in several ways. */
static struct str name_core(struct str name)
{
    static const struct str endings[] = {STR("村民委员会"), STR("居民委员会"), STR("村委会"),
                                         STR("居委会"),     STR("办事处"),     STR("村")};
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++)
        if (name.n > endings[i].n && str_ends(name, endings[i])) return str_sub(name, 0, name.n - endings[i].n);
    return name;
}

size_t divisions_find_name(const struct divisions *d, int64_t parent, struct str name, date_day date, int64_t *code)
{
    struct str wanted = str_trim(name), core = name_core(wanted);
    size_t exact = 0, near = 0;
    int64_t first_exact = 0, first_near = 0, cursor = 0;
    struct division_period p;
    while (divisions_next_child(d, parent, date, &cursor, &p)) {
        if (str_eq(p.text, wanted) && !exact++) first_exact = p.code;
        if (str_eq(name_core(p.text), core) && !near++) first_near = p.code;
    }
    *code = exact ? first_exact : first_near;
    return exact ? exact : near;
}

uint32_t divisions_flag_id(const struct divisions *d, struct str name) { return intern_find(&d->flag_names, name); }

const struct division_period *divisions_flag_own(const struct divisions *d, int64_t code, uint32_t flag, date_day date)
{
    return division_pick(&d->flags, code, flag, date);
}

bool divisions_flag_holds(const struct divisions *d, int64_t code, uint32_t flag, date_day date)
{
    for (int64_t at = code;; at = division_parent(at)) {
        if (divisions_flag_own(d, at, flag, date)) return true;
        if (!at) return false;
    }
}
