/* gen N DIR [SEED]: the benchmark's workload, a roster of N synthetic people and seven department extracts.
 *
 * The same N and SEED give the same bytes on every machine; without SEED the published files are made. People come from
 * one random stream; the rows of an extract each have a stream of their own, keyed by person, so that an extract does
 * not change when another one does. Dates are drawn day first, then month, then year: that order is part of the format.
 */
#include <stdio.h>
#include <sys/stat.h>

#include "base/mem.h"
#include "base/num.h"
#include "base/str.h"

enum {
    AS_OF_YEAR = 2026,
    NATIVE_COUNTIES = 100, /* the counties the IDs were issued in */
    SURNAMES = 52,
    GIVEN = 100,
    CHAR_BYTES = 3, /* every character of the name lists in UTF-8 */
    BIRTH_DAYS = 40000,
    BIRTH_FIRST_YEAR = 1925,
    SEQ_PER_DAY = 1000,
    HOUSEHOLD_MAX = 7,
    VILLAGE_HOUSEHOLDS = 400,
    MEDICAL_PASSES = 8,
    PATH_MAX_BYTES = 512,
    OUT_BYTES = 1 << 22,
    OUT_SLACK = 4096, /* longer than any row */
};
static const uint64_t PEOPLE_MAX = UINT64_C(100000000);
static const uint64_t STRANGER_OFFSET =
    UINT64_C(800000000000000); /* moves an ID to a province nobody here comes from */

static const char SINGLE_SURNAMES[] =
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许邓韩冯曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢";
static const char *const DOUBLE_SURNAMES[] = {"欧阳", "司马"};
static const char GIVEN_CHARS[] =
    "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰建国文斌红梅海燕春生金凤志光林峰宇轩子涵梓晨浩然"
    "欣怡佳琪雨思嘉诚俊豪天佑家宝福根水木火土山川石玲珍云莲荣爱仁义礼智信德才贵富发财永长清秋冬夏东西南北";
enum { SINGLES = sizeof SINGLE_SURNAMES / CHAR_BYTES };
_Static_assert(SINGLES + 2 == SURNAMES, "surname list");
_Static_assert(sizeof GIVEN_CHARS / CHAR_BYTES == GIVEN, "given name list");

static const char *const TOWNS[] = {"长胜", "黄陂", "固村", "赖村", "石上", "东山坝", "洛口", "小布", "黄石", "田头"};
static const char *const HOSPITALS[] = {"县人民医院", "市第一人民医院", "中心卫生院",
                                        "中医院",     "妇幼保健院",     "\"市人民医院,东院区\""};

enum relation { REL_HEAD = 1, REL_SPOUSE = 2, REL_CHILD = 3, REL_PARENT = 5, REL_GRANDCHILD = 6 };

/* What is wrong with an ID as written. */
enum dirt { DIRT_NONE, DIRT_CASE, DIRT_CHECK, DIRT_BLANK, DIRT_SHORT, DIRT_NAME, DIRT__MAX };

struct stream {
    uint64_t at;
};

struct person {
    uint64_t id17;
    uint32_t household, name;
    uint16_t birth_year;
    uint8_t birth_month, birth_day;
    uint8_t age, labour, school, relation, dirt;
};

struct household {
    uint32_t first, size;
};

struct gen {
    uint64_t seed, people_n;
    size_t households_n;
    struct stream main;
    struct person *people;
    struct household *households;
    uint16_t *born; /* IDs given out by native county and birth day */
    uint64_t dirt[DIRT__MAX];
    const char *dir;
};

/* ---- randomness */

static uint64_t mix(const struct gen *g, uint64_t x)
{
    x ^= g->seed;
    x += UINT64_C(0x9E3779B97F4A7C15);
    x = (x ^ (x >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    x = (x ^ (x >> 27)) * UINT64_C(0x94D049BB133111EB);
    return x ^ (x >> 31);
}

static uint32_t draw(const struct gen *g, struct stream *s, uint32_t n)
{
    uint64_t r = mix(g, s->at++ * UINT64_C(0xD1342543DE82EF95) + 1);
    return (uint32_t)(((r >> 32) * n) >> 32);
}

static bool chance(const struct gen *g, struct stream *s, uint32_t part, uint32_t of) { return draw(g, s, of) < part; }

static enum dirt draw_dirt(struct gen *g, struct stream *s, uint32_t kinds)
{
    uint32_t x = draw(g, s, 100000);
    if (x >= 1000) return DIRT_NONE;
    enum dirt d = (enum dirt)(1 + x % kinds);
    g->dirt[d]++;
    return d;
}

/* A name is a number: surname, first and (two times in three) second character of the given name. */
static uint32_t draw_name(const struct gen *g, struct stream *s, uint32_t surname)
{
    uint32_t first = draw(g, s, GIVEN);
    uint32_t second = chance(g, s, 65, 100) ? draw(g, s, GIVEN) + 1 : 0;
    return surname + SURNAMES * (first + GIVEN * second);
}

/* ---- output */

struct out_csv {
    FILE *f;
    char *p;
    size_t n;
    uint64_t rows;
    bool failed;
};

static void out_flush(struct out_csv *o)
{
    if (fwrite(o->p, 1, o->n, o->f) != o->n) o->failed = true;
    o->n = 0;
}

static void put_bytes(struct out_csv *o, const char *p, size_t n)
{
    memcpy(o->p + o->n, p, n);
    o->n += n;
}

static void put_text(struct out_csv *o, const char *z) { put_bytes(o, z, strlen(z)); }
static void put_char(struct out_csv *o, char c) { o->p[o->n++] = c; }

static void put_padded(struct out_csv *o, uint64_t v, size_t width)
{
    for (size_t i = width; i-- > 0; v /= 10) o->p[o->n + i] = (char)('0' + v % 10);
    o->n += width;
}

static void put_number(struct out_csv *o, uint64_t v)
{
    size_t width = 1;
    for (uint64_t rest = v / 10; rest; rest /= 10) width++;
    put_padded(o, v, width);
}

static void put_fen(struct out_csv *o, uint64_t fen)
{
    put_number(o, fen / 100);
    put_char(o, '.');
    put_padded(o, fen % 100, 2);
}

static void put_date(struct out_csv *o, uint32_t year, uint32_t month, uint32_t day)
{
    put_padded(o, year, 4);
    put_char(o, '-');
    put_padded(o, month, 2);
    put_char(o, '-');
    put_padded(o, day, 2);
}

static void put_name(struct out_csv *o, uint32_t name)
{
    uint32_t surname = name % SURNAMES, first = name / SURNAMES % GIVEN, second = name / SURNAMES / GIVEN;
    if (surname < SINGLES) put_bytes(o, SINGLE_SURNAMES + surname * CHAR_BYTES, CHAR_BYTES);
    else put_text(o, DOUBLE_SURNAMES[surname - SINGLES]);
    put_bytes(o, GIVEN_CHARS + first * CHAR_BYTES, CHAR_BYTES);
    if (second) put_bytes(o, GIVEN_CHARS + (second - 1) * CHAR_BYTES, CHAR_BYTES);
}

static void row_end(struct out_csv *o)
{
    put_char(o, '\n');
    o->rows++;
    if (o->n > OUT_BYTES - OUT_SLACK) out_flush(o);
}

static bool out_open(struct out_csv *o, const char *dir, const char *name, const char *header)
{
    char path[PATH_MAX_BYTES];
    snprintf(path, sizeof path, "%s/%s", dir, name);
    *o = (struct out_csv){.f = fopen(path, "w"), .p = mem_alloc(OUT_BYTES)};
    if (!o->f || !o->p) {
        fprintf(stderr, "gen: cannot write %s\n", path);
        if (o->f) fclose(o->f);
        mem_free(o->p);
        return false;
    }
    put_text(o, header);
    put_char(o, '\n');
    return true;
}

static bool out_close(struct out_csv *o, const char *what)
{
    out_flush(o);
    bool ok = fclose(o->f) == 0 && !o->failed;
    mem_free(o->p);
    fprintf(stderr, "%s %llu%s\n", what, (unsigned long long)o->rows, ok ? "" : ": write failed");
    return ok;
}

/* ---- identity numbers (GB 11643) */

static char check_char(const char digits[17])
{
    static const uint8_t WEIGHT[17] = {7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2};
    unsigned sum = 0;
    for (size_t i = 0; i < 17; i++) sum += (unsigned)(digits[i] - '0') * WEIGHT[i];
    return "10X98765432"[sum % 11];
}

static char wrong_check(char right)
{
    if (right == 'X') return '5';
    return right == '9' ? '0' : (char)(right + 1);
}

static void put_id_clean(struct out_csv *o, uint64_t id17)
{
    char *digits = o->p + o->n;
    put_padded(o, id17, 17);
    put_char(o, check_char(digits));
}

static void put_id(struct out_csv *o, uint64_t id17, enum dirt dirt)
{
    char t[18];
    for (size_t i = 17; i-- > 0; id17 /= 10) t[i] = (char)('0' + id17 % 10);
    t[17] = check_char(t);
    bool born_1900s = t[6] == '1' && t[7] == '9';
    if (dirt == DIRT_SHORT && born_1900s) {
        put_bytes(o, t, 6);
        put_bytes(o, t + 8, 9);
        return;
    }
    if (dirt == DIRT_CASE && t[17] != 'X') put_char(o, ' ');
    if (dirt == DIRT_CASE && t[17] == 'X') t[17] = 'x';
    if (dirt == DIRT_CHECK) t[17] = wrong_check(t[17]);
    put_bytes(o, t, sizeof t);
    if (dirt == DIRT_BLANK || dirt == DIRT_SHORT) put_char(o, ' ');
}

/* ---- people */

static uint32_t draw_household_size(const struct gen *g, struct stream *s)
{
    static const uint8_t CUMULATED[HOUSEHOLD_MAX] = {18, 40, 62, 80, 91, 97, 100};
    uint32_t x = draw(g, s, 100), size = 1;
    while (x >= CUMULATED[size - 1]) size++;
    return size;
}

/* The age meant for the member at this place of the household, and its relation. */
static int32_t draw_age(const struct gen *g, struct stream *s, uint32_t place, int32_t head_age, uint8_t *relation)
{
    static const uint8_t BY_PLACE[] = {REL_HEAD, REL_SPOUSE, REL_CHILD, REL_CHILD, REL_PARENT};
    *relation = place < sizeof BY_PLACE ? BY_PLACE[place] : REL_PARENT;
    int32_t age;
    switch (place) {
    case 0: return head_age;
    case 1: return head_age - 4 + (int32_t)draw(g, s, 8);
    case 2:
    case 3: age = head_age - 22 - (int32_t)draw(g, s, 12); return age < 0 ? 0 : age;
    case 4: age = head_age + 22 + (int32_t)draw(g, s, 8); return age > 95 ? 60 + (int32_t)draw(g, s, 30) : age;
    default: break;
    }
    age = draw(g, s, 2) ? (int32_t)draw(g, s, 18) : 60 + (int32_t)draw(g, s, 30);
    if (age < 18) *relation = REL_GRANDCHILD;
    return age;
}

/* Draws a birth day on which the native county has a number left, and numbers the person. */
static void give_id(struct gen *g, struct stream *s, struct person *p, uint32_t native, int32_t age)
{
    static const uint8_t MONTH_DAYS[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int32_t year, day;
    uint32_t m, d;
    do {
        year = AS_OF_YEAR - age - (int32_t)draw(g, s, 2);
        if (year > AS_OF_YEAR - 1) year = AS_OF_YEAR - 1;
        m = 1 + draw(g, s, 12);
        d = 1 + draw(g, s, MONTH_DAYS[m - 1]);
        day = (year - BIRTH_FIRST_YEAR) * 372 + (int32_t)((m - 1) * 31 + d);
        if (day < 0 || day >= BIRTH_DAYS) {
            day = 0;
            age = 60;
        }
    } while (day == 0 || g->born[native * BIRTH_DAYS + (uint32_t)day] >= SEQ_PER_DAY);
    uint32_t slot = native * BIRTH_DAYS + (uint32_t)day;
    uint64_t seq = (g->born[slot]++ * UINT64_C(7) + mix(g, slot) % SEQ_PER_DAY) % SEQ_PER_DAY;
    uint64_t county = 360121 + (uint64_t)(native / 20) * 100 + native % 20;
    p->id17 = ((county * 10000 + (uint64_t)year) * 10000 + m * 100 + d) * 1000 + seq;
    p->birth_year = (uint16_t)year;
    p->birth_month = (uint8_t)m;
    p->birth_day = (uint8_t)d;
    p->age = (uint8_t)(AS_OF_YEAR - year - (m > 6));
}

static uint8_t draw_labour(const struct gen *g, struct stream *s, uint8_t age)
{
    if (age >= 60 && age < 66) return draw(g, s, 2) ? 3 : 4;
    if (age < 16 || age >= 60) return 4;
    uint32_t z = draw(g, s, 100);
    if (z < 80) return 1;
    if (z < 88) return 2;
    return z < 96 ? 3 : 4;
}

static uint8_t draw_school(const struct gen *g, struct stream *s, uint8_t age)
{
    static const uint8_t AGE_END[] = {3, 6, 12, 15, 18};
    for (uint8_t stage = 0; stage < sizeof AGE_END; stage++)
        if (age < AGE_END[stage]) return stage;
    return age < 22 && draw(g, s, 2) ? 5 : 0;
}

static void make_household(struct gen *g, size_t *people_n)
{
    struct stream *s = &g->main;
    uint32_t size = draw_household_size(g, s);
    if (*people_n + size > g->people_n) size = (uint32_t)(g->people_n - *people_n);
    uint32_t surname = draw(g, s, SURNAMES);
    int32_t head_age = 28 + (int32_t)draw(g, s, 50);
    uint32_t native = draw(g, s, NATIVE_COUNTIES);
    g->households[g->households_n] = (struct household){(uint32_t)*people_n, size};
    for (uint32_t place = 0; place < size; place++) {
        struct person *p = &g->people[*people_n + place];
        p->household = (uint32_t)g->households_n;
        int32_t age = draw_age(g, s, place, head_age, &p->relation);
        uint32_t from = chance(g, s, 90, 100) ? native : draw(g, s, NATIVE_COUNTIES);
        give_id(g, s, p, from, age);
        bool other = p->relation == REL_SPOUSE || chance(g, s, 8, 100);
        uint32_t own = other ? draw(g, s, SURNAMES) : surname;
        p->name = draw_name(g, s, own);
        p->labour = draw_labour(g, s, p->age);
        p->school = draw_school(g, s, p->age);
        p->dirt = (uint8_t)draw_dirt(g, s, 4);
    }
    *people_n += size;
    g->households_n++;
}

/* ---- the roster */

static uint64_t village_division(uint64_t village)
{
    uint64_t county = 360121 + village / 300 % 5 * 100 + village / 1500 % 20;
    return county * 1000000 + (100 + village / 15 % 20) * 1000 + 200 + village % 15;
}

static void put_address(struct out_csv *o, uint64_t household)
{
    uint64_t village = household / VILLAGE_HOUSEHOLDS;
    put_text(o, TOWNS[village / 15 % 10]);
    put_text(o, "镇");
    put_bytes(o, GIVEN_CHARS + village % GIVEN * CHAR_BYTES, CHAR_BYTES);
    put_text(o, "村");
    put_number(o, household % 12 + 1);
    put_text(o, "组");
    put_number(o, household % VILLAGE_HOUSEHOLDS + 1);
    put_text(o, "号");
}

static void put_roster_row(struct gen *g, struct out_csv *o, const struct person *p, uint32_t type, bool water)
{
    uint64_t division = village_division(p->household / VILLAGE_HOUSEHOLDS);
    put_id(o, p->id17, p->dirt);
    put_char(o, ',');
    put_name(o, p->name);
    put_char(o, ',');
    put_padded(o, division / 1000, 9);
    put_padded(o, p->household, 9);
    put_char(o, ',');
    put_padded(o, p->relation, 2);
    put_char(o, ',');
    put_date(o, p->birth_year, p->birth_month, p->birth_day);
    put_char(o, ',');
    put_number(o, p->labour);
    put_char(o, ',');
    put_number(o, p->school);
    put_char(o, ',');
    put_number(o, chance(g, &g->main, 90, 100) ? 1 : 2 + draw(g, &g->main, 3));
    put_char(o, ',');
    put_padded(o, division, 12);
    put_char(o, ',');
    put_number(o, type);
    put_char(o, ',');
    put_number(o, water);
    put_char(o, ',');
    put_address(o, p->household);
    row_end(o);
}

static bool write_roster(struct gen *g)
{
    struct out_csv o;
    if (!out_open(&o, g->dir, "registry.csv",
                  "cid,name,hid,relation,birth,labour,school,health,division,hh_type,water,address"))
        return false;
    for (size_t h = 0; h < g->households_n; h++) {
        uint32_t z = draw(g, &g->main, 1000);
        uint32_t type = z < 870 ? 0 : z < 980 ? 1 : 2;
        bool water = chance(g, &g->main, 98, 100);
        const struct household *hh = &g->households[h];
        for (uint32_t i = 0; i < hh->size; i++) put_roster_row(g, &o, &g->people[hh->first + i], type, water);
    }
    return out_close(&o, "registry");
}

/* ---- the extracts */

/* A walk over all people in an order that looks shuffled and needs no memory: at, at + step, … mod N with gcd(step,
 * N) 1. */
struct walk {
    uint64_t at, step, n;
};

static uint64_t gcd(uint64_t a, uint64_t b)
{
    while (b) {
        uint64_t rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

static struct walk walk_begin(const struct gen *g, uint64_t pass)
{
    uint64_t n = g->people_n, step = mix(g, 1000 + pass) % n | 1;
    while (gcd(step, n) != 1) step += 2;
    return (struct walk){.at = mix(g, 2000 + pass) % n, .step = step % n, .n = n};
}

static void walk_next(struct walk *w)
{
    w->at += w->step;
    if (w->at >= w->n) w->at -= w->n;
}

/* ID and name as the department knows them. Five in a hundred are strangers: like the person, but not on the roster. */
static struct person put_who(struct gen *g, struct stream *s, struct out_csv *o, const struct person *listed)
{
    struct person p = *listed;
    if (chance(g, s, 5, 100)) {
        p.id17 += STRANGER_OFFSET;
        uint32_t surname = draw(g, s, SURNAMES);
        p.name = draw_name(g, s, surname);
    }
    enum dirt dirt = draw_dirt(g, s, 5);
    put_id(o, p.id17, dirt);
    put_char(o, ',');
    bool misheard = dirt == DIRT_NAME;
    put_name(o, misheard ? (p.name + 1 + SURNAMES * GIVEN * 3) % (SURNAMES * GIVEN * 100) : p.name);
    put_char(o, ',');
    return p;
}

static void put_drawn_date(const struct gen *g, struct stream *s, struct out_csv *o, uint32_t year, uint32_t years,
                           uint32_t months)
{
    uint32_t day = 1 + draw(g, s, 28);
    uint32_t month = 1 + draw(g, s, months);
    put_date(o, year + draw(g, s, years), month, day);
}

/* Writes the rows of one person in one pass over an extract, or none. */
typedef void (*extract_fn)(struct gen *g, struct out_csv *o, const struct person *p, uint64_t index, uint64_t pass);

/* How often a person goes to the doctor; the heavy users are mostly inpatients. */
static uint32_t draw_visits(const struct gen *g, const struct person *p, uint64_t index, bool *heavy)
{
    struct stream s = {mix(g, index * 31 + 7)};
    uint32_t weight = p->age > 60 ? 240 : p->age < 10 ? 170 : 115, visits = 0;
    *heavy = chance(g, &s, 30, 1000);
    while (visits < MEDICAL_PASSES && chance(g, &s, weight, 100 + weight)) visits++;
    return visits;
}

struct bill {
    bool inpatient;
    uint64_t total, fund, assist;
};

static struct bill draw_bill(const struct gen *g, struct stream *s, bool heavy)
{
    struct bill b = {.inpatient = chance(g, s, heavy ? 60 : 14, 100)};
    if (b.inpatient) b.total = UINT64_C(200000) + draw(g, s, heavy ? 6000000 : 900000);
    else b.total = UINT64_C(2000) + draw(g, s, 50000);
    uint32_t percent = b.inpatient ? 55 + draw(g, s, 25) : 40 + draw(g, s, 30);
    b.fund = b.total * percent / 100;
    if (chance(g, s, 4, 100)) b.assist = (b.total - b.fund) * (30 + draw(g, s, 50)) / 100;
    return b;
}

static void put_bill(struct out_csv *o, const struct bill *b)
{
    put_fen(o, b->total);
    put_char(o, ',');
    put_fen(o, b->fund);
    put_char(o, ',');
    put_fen(o, b->assist);
    put_char(o, ',');
    put_fen(o, b->total - b->fund - b->assist);
}

static void put_disease(const struct gen *g, struct stream *s, struct out_csv *o)
{
    put_char(o, (char)('A' + (int)draw(g, s, 20)));
    put_padded(o, draw(g, s, 100), 2);
    put_char(o, '.');
    put_number(o, draw(g, s, 10));
}

static void extract_medical(struct gen *g, struct out_csv *o, const struct person *p, uint64_t index, uint64_t pass)
{
    bool heavy;
    if (draw_visits(g, p, index, &heavy) <= pass) return;
    struct stream s = {mix(g, index * 1009 + pass * 77 + 13)};
    struct bill b = draw_bill(g, &s, heavy);
    put_char(o, 'S');
    put_padded(o, UINT64_C(202500000000) + o->rows + 1, 12);
    put_char(o, ',');
    put_who(g, &s, o, p);
    uint32_t year = chance(g, &s, 80, 100) ? 2025 : 2026;
    uint32_t month = 1 + draw(g, &s, year == 2025 ? 12 : 6);
    put_date(o, year, month, 1 + draw(g, &s, 28));
    put_text(o, b.inpatient ? ",1," : ",2,");
    uint32_t hospital = draw(g, &s, 100);
    put_text(o, HOSPITALS[hospital < 1 ? 5 : hospital % 5]);
    put_char(o, ',');
    put_disease(g, &s, o);
    put_char(o, ',');
    put_bill(o, &b);
    row_end(o);
}

static bool has_income(const struct gen *g, struct stream *s, const struct person *p)
{
    if (p->relation == REL_HEAD) return true;
    if (p->age < 16) return false;
    return chance(g, s, p->age < 60 ? 77 : 25, 100);
}

static uint64_t draw_amount(const struct gen *g, struct stream *s, uint32_t kind)
{
    static const uint32_t BASE[] = {0, 1800000, 1500000, 800000}, SPREAD[] = {1, 6000000, 4000000, 1500000};
    return BASE[kind] + (uint64_t)draw(g, s, SPREAD[kind]);
}

static void extract_income(struct gen *g, struct out_csv *o, const struct person *p, uint64_t index, uint64_t pass)
{
    (void)pass;
    struct stream s = {mix(g, index * 2003 + 5)};
    if (!has_income(g, &s, p)) return;
    uint32_t kind = 3;
    if (p->age >= 16 && p->age < 60) kind = chance(g, &s, 85, 100) ? 1 : 2;
    uint64_t amount = draw_amount(g, &s, kind);
    amount += amount * g->households[p->household].size / 4;
    uint64_t before = amount * (85 + draw(g, &s, 20)) / 100;
    uint32_t z = draw(g, &s, 1000);
    if (z < 20) amount /= 5;
    else if (z < 28) amount = 0;
    put_who(g, &s, o, p);
    put_text(o, "2025,");
    put_number(o, kind);
    put_text(o, ",Q");
    put_padded(o, draw(g, &s, 100000), 8);
    put_char(o, ',');
    put_fen(o, amount);
    put_char(o, ',');
    put_fen(o, before);
    row_end(o);
}

static void extract_school(struct gen *g, struct out_csv *o, const struct person *p, uint64_t index, uint64_t pass)
{
    (void)pass;
    if (p->age < 6 || p->age > 17) return;
    struct stream s = {mix(g, index * 3001 + 5)};
    if (chance(g, &s, 6, 1000)) return;
    uint32_t z = draw(g, &s, 10000);
    put_who(g, &s, o, p);
    put_text(o, "36");
    put_padded(o, draw(g, &s, 100000000), 8);
    put_char(o, ',');
    put_number(o, p->age - 5U);
    put_text(o, z < 9930 ? ",1," : z < 9960 ? ",2," : ",3,");
    put_date(o, 2026, 3, 1 + draw(g, &s, 28));
    row_end(o);
}

static void extract_housing(struct gen *g, struct out_csv *o, const struct person *p, uint64_t index, uint64_t pass)
{
    (void)pass;
    if (p->relation != REL_HEAD) return;
    struct stream s = {mix(g, index * 4001 + 5)};
    uint32_t z = draw(g, &s, 10000);
    put_who(g, &s, o, p);
    put_char(o, 'F');
    put_padded(o, draw(g, &s, 100000000), 10);
    put_char(o, ',');
    put_char(o, z < 7000 ? 'A' : z < 9750 ? 'B' : z < 9940 ? 'C' : 'D');
    put_char(o, ',');
    put_number(o, 40 + draw(g, &s, 200));
    put_char(o, ',');
    put_drawn_date(g, &s, o, 2023, 3, 12);
    row_end(o);
}

static void extract_disability(struct gen *g, struct out_csv *o, const struct person *p, uint64_t index, uint64_t pass)
{
    (void)pass;
    struct stream s = {mix(g, index * 5003 + 5)};
    if (!chance(g, &s, p->age > 60 ? 80 : 30, 1000)) return;
    struct person as_sent = put_who(g, &s, o, p);
    put_id_clean(o, as_sent.id17);
    uint32_t category = 1 + draw(g, &s, 7), level = 1 + draw(g, &s, 4);
    put_number(o, category);
    put_number(o, level);
    put_char(o, ',');
    put_number(o, category);
    put_char(o, ',');
    put_number(o, level);
    put_char(o, ',');
    put_drawn_date(g, &s, o, 2010, 17, 6);
    row_end(o);
}

static void extract_vehicle(struct gen *g, struct out_csv *o, const struct person *p, uint64_t index, uint64_t pass)
{
    (void)pass;
    struct stream s = {mix(g, index * 6007 + 5)};
    if (p->age < 18 || !chance(g, &s, 16, 100)) return;
    put_who(g, &s, o, p);
    put_text(o, "赣");
    put_char(o, (char)('A' + (int)draw(g, &s, 8)));
    put_padded(o, draw(g, &s, 100000), 5);
    put_char(o, ',');
    put_number(o, 1 + draw(g, &s, 3));
    put_char(o, ',');
    put_fen(o, UINT64_C(500000) + draw(g, &s, 20000000));
    put_char(o, ',');
    put_drawn_date(g, &s, o, 2010, 16, 12);
    row_end(o);
}

static void extract_dibao(struct gen *g, struct out_csv *o, const struct person *p, uint64_t index, uint64_t pass)
{
    (void)pass;
    struct stream s = {mix(g, index * 7001 + 5)}, of_household = {mix(g, (uint64_t)p->household * 7919 + 3)};
    if (!chance(g, &of_household, 45, 1000)) return;
    put_who(g, &s, o, p);
    put_number(o, 1 + draw(g, &s, 3));
    put_char(o, ',');
    uint32_t month = 1 + draw(g, &s, 12);
    put_date(o, 2015 + draw(g, &s, 11), month, 1);
    put_char(o, ',');
    put_fen(o, UINT64_C(20000) + draw(g, &s, 40000));
    row_end(o);
}

static const struct {
    const char *name, *header;
    extract_fn fn;
    uint64_t pass, passes;
} EXTRACTS[] = {
    {"medical", "settle_id,cid,name,settle_date,kind,hospital,disease,total_fee,fund_pay,assist_pay,self_pay",
     extract_medical, 0, MEDICAL_PASSES},
    {"income", "cid,name,year,kind,payer,amount,prev_amount", extract_income, 20, 1},
    {"school", "cid,name,school_code,grade,status,report_date", extract_school, 21, 1},
    {"housing", "cid,name,house_no,grade,area,eval_date", extract_housing, 22, 1},
    {"disability", "cid,name,cert_no,category,level,issue_date", extract_disability, 23, 1},
    {"vehicle", "cid,name,plate,vtype,price,reg_date", extract_vehicle, 24, 1},
    {"dibao", "cid,name,kind,start_date,monthly", extract_dibao, 25, 1},
};

static bool write_extract(struct gen *g, size_t k)
{
    char name[32];
    snprintf(name, sizeof name, "%s.csv", EXTRACTS[k].name);
    struct out_csv o;
    if (!out_open(&o, g->dir, name, EXTRACTS[k].header)) return false;
    for (uint64_t pass = EXTRACTS[k].pass; pass < EXTRACTS[k].pass + EXTRACTS[k].passes; pass++) {
        struct walk w = walk_begin(g, pass);
        for (uint64_t j = 0; j < g->people_n; j++, walk_next(&w)) EXTRACTS[k].fn(g, &o, &g->people[w.at], w.at, pass);
    }
    return out_close(&o, EXTRACTS[k].name);
}

/* ---- the program */

static bool generate(struct gen *g)
{
    g->people = mem_zalloc_array(g->people_n, sizeof *g->people);
    g->households = mem_zalloc_array(g->people_n, sizeof *g->households);
    g->born = mem_zalloc_array((size_t)NATIVE_COUNTIES * BIRTH_DAYS, sizeof *g->born);
    if (!g->people || !g->households || !g->born) {
        fprintf(stderr, "gen: not enough memory for %llu people\n", (unsigned long long)g->people_n);
        return false;
    }
    for (size_t n = 0; n < g->people_n;) make_household(g, &n);
    if (!write_roster(g)) return false;
    for (size_t k = 0; k < sizeof EXTRACTS / sizeof *EXTRACTS; k++)
        if (!write_extract(g, k)) return false;
    fprintf(stderr, "households %zu dirty", g->households_n);
    for (enum dirt d = DIRT_CASE; d < DIRT__MAX; d++) fprintf(stderr, " %llu", (unsigned long long)g->dirt[d]);
    fprintf(stderr, "\n");
    return true;
}

static bool read_arguments(int argc, char **argv, struct gen *g)
{
    int64_t people, seed = 42;
    if (argc < 3 || argc > 4) return false;
    if (!str_to_i64(str_from(argv[1]), 1, (int64_t)PEOPLE_MAX, &people)) return false;
    if (argc == 4 && !str_to_i64(str_from(argv[3]), 0, INT64_MAX, &seed)) return false;
    *g = (struct gen){.people_n = (uint64_t)people, .main = {(uint64_t)seed}, .dir = argv[2]};
    if (argc == 4) g->seed = (uint64_t)seed * UINT64_C(0x9E3779B97F4A7C15);
    return true;
}

int main(int argc, char **argv)
{
    struct gen g;
    if (!read_arguments(argc, argv, &g)) {
        fprintf(stderr, "usage: gen PEOPLE DIR [SEED]\n");
        return 2;
    }
    mkdir(g.dir, 0755);
    bool ok = generate(&g);
    mem_free(g.people);
    mem_free(g.households);
    mem_free(g.born);
    return ok ? 0 : 3;
}
