/* match_odd TABLE PEOPLE ROWS DIR SEED [mix=random] [KIND=N…] [place=code|names|none] [drop=born,sex,phone,head]: a
 * roster, a department's file of ROWS rows damaged in ways that owe nothing to the tables of the program, and the
 * truth.
 *
 * Sounds and variants are those of the Unicode Han database (bench/match_unihan.txt), every reading of a character
 * counting; shapes and spellings are lists of this file. N: of 1,000 rows, how many; mix=random: by the seed, each kind
 * from none to several times its usual share. Truth: line, person (0: nobody of the roster), kind, 1 where what the row
 * says is enough to know the person. The same arguments give the same bytes on every machine. */
#include <stdio.h>
#include <sys/stat.h>
#include "app/gen_int.h"
#include "base/io.h"
#include "base/limits.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "ident/citizen_id.h"
#include "ident/division.h"
#include "folk.h"
#include "odd_table.h"

enum kind {
    EXACT, /* nothing wrong */
    CASED, /* x, X, full width and blanks in the number */
    ONE,
    SWAPPED,
    SHORT,
    SHORT_ONE, /* 15 digits, one wrong */
    TWO,       /* two digits wrong */
    NO_ID,
    SOUND,
    NEAR,
    VARIANT,
    PUA,
    SHAPE,
    DOTS,
    TURNED,  /* the characters of the given name exchanged */
    MISSING, /* the middle character */
    SURNAME, /* another one: of a stepfather, of the husband */
    NICK,
    SPOUSE,
    KIN, /* the number of a parent or a child */
    NEIGHBOUR,
    TWIN,
    CORRECTED, /* another number in order, given to the same person later */
    CUT,       /* the last three digits zeros, as spreadsheets keep fifteen */
    POWER,     /* 6.11E+17, with 2 to 14 decimals */
    MASKED,    /* the digits of the day hidden, or some of the last four */
    DAY_OFF,   /* no number, the day of birth a little off or by the moon */
    NO_ID_SOUND,
    STRANGER,       /* number of his own; the same name, day and village */
    STRANGER_OTHER, /* number of his own, the same name and village */
    STRANGER_THIN,  /* no number; the same name and village, another day */
    STRANGER_WRONG, /* the same name, day and village; a digit of his own number wrong */
    SIBLING,        /* not in the roster; a digit of the number wrong */
    TWIN_OUT,       /* the same, of a twin whose brother is in the roster */
    KINDS
};
static const struct {
    const char *name;
    int64_t usual;
    bool nobody; /* of the roster */
} KIND[KINDS] = {
    {"exact", 0, false},     {"cased", 4, false},        {"one", 4, false},         {"swapped", 2, false},
    {"short", 2, false},     {"shortone", 1, false},     {"two", 1, false},         {"noid", 5, false},
    {"sound", 3, false},     {"near", 2, false},         {"variant", 2, false},     {"pua", 1, false},
    {"shape", 1, false},     {"dots", 1, false},         {"turned", 1, false},      {"missing", 1, false},
    {"surname", 1, false},   {"nick", 1, false},         {"spouse", 2, false},      {"kin", 2, false},
    {"neighbour", 1, false}, {"twin", 2, false},         {"corrected", 1, false},   {"cut", 2, false},
    {"power", 1, false},     {"masked", 1, false},       {"dayoff", 2, false},      {"noidsound", 2, false},
    {"stranger", 10, true},  {"strangerother", 3, true}, {"strangerthin", 3, true}, {"strangerwrong", 1, true},
    {"sibling", 2, true},    {"twinout", 1, true},
};

enum place { PLACE_CODE, PLACE_NAMES, PLACE_NONE };
enum {
    VILLAGE_HOUSEHOLDS = 350,
    VILLAGES_MAX = 4096,
    PER = 1000,
    TRIES = 4000,
    NAME_BYTES = FOLK_NAME_BYTES,
    DOT_PER_10000 = 400,
    RARE_PER_10000 = 150,
    COUNTY = 130724
};

/* ---- people */

struct pop {
    struct table t;
    struct folk f;
    uint32_t *dotted, *rare;
    size_t n_dotted, n_rare;
    int64_t village[VILLAGES_MAX];
    size_t villages;
    struct divisions div;
    int64_t mix[KINDS];
    enum place place;
    bool drop_born, drop_sex, drop_phone, drop_head;
    size_t by_kind[KINDS];
};

static int64_t village_of(const struct pop *p, uint32_t household)
{
    return p->village[household / VILLAGE_HOUSEHOLDS % p->villages];
}

/* Villages of some counties next to each other in the list, as many as the people need. */
static bool find_villages(struct pop *p, size_t people)
{
    size_t want = people / 3 / VILLAGE_HOUSEHOLDS + 1;
    for (int64_t county = COUNTY; county < COUNTY + 8 && p->villages < want; county++) {
        struct division_period town, v;
        for (int64_t a = 0; divisions_next_child(&p->div, county * 1000000, 0, &a, &town);)
            for (int64_t b = 0; p->villages < VILLAGES_MAX && divisions_next_child(&p->div, town.code, 0, &b, &v);)
                p->village[p->villages++] = v.code;
    }
    return p->villages > 0;
}

static uint64_t home_area(uint32_t household)
{
    (void)household;
    return COUNTY;
}

static void add_text(struct man *m, const char *text)
{
    size_t n = strlen(text);
    if (m->name_n + n > NAME_BYTES) return;
    memcpy(m->name + m->name_n, text, n);
    m->name_n = (uint8_t)(m->name_n + n);
}

static void name_dotted(struct rng *r, struct man *m)
{
    static const char *const PARTS[] = {"玛依拉", "古丽扎尔", "阿不都拉", "吾买尔", "色依提",     "尼亚孜",  "帕孜来提",
                                        "赛买提", "海热尼沙", "托合提",   "扎西",   "卓玛",       "多吉",    "旺姆",
                                        "次仁",   "拉姆",     "阿米娜",   "达吾提", "努尔买买提", "再依娜甫"};
    enum { N = sizeof PARTS / sizeof *PARTS };
    m->name_n = 0;
    add_text(m, PARTS[rng_below(r, N)]);
    add_text(m, "·");
    add_text(m, PARTS[rng_below(r, N)]);
}

static void name_man(void *ctx, struct man *m, uint16_t surname)
{
    struct pop *p = ctx;
    struct gen_person g = {.born = m->born, .female = m->female, .surname = surname};
    gen_name(&p->f.r, &g);
    memcpy(m->name, g.name, g.name_n);
    m->name_n = g.name_n;
    if (gen_chance(&p->f.r, DOT_PER_10000)) {
        name_dotted(&p->f.r, m);
    } else if (p->t.rares && gen_chance(&p->f.r, RARE_PER_10000) && m->name_n >= 6 &&
               (unsigned char)m->name[m->name_n - 3] >= 0xE3) {
        char c[5] = {0};
        (void)utf8_encode(p->t.rare[rng_below(&p->f.r, p->t.rares)], c);
        m->name_n = (uint8_t)(m->name_n - 3);
        add_text(m, c);
        p->rare[p->n_rare++] = (uint32_t)(m - p->f.v);
    }
    if (str_find(str_make(m->name, m->name_n), STR("·"), 0) != SIZE_MAX)
        p->dotted[p->n_dotted++] = (uint32_t)(m - p->f.v);
}

static size_t chars_of(const struct man *m, uint32_t c[NAME_BYTES])
{
    size_t n = 0;
    struct str s = {m->name, m->name_n};
    for (size_t i = 0; i < s.n;) c[n++] = utf8_next(s, &i);
    return n;
}

static void set_chars(struct man *m, const uint32_t *c, size_t n)
{
    m->name_n = 0;
    for (size_t i = 0; i < n; i++) {
        char text[5] = {0};
        (void)utf8_encode(c[i], text);
        add_text(m, text);
    }
}

/* Of the same day and sex; names of twins are often one character apart, and may sound alike. */
static void name_twin(void *ctx, struct man *m, const struct man *of)
{
    struct pop *p = ctx;
    size_t dotted = p->n_dotted, rare = p->n_rare;
    uint32_t c[NAME_BYTES];
    *m = *of;
    size_t n = chars_of(of, c);
    if (n < 2 || n > 4) return name_dotted(&p->f.r, m);
    uint32_t was = c[n - 1];
    for (size_t i = 0; i < TRIES && c[n - 1] == was; i++) {
        struct man other = *of;
        uint32_t d[NAME_BYTES];
        name_man(p, &other, gen_surname(&p->f.r));
        size_t k = chars_of(&other, d);
        if (k <= 4) c[n - 1] = d[k - 1];
    }
    p->n_dotted = dotted, p->n_rare = rare; /* those that were only tried */
    set_chars(m, c, n);
}

static const struct folk_way WAY = {300, home_area, name_man, name_twin};

static bool make_people(struct pop *p, size_t n)
{
    p->dotted = mem_zalloc_array(2 * n + 16, sizeof *p->dotted);
    p->rare = mem_zalloc_array(2 * n + 16, sizeof *p->rare);
    p->f.way = &WAY;
    p->f.ctx = p;
    return p->dotted && p->rare && folk_make(&p->f, n);
}

/* ---- damages of the number */

struct row {
    char id[64];
    struct man m; /* as the row says it */
    uint32_t truth;
    bool can; /* the person can be told */
    enum kind kind;
};

static bool other_digit(struct pop *p, char *id, size_t n)
{
    size_t at = (size_t)rng_below(&p->f.r, n);
    char d = (char)('0' + (int)rng_below(&p->f.r, 10)), was = id[at];
    id[at] = d;
    return d != was;
}

static bool turn_digits(struct pop *p, char *id)
{
    size_t at = (size_t)rng_below(&p->f.r, 17);
    char a = id[at], b = id[at + 1];
    id[at] = b, id[at + 1] = a;
    return a != b;
}

static bool shorten(char *id)
{
    if (id[6] != '1' || id[7] != '9') return false;
    memmove(id + 6, id + 8, 9);
    id[15] = '\0';
    return true;
}

static bool write_cased(struct pop *p, char *id)
{
    char out[64];
    size_t n = 0;
    uint64_t how = rng_below(&p->f.r, 3);
    for (size_t i = 0; id[i]; i++) {
        if (how == 0 && id[i] == 'X') out[n++] = 'x';
        else if (how == 1) n += utf8_encode(0xFF00U + (uint32_t)(unsigned char)id[i] - 0x20U, out + n);
        else out[n++] = id[i];
        if (how == 2 && (i == 5 || i == 13)) out[n++] = ' ';
    }
    out[n] = '\0';
    memcpy(id, out, n + 1);
    return true;
}

static const struct man *of_household(struct pop *p, const struct man *m, bool spouse)
{
    uint32_t from = p->f.first[m->household], n = p->f.first[m->household + 1] - from;
    for (size_t i = 0; n > 1 && i < TRIES; i++) {
        const struct man *o = &p->f.v[from + rng_below(&p->f.r, n)];
        bool couple = o->relation <= 2 && m->relation <= 2;
        if (o->key != m->key && couple == spouse) return o;
    }
    return NULL;
}

static bool write_key(struct row *row, const struct man *o)
{
    if (o) citizen_key_format(o->key, row->id);
    return o != NULL;
}

/* 6.11E+17: rounded where digits are left out of what a spreadsheet kept. */
static bool write_power(struct pop *p, char *id)
{
    static const int DECIMALS[] = {2, 2, 2, 5, 5, 13, 14, 14};
    int n = DECIMALS[rng_below(&p->f.r, sizeof DECIMALS / sizeof *DECIMALS)];
    int64_t kept = 0, unit = 1;
    if (id[17] == 'X' || !str_to_i64(str_make(id, 15), 0, INT64_MAX, &kept)) return false;
    for (int i = n; i < 14; i++) unit *= 10;
    kept = (kept + unit / 2) / unit;
    char digits[24];
    (void)snprintf(digits, sizeof digits, "%lld", (long long)kept);
    (void)snprintf(id, 64, "%c.%sE+17", digits[0], digits + 1);
    return true;
}

static bool write_masked(struct pop *p, char *id)
{
    static const char MARK[] = "***X";
    char mark = MARK[rng_below(&p->f.r, 4)];
    if (rng_below(&p->f.r, 4)) memset(id + 6, mark, 8);
    else memset(id + 14, mark, 4);
    return true;
}

static bool number_damage(struct pop *p, struct row *row)
{
    bool told = !p->drop_born && p->place != PLACE_NONE;
    struct man *m = &row->m;
    switch (row->kind) {
    case CASED: return write_cased(p, row->id);
    case ONE: return other_digit(p, row->id, 17);
    case SWAPPED: return turn_digits(p, row->id);
    case SHORT: return shorten(row->id);
    case SHORT_ONE: return row->can = false, shorten(row->id) && other_digit(p, row->id, 15);
    case TWO: return row->can = false, other_digit(p, row->id, 17) && other_digit(p, row->id, 17);
    case CUT: return row->id[17] != 'X' && memset(row->id + 15, '0', 3); /* with X it is a text, and left alone */
    case POWER: return row->can = told, write_power(p, row->id);
    case MASKED: return row->can = told, write_masked(p, row->id);
    case NO_ID: row->can = told; return row->id[0] = '\0', true;
    case SPOUSE: return write_key(row, of_household(p, m, true));
    case KIN: return write_key(row, of_household(p, m, false));
    case NEIGHBOUR:
        row->can = false;
        return write_key(row, &p->f.v[p->f.first[(m->household + 1 + rng_below(&p->f.r, 40)) % p->f.households]]);
    case TWIN: return write_key(row, m->twin ? &p->f.v[m->twin - 1] : NULL);
    case CORRECTED:
        row->can = false;
        citizen_key_format(folk_key(&p->f, COUNTY, m->born, m->female), row->id);
        return true;
    default: return true;
    }
}

/* ---- damages of the name */

static const char *const SHAPES[] = {
    "未末", "土士", "己已", "刀刁", "天夭", "千干", "大太", "人入", "玲铃", "晴睛", "侯候", "祥详", "莱菜", "荣荥",
    "王玉", "杨扬", "洋祥", "晓烧", "哲晢", "清请", "坤绅", "伟纬", "俊峻", "杰木", "云去", "芳苏", "兰三", "玫玖",
    "婷停", "淑椒", "梅海", "国围", "明朋", "朋明", "建健", "军车", "强弦", "英莫", "秀秃", "珍诊", "丽而", "华毕",
    "波坡", "涛铸", "磊嘉", "宇字", "轩斩", "博搏", "浩洁", "泽择", "晨辰", "诚城", "佳住", "梓样", "涵函", "雨两",
    "思恩", "琪淇", "萱宣", "瑶摇", "然热", "福富", "贵责", "财材", "根恨", "德徳", "永水", "林材", "树村", "忠患",
    "孝考", "义又", "山出", "海诲", "龙尤", "虎虑", "桂挂", "香杳", "莲连", "素索"};

static uint32_t shaped_like(uint32_t c)
{
    for (size_t i = 0; i < sizeof SHAPES / sizeof *SHAPES; i++) {
        size_t k = 0;
        struct str s = str_from(SHAPES[i]);
        if (utf8_next(s, &k) == c) return utf8_next(s, &k);
    }
    return c;
}

static uint32_t variant_of(struct pop *p, uint32_t c)
{
    uint32_t v[16], n = 0;
    if (c >= CHARACTERS) return c;
    for (size_t i = 0; i < p->t.variants[c].n && n < 16;) v[n++] = utf8_next(p->t.variants[c], &i);
    return n ? v[rng_below(&p->f.r, n)] : c;
}

static uint32_t in_private_use(const struct table *t, uint32_t c)
{
    for (uint32_t i = 0; i <= PUA_LAST - PUA_FIRST; i++)
        if (t->pua[i] == c) return PUA_FIRST + i;
    return c;
}

/* Another character of one of its sounds, or of a sound near to the first. */
static uint32_t sounding(struct pop *p, uint32_t c, bool near)
{
    const struct table *t = &p->t;
    const struct reading *r = c < CHARACTERS ? &t->read[c] : NULL;
    for (size_t i = 0; r && r->n && i < TRIES; i++) {
        uint16_t s = near ? (uint16_t)rng_below(&p->f.r, t->syllables) : r->of[rng_below(&p->f.r, r->n)];
        if (near && !is_near(t->syllable[r->of[0]], t->syllable[s])) continue;
        uint32_t x = t->by_sound[t->sound_at[s] + rng_below(&p->f.r, t->sound_at[s + 1] - t->sound_at[s])];
        if (x != c && !(near && shares_sound(t, c, x))) return x;
    }
    return c;
}

static uint32_t other_character(struct pop *p, enum kind k, uint32_t c)
{
    switch (k) {
    case SOUND:
    case NO_ID_SOUND: return sounding(p, c, false);
    case NEAR: return sounding(p, c, true);
    case VARIANT: return variant_of(p, c);
    case PUA: return in_private_use(&p->t, c);
    case SHAPE: return shaped_like(c);
    default: return c;
    }
}

/* One character replaced; of sounds never the surname. */
static bool replace_one(struct pop *p, struct row *row)
{
    uint32_t c[NAME_BYTES];
    size_t n = chars_of(&row->m, c);
    bool any = row->kind == VARIANT || row->kind == PUA;
    if (n < 2) return false;
    for (size_t i = 0; i < 12; i++) {
        size_t at = any ? (size_t)rng_below(&p->f.r, n) : 1 + (size_t)rng_below(&p->f.r, n - 1);
        uint32_t x = other_character(p, row->kind, c[at]);
        if (x == c[at]) continue;
        c[at] = x;
        set_chars(&row->m, c, n);
        return true;
    }
    return false;
}

static bool change_dots(struct pop *p, struct row *row)
{
    static const uint32_t DOTS_OF[] = {0, '.', 0x2022, 0x2027, 0x30FB, 0xFF0E, ' '};
    uint32_t c[NAME_BYTES], to = DOTS_OF[rng_below(&p->f.r, sizeof DOTS_OF / sizeof *DOTS_OF)];
    size_t n = chars_of(&row->m, c), k = 0, dots = 0;
    for (size_t i = 0; i < n; i++) {
        dots += c[i] == 0xB7;
        if (c[i] != 0xB7) c[k++] = c[i];
        else if (to) c[k++] = to;
    }
    set_chars(&row->m, c, k);
    return dots > 0;
}

static bool whole_name(struct pop *p, struct row *row)
{
    uint32_t c[NAME_BYTES];
    size_t n = chars_of(&row->m, c);
    if (row->kind == TURNED && n == 3 && c[1] != c[2]) {
        uint32_t x = c[1];
        c[1] = c[2], c[2] = x;
        return set_chars(&row->m, c, 3), true;
    }
    if (row->kind == MISSING && n == 3) return c[1] = c[2], set_chars(&row->m, c, 2), true;
    if (row->kind == NICK && n >= 2 && n <= 4) {
        uint32_t nick[2] = {rng_below(&p->f.r, 2) ? 0x5C0F : 0x8001, c[n - 1]};
        return row->can = false, set_chars(&row->m, nick, 2), true;
    }
    if (row->kind == SURNAME && n <= 4) {
        struct man o = row->m;
        uint32_t d[NAME_BYTES];
        size_t dotted = p->n_dotted, rare = p->n_rare;
        name_man(p, &o, gen_surname(&p->f.r));
        p->n_dotted = dotted, p->n_rare = rare;
        (void)chars_of(&o, d);
        row->can = false;
        if (d[0] == c[0]) return false;
        return c[0] = d[0], set_chars(&row->m, c, n), true;
    }
    return false;
}

/* ---- rows of nobody */

static date_day off_by_little(struct pop *p, date_day born)
{
    switch (rng_below(&p->f.r, 4)) {
    case 0: return born + 1;
    case 1: return date_add_months(born, 1);
    case 2: return born - 20 - (date_day)rng_below(&p->f.r, 28); /* the day by the moon taken for one by the sun */
    default: return date_add_months(born, -12);
    }
}

static bool nobody(struct pop *p, struct row *row)
{
    struct man *m = &row->m;
    row->truth = 0;
    row->can = false;
    if (row->kind == STRANGER_OTHER || row->kind == STRANGER_THIN)
        m->born = date_make(1940 + (int32_t)rng_below(&p->f.r, 80), 1 + (int32_t)rng_below(&p->f.r, 12),
                            1 + (int32_t)rng_below(&p->f.r, 28));
    if (row->kind == SIBLING || row->kind == TWIN_OUT) {
        struct man was = *m;
        size_t dotted = p->n_dotted, rare = p->n_rare;
        if (m->relation != 3 || m->twin) return false;
        name_twin(p, m, &was);
        p->n_dotted = dotted, p->n_rare = rare;
        if (row->kind == SIBLING) m->born = date_add_months(m->born, 12 + (int32_t)rng_below(&p->f.r, 36));
    }
    m->key = row->kind == TWIN_OUT ? m->key + 2 : folk_key(&p->f, COUNTY, m->born, m->female);
    citizen_key_format(m->key, row->id);
    if (row->kind == STRANGER_THIN) row->id[0] = '\0';
    bool wrong = row->kind == SIBLING || row->kind == TWIN_OUT || row->kind == STRANGER_WRONG;
    return !wrong || other_digit(p, row->id, 17);
}

static bool damage(struct pop *p, struct row *row)
{
    bool told = !p->drop_born && p->place != PLACE_NONE;
    if (KIND[row->kind].nobody) return nobody(p, row);
    switch (row->kind) {
    case SHAPE: return row->can = told && row->m.name_n > 6, replace_one(p, row); /* of two characters one is too few */
    case SOUND:
    case NEAR:
    case VARIANT:
    case PUA: return replace_one(p, row);
    case NO_ID_SOUND: return row->id[0] = '\0', row->can = false, replace_one(p, row);
    case DOTS: return change_dots(p, row);
    case TURNED:
    case MISSING: return row->can = told, whole_name(p, row);
    case SURNAME:
    case NICK: return whole_name(p, row);
    case DAY_OFF:
        row->id[0] = '\0';
        row->can = false;
        row->m.born = off_by_little(p, row->m.born);
        return true;
    default: return number_damage(p, row);
    }
}

static uint64_t draw_person(struct pop *p, enum kind k)
{
    if ((k == TWIN) && p->f.n_twins) return p->f.twins[rng_below(&p->f.r, p->f.n_twins)];
    if (k == DOTS && p->n_dotted) return p->dotted[rng_below(&p->f.r, p->n_dotted)];
    if (k == PUA && p->n_rare) return p->rare[rng_below(&p->f.r, p->n_rare)];
    return rng_below(&p->f.r, p->f.n);
}

static void draw_row(struct pop *p, enum kind k, struct row *row)
{
    size_t tries = 0;
    do {
        if (tries++ == TRIES) k = EXACT;
        uint64_t at = draw_person(p, k);
        *row = (struct row){.m = p->f.v[at], .truth = (uint32_t)at + 1, .can = true, .kind = k};
        citizen_key_format(row->m.key, row->id);
    } while (!damage(p, row));
}

static enum kind draw_kind(struct pop *p)
{
    int64_t x = (int64_t)rng_below(&p->f.r, PER);
    for (enum kind k = CASED; k < KINDS; k++) {
        if (x < p->mix[k]) return k;
        x -= p->mix[k];
    }
    return EXACT;
}

/* ---- files */

static FILE *open_in(const char *dir, const char *name)
{
    char path[IO_PATH_MAX];
    (void)snprintf(path, sizeof path, "%s/%s", dir, name);
    FILE *f = fopen(path, "w");
    if (!f) fprintf(stderr, "match_odd: cannot write %s\n", path);
    return f;
}

static unsigned long long phone_of(uint32_t household) { return 13800000000ULL + household * 7919ULL % 100000000ULL; }

static bool write_roster(const struct pop *p, const char *dir)
{
    FILE *f = open_in(dir, "roster.csv");
    char id[CITIZEN_ID_TEXT_MAX], day[DATE_TEXT_MAX];
    if (!f) return false;
    fprintf(f, "cid,name,hid,relation,birth,division,phone\n");
    for (size_t i = 0; i < p->f.n; i++) {
        const struct man *m = &p->f.v[i];
        long long village = (long long)village_of(p, m->household);
        fprintf(f, "%s,%.*s,%09lld%09u,%u,%s,%lld,%llu\n", citizen_key_format(m->key, id), (int)m->name_n, m->name,
                village / 1000, m->household, m->relation, date_format(m->born, day), village, phone_of(m->household));
    }
    return fclose(f) == 0;
}

/* The village's name as somebody writes it: in full, short, with the committee, with another character of its sound. */
static void write_village(struct pop *p, FILE *f, int64_t code)
{
    struct str name = divisions_name(&p->div, code, 0), town = divisions_name(&p->div, code / 1000 * 1000, 0);
    static const struct str ENDS[] = {STR("村民委员会"), STR("村委会"), STR("居民委员会"), STR("居委会"), STR("村")};
    uint64_t how = rng_below(&p->f.r, 20);
    for (size_t i = 0; how < 14 && i < sizeof ENDS / sizeof *ENDS; i++) {
        if (!str_ends(name, ENDS[i]) || name.n <= ENDS[i].n + 3) continue;
        name = str_sub(name, 0, name.n - ENDS[i].n);
        break;
    }
    fprintf(f, "%.*s,", how % 5 == 0 ? 0 : (int)town.n, town.p);
    if (how == 19) fprintf(f, "%.*s", (int)town.n, town.p);
    bool ends = str_ends(name, STR("村")) || str_ends(name, STR("社区"));
    for (size_t i = 0; i < name.n;) {
        char c[5] = {0};
        uint32_t x = utf8_next(name, &i);
        (void)utf8_encode(how == 7 && i < 4 ? sounding(p, x, false) : x, c);
        fputs(c, f);
    }
    fputs(how < 8 && !ends ? "村" : "", f);
}

static void write_row(struct pop *p, FILE *f, const struct row *row, size_t i)
{
    char day[DATE_TEXT_MAX];
    const struct man *m = &row->m, *head = &p->f.v[p->f.first[m->household]];
    int64_t village = village_of(p, m->household);
    fprintf(f, "%s,%.*s,%s,%s,", row->id, (int)m->name_n, m->name,
            p->drop_sex ? ""
            : m->female ? "女"
                        : "男",
            p->drop_born ? "" : date_format(m->born, day));
    if (p->place == PLACE_CODE) fprintf(f, "%lld,,", (long long)village);
    else if (p->place == PLACE_NAMES) fputs(",", f), write_village(p, f, village), fputs(",", f);
    else fputs(",,,", f);
    if (p->place == PLACE_CODE) fputs(",", f);
    if (!p->drop_phone) fprintf(f, "%llu", phone_of(m->household));
    fprintf(f, ",%.*s", p->drop_head ? 0 : (int)head->name_n, head->name);
    fprintf(f, ",%zu,2026-%02zu-%02zu\n", 100 + i % 900, 1 + i % 6, 1 + i % 28);
}

static bool write_rows(struct pop *p, const char *dir, size_t rows)
{
    FILE *f = open_in(dir, "extract.csv"), *t = open_in(dir, "truth.csv");
    if (!f || !t) return false;
    fprintf(f, "身份证号,姓名,性别,出生日期,村代码,乡镇,行政村,联系电话,户主姓名,amount,paid_on\n");
    fprintf(t, "line,person,kind,can\n");
    for (size_t i = 0; i < rows; i++) {
        struct row row;
        draw_row(p, draw_kind(p), &row);
        p->by_kind[row.kind]++;
        write_row(p, f, &row, i);
        fprintf(t, "%zu,%u,%s,%d\n", i + 2, row.truth, KIND[row.kind].name, row.can);
    }
    return !fclose(f) && !fclose(t);
}

/* ---- arguments */

static void mix_random(struct pop *p)
{
    static const int64_t TIMES_PM[] = {0, 300, 600, 1000, 1500, 2500, 5000};
    for (enum kind k = CASED; k < KINDS; k++) {
        p->mix[k] = (KIND[k].usual * TIMES_PM[rng_below(&p->f.r, sizeof TIMES_PM / sizeof *TIMES_PM)] + 999) / 1000;
        if (k == STRANGER && p->mix[k] < 10) p->mix[k] = 10;
        if (k == STRANGER_WRONG && p->mix[k] > 1) p->mix[k] = 1; /* two rare things at once */
    }
    static const char PLACES[] = {PLACE_CODE, PLACE_CODE, PLACE_NAMES, PLACE_NAMES, PLACE_NONE};
    p->place = (enum place)PLACES[rng_below(&p->f.r, sizeof PLACES)];
    p->drop_born = rng_below(&p->f.r, 5) == 0;
    p->drop_sex = rng_below(&p->f.r, 3) == 0;
    p->drop_phone = rng_below(&p->f.r, 2) == 0;
    p->drop_head = rng_below(&p->f.r, 2) == 0;
}

static bool read_word(struct pop *p, struct str word)
{
    static const char *const PLACES[] = {"code", "names", "none"};
    struct str rest = word, name;
    if (!str_cut(&rest, '=', &name)) return false;
    if (str_eq(name, STR("mix"))) return mix_random(p), str_eq(rest, STR("random"));
    if (str_eq(name, STR("drop"))) {
        p->drop_born = str_find(rest, STR("born"), 0) != SIZE_MAX;
        p->drop_sex = str_find(rest, STR("sex"), 0) != SIZE_MAX;
        p->drop_phone = str_find(rest, STR("phone"), 0) != SIZE_MAX;
        p->drop_head = str_find(rest, STR("head"), 0) != SIZE_MAX;
        return true;
    }
    for (unsigned i = 0; i < 3; i++)
        if (str_eq(name, STR("place")) && str_eq(rest, str_from(PLACES[i]))) return p->place = (enum place)i, true;
    for (enum kind k = CASED; k < KINDS; k++)
        if (str_eq(name, str_from(KIND[k].name))) return str_to_i64(rest, 0, PER, &p->mix[k]);
    return false;
}

static void tell(const struct pop *p)
{
    static const char *const PLACES[] = {"code", "names", "none"};
    fprintf(stderr, "%zu people, %zu households, %zu pairs of twins, %zu names with dots, %zu rare; place %s%s%s%s%s;",
            p->f.n, p->f.households, p->f.n_twins, p->n_dotted, p->n_rare, PLACES[p->place],
            p->drop_born ? ", no birth" : "", p->drop_sex ? ", no sex" : "", p->drop_phone ? ", no phone" : "",
            p->drop_head ? ", no head" : "");
    for (enum kind k = EXACT; k < KINDS; k++) fprintf(stderr, " %s %zu", KIND[k].name, p->by_kind[k]);
    fprintf(stderr, "\n");
}

static int make(struct pop *p, int argc, char **argv)
{
    int64_t people, rows, seed;
    if (argc < 6 || !str_to_i64(str_from(argv[2]), 10, 100000000, &people) ||
        !str_to_i64(str_from(argv[3]), 1, 100000000, &rows) || !str_to_i64(str_from(argv[5]), 0, INT64_MAX, &seed)) {
        fprintf(stderr, "usage: match_odd TABLE PEOPLE ROWS DIR SEED [mix=random] [KIND=N...] [place=code|names|none] "
                        "[drop=born,sex,phone,head]\n");
        return 2;
    }
    rng_seed(&p->f.r, (uint64_t)seed);
    for (enum kind k = CASED; k < KINDS; k++) p->mix[k] = KIND[k].usual;
    for (int at = 6; at < argc; at++)
        if (!read_word(p, str_from(argv[at]))) return fprintf(stderr, "match_odd: what is %s?\n", argv[at]), 2;
    mkdir(argv[4], 0755);
    divisions_init(&p->div);
    if (!table_load(&p->t, argv[1])) return 3;
    bool ok = find_villages(p, (size_t)people) && make_people(p, (size_t)people) && write_roster(p, argv[4]) &&
              write_rows(p, argv[4], (size_t)rows);
    tell(p);
    return ok ? 0 : 3;
}

int main(int argc, char **argv)
{
    struct pop *p = mem_zalloc_array(1, sizeof *p); /* freed by the end of the process, like all of it */
    return p ? make(p, argc, argv) : 3;
}
