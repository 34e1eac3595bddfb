#include "match/place.h"

static bool is_one_of(struct str s, const char *const *words)
{
    for (; *words; words++)
        if (str_eq(s, str_from(*words))) return true;
    return false;
}

enum division_level place_level(struct str s)
{
    static const char *const WORDS[PLACE_LEVELS][14] = {
        {"省", "省份", "省名", "省名称", "省(自治区)", "省(市)", "所在省", "所属省", "省级", "省市区"},
        {"市", "市州", "地市", "市名", "市名称", "市(州)", "地级市", "所在市", "所属市", "市级"},
        {"县", "区县", "县区", "县名", "县名称", "县(区)", "县(市、区)", "县(市,区)", "县市区", "所在县", "所属县",
         "县级"},
        {"乡镇", "乡", "镇", "乡镇名称", "乡(镇)", "乡镇街道", "镇街", "所在乡镇", "所属乡镇", "乡镇(街道)", "街道",
         "乡级"},
        {"村", "行政村", "村名", "村名称", "行政村名称", "村(社区)", "村社区", "村居", "所在村", "所属村", "村(居)",
         "村级"}};
    for (unsigned i = 0; i < PLACE_LEVELS; i++)
        if (is_one_of(s, WORDS[i])) return (enum division_level)(i + 1);
    return DIVISION_NATION;
}

/* The name without the ending of its level that files leave out. */
static struct str core_of(struct str name, enum division_level level)
{
    static const char *const ENDS[PLACE_LEVELS][5] = {{"省", "市", "自治区", "壮族自治区", NULL},
                                                      {"市", "地区", "自治州", "盟", NULL},
                                                      {"县", "区", "市", "旗", NULL},
                                                      {"街道办事处", "街道", "镇", "乡", NULL},
                                                      {"村民委员会", "居民委员会", "村委会", "居委会", "村"}};
    bool more = true;
    while (more) { /* 张村村 */
        more = false;
        for (unsigned i = 0; i < 5 && ENDS[level - 1][i] && !more; i++) {
            struct str end = str_from(ENDS[level - 1][i]);
            more = name.n > end.n + 3 && str_ends(name, end);
            if (more) name = str_sub(name, 0, name.n - end.n);
        }
        more = more && level == DIVISION_VILLAGE;
    }
    return name;
}

/* How many units of the level below `parent` have that name, exactly and but for the ending. */
struct named {
    size_t exact, near, all;
    int64_t exact_code, near_code;
};

static void look_at(struct named *n, const struct division_period *p, struct str name, struct str core,
                    enum division_level level)
{
    n->all++;
    if (str_eq(p->text, name) && !n->exact++) n->exact_code = p->code;
    if (str_eq(core_of(p->text, level), core) && !n->near++) n->near_code = p->code;
}

/* Levels between that are not written are gone through: at most three, each with few children. */
static void look_below(const struct divisions *d, int64_t parent, struct str name, enum division_level level,
                       unsigned depth, struct named *n)
{
    struct division_period p;
    struct str core = core_of(name, level);
    for (int64_t cursor = 0; divisions_next_child(d, parent, 0, &cursor, &p);) {
        enum division_level at = division_level(p.code);
        if (at == level) look_at(n, &p, name, core, level);
        else if (at < level && depth) look_below(d, p.code, name, level, depth - 1, n);
    }
}

int64_t place_find(const struct divisions *d, int64_t within, const struct place_names *p, enum division_level *bad)
{
    int64_t parent = 0;
    for (unsigned i = 0; i < PLACE_LEVELS; i++) {
        enum division_level level = (enum division_level)(i + 1);
        struct named n = {0};
        *bad = level;
        if (!p->name[i].n) {
            if (division_covers(parent, within) && division_level(within) >= level)
                parent = division_truncate(within, level);
            continue;
        }
        look_below(d, parent, p->name[i], level, DIVISION_COUNTY, &n);
        if (!n.all && level == DIVISION_VILLAGE && division_level(parent) == DIVISION_TOWNSHIP) return parent;
        if (n.exact != 1 && (n.exact || n.near != 1)) return 0;
        parent = n.exact ? n.exact_code : n.near_code;
    }
    return parent;
}
