/* match_gen make PEOPLE ROWS DIR [SEED] [KIND=N…] [drop=born,village,sex]: a roster of PEOPLE, a department's file of
 * ROWS rows damaged in known ways, and the truth beside it. KIND=N: of 1,000 rows, how many are damaged so (kinds and
 * usual mixture: enum kind, USUAL).
 * match_gen score TRUTH LINKS: precision and recall of the links that `fangpin match DB links --all` wrote.
 *
 * Names by their real frequencies, households with relations, twins with adjacent numbers. The same arguments give the
 * same bytes on every machine. */
#include <stdio.h>
#include <sys/stat.h>
#include "base/io.h"
#include "base/limits.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "ident/citizen_id.h"
#include "ident/han.h"
#include "folk.h"

enum kind { EXACT, ONE, SWAPPED, SHORT, NO_ID, NAMED, FAMILY, TWIN, STRANGER, KINDS };
static const char *const KIND_NAMES[KINDS] = {"exact", "one",    "swapped", "short",   "noid",
                                              "name",  "family", "twin",    "stranger"};
static const int64_t USUAL[KINDS] = {0, 4, 2, 2, 5, 6, 3, 2, 10};
enum name_damage { SOUND, NEAR, VARIANT, LOOKS, WIDTH, NAME_DAMAGES };

enum { VILLAGE_HOUSEHOLDS = 400, PER = 1000, TRIES = 2000 };

struct pop {
    struct folk f;
    int64_t mix[KINDS];
    bool drop_born, drop_village, drop_sex;
    size_t by_kind[KINDS];
};

/* ---- people */

static uint64_t area_of(uint64_t village) { return 360121 + village / 300 % 5 * 100 + village / 1500 % 5; }
static uint64_t village_code(uint64_t v) { return area_of(v) * 1000000 + (100 + v / 15 % 20) * 1000 + 200 + v % 15; }
static uint64_t home_area(uint32_t household) { return area_of(household / VILLAGE_HOUSEHOLDS); }

static void name_man(void *ctx, struct man *m, uint16_t surname)
{
    struct pop *p = ctx;
    struct gen_person g = {.born = m->born, .female = m->female, .surname = surname};
    gen_name(&p->f.r, &g);
    memcpy(m->name, g.name, g.name_n);
    m->name_n = g.name_n;
}

/* The first given character is shared. */
static void name_twin(void *ctx, struct man *m, const struct man *of)
{
    struct pop *p = ctx;
    size_t second = of->name_n > 6 ? 6 : 3;
    struct man other = *of;
    do name_man(p, &other, gen_surname(&p->f.r)); /* until it ends with another common character */
    while ((unsigned char)other.name[other.name_n - 4] >= 0xF0 ||
           memcmp(other.name + other.name_n - 3, of->name + of->name_n - 3, 3) == 0);
    *m = *of;
    if (of->name_n == 9 && other.name_n >= 6) memcpy(m->name + 6, other.name + other.name_n - 3, 3);
    else memcpy(m->name + second, other.name + other.name_n - 3, 3), m->name_n = (uint8_t)(second + 3);
}

static const struct folk_way WAY = {150, home_area, name_man, name_twin};

/* ---- damages */

struct row {
    char id[32], name[4 * GEN_NAME_MAX];
    const struct man *of; /* whose name, birth and place are written */
    uint32_t truth;       /* number + 1; 0: nobody of the roster */
};

static void swap_chars(char *a, char *b)
{
    char t = *a;
    *a = *b;
    *b = t;
}

static bool damage_id(struct pop *p, char *id, bool swap)
{
    for (size_t i = 0; i < TRIES; i++) {
        size_t at = (size_t)rng_below(&p->f.r, swap ? 16 : 17);
        if (!swap) {
            char d = (char)('0' + (int)rng_below(&p->f.r, 10));
            if (d == id[at]) continue;
            id[at] = d;
            return true;
        }
        if (id[at] == id[at + 1]) continue;
        swap_chars(&id[at], &id[at + 1]);
        return true;
    }
    return false;
}

/* Another character that fits: of the same sound, nearly the same, or that stands for it. */
static uint32_t other_character(struct pop *p, uint32_t c, enum name_damage how)
{
    uint16_t sound = han_sound(c, false);
    for (size_t i = 0; i < 40 * TRIES; i++) {
        uint32_t x = 0x4E00 + (uint32_t)rng_below(&p->f.r, 0x5200);
        uint16_t s = han_sound(x, false);
        bool same = s && s == sound, common = han_fold(x) == x;
        if (x == c) continue;
        if (how == VARIANT && han_fold(x) == han_fold(c)) return x;
        if (how == SOUND && same && common && han_fold(c) != x) return x;
        if (how == NEAR && s && !same && common && han_near(s) == han_near(sound)) return x;
        if (how == LOOKS && s && !same && common && han_near(s) != han_near(sound)) return x;
    }
    return c;
}

static size_t damage_name(struct pop *p, const struct man *m, char *out)
{
    static const uint16_t SHARES[NAME_DAMAGES] = {45, 15, 20, 10, 10};
    struct str name = {m->name, m->name_n};
    enum name_damage how = (enum name_damage)gen_weighted(&p->f.r, SHARES, NAME_DAMAGES);
    uint32_t c[GEN_NAME_MAX];
    size_t chars = 0, n = 0;
    for (size_t i = 0; i < name.n;) c[chars++] = utf8_next(name, &i);
    if (chars < 2) return 0;
    size_t at = how == VARIANT ? (size_t)rng_below(&p->f.r, chars) : 1 + (size_t)rng_below(&p->f.r, chars - 1);
    uint32_t x = how == WIDTH ? c[at] : other_character(p, c[at], how);
    if (how != WIDTH && x == c[at]) return 0;
    c[at] = x;
    for (size_t i = 0; i < chars; i++) {
        n += utf8_encode(c[i], out + n);
        if (how == WIDTH && i == 0) memcpy(out + n, "\xE3\x80\x80", 3), n += 3;
    }
    return n;
}

static const struct man *relative(struct pop *p, const struct man *m)
{
    uint32_t from = p->f.first[m->household], n = p->f.first[m->household + 1] - from;
    for (size_t i = 0; n > 1 && i < TRIES; i++) {
        const struct man *o = &p->f.v[from + rng_below(&p->f.r, n)];
        if (o != m) return o;
    }
    return NULL;
}

static bool damage(struct pop *p, enum kind k, struct row *row)
{
    const struct man *m = row->of, *o;
    switch (k) {
    case ONE: return damage_id(p, row->id, false);
    case SWAPPED: return damage_id(p, row->id, true);
    case SHORT:
        if (row->id[6] != '1' || row->id[7] != '9') return false;
        memmove(row->id + 6, row->id + 8, 9);
        row->id[15] = '\0';
        return true;
    case NO_ID: return row->id[0] = '\0', true;
    case NAMED: {
        size_t n = damage_name(p, m, row->name);
        return row->name[n] = '\0', n > 0;
    }
    case FAMILY:
        o = relative(p, m);
        if (o) citizen_key_format(o->key, row->id);
        return o != NULL;
    case TWIN: /* his twin's number, or a digit of his own wrong that makes it his twin's but for the check */
        if (!m->twin) return false;
        o = &p->f.v[m->twin - 1];
        if (rng_below(&p->f.r, 2)) citizen_key_format(o->key, row->id);
        else row->id[16] = (char)('0' + (int)(o->key % 10));
        return true;
    case STRANGER:
        citizen_key_format(folk_key(&p->f, home_area(m->household), m->born, m->female), row->id);
        row->truth = 0;
        return true;
    default: return true;
    }
}

static void draw_row(struct pop *p, enum kind k, struct row *row)
{
    do {
        uint64_t at = k == TWIN && p->f.n_twins ? p->f.twins[rng_below(&p->f.r, p->f.n_twins)]
                                                : rng_below(&p->f.r, p->f.n);
        const struct man *m = &p->f.v[at];
        if (k == TWIN && m->twin && rng_below(&p->f.r, 2)) m = &p->f.v[m->twin - 1];
        *row = (struct row){.of = m, .truth = (uint32_t)(m - p->f.v) + 1};
        citizen_key_format(m->key, row->id);
        memcpy(row->name, m->name, m->name_n);
    } while (!damage(p, k, row));
}

static enum kind draw_kind(struct pop *p)
{
    int64_t x = (int64_t)rng_below(&p->f.r, PER);
    for (enum kind k = ONE; k < KINDS; k++) {
        if (x < p->mix[k]) return k == TWIN && !p->f.n_twins ? EXACT : k;
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
    if (!f) fprintf(stderr, "match_gen: cannot write %s\n", path);
    return f;
}

static bool write_roster(const struct pop *p, const char *dir)
{
    FILE *f = open_in(dir, "roster.csv");
    char id[CITIZEN_ID_TEXT_MAX], day[DATE_TEXT_MAX];
    if (!f) return false;
    fprintf(f, "cid,name,hid,relation,birth,division\n");
    for (size_t i = 0; i < p->f.n; i++) {
        const struct man *m = &p->f.v[i];
        uint64_t village = village_code(m->household / VILLAGE_HOUSEHOLDS);
        fprintf(f, "%s,%.*s,%09llu%09u,%u,%s,%012llu\n", citizen_key_format(m->key, id), (int)m->name_n, m->name,
                (unsigned long long)(village / 1000), m->household, m->relation, date_format(m->born, day),
                (unsigned long long)village);
    }
    return fclose(f) == 0;
}

static void write_row(const struct pop *p, FILE *f, const struct row *row, size_t i)
{
    char day[DATE_TEXT_MAX];
    const struct man *m = row->of;
    fprintf(f, "%s,%s,%s,%s,", row->id, row->name,
            p->drop_sex ? ""
            : m->female ? "女"
                        : "男",
            p->drop_born ? "" : date_format(m->born, day));
    if (!p->drop_village) fprintf(f, "%012llu", (unsigned long long)village_code(m->household / VILLAGE_HOUSEHOLDS));
    fprintf(f, ",%zu,2026-%02zu-%02zu\n", 100 + i % 900, 1 + i % 6, 1 + i % 28);
}

static bool write_rows(struct pop *p, const char *dir, size_t rows)
{
    FILE *f = open_in(dir, "extract.csv"), *t = open_in(dir, "truth.csv");
    if (!f || !t) return false;
    fprintf(f, "cid,name,sex,birth,village,amount,paid_on\n");
    fprintf(t, "line,person,kind\n");
    for (size_t i = 0; i < rows; i++) {
        struct row row;
        enum kind k = draw_kind(p);
        draw_row(p, k, &row);
        p->by_kind[k]++;
        write_row(p, f, &row, i);
        fprintf(t, "%zu,%u,%s\n", i + 2, row.truth, KIND_NAMES[k]);
    }
    return !fclose(f) && !fclose(t);
}

static bool read_word(struct pop *p, struct str word)
{
    struct str rest = word, name;
    if (!str_cut(&rest, '=', &name)) return false;
    if (str_eq(name, STR("drop"))) {
        p->drop_born = str_find(rest, STR("born"), 0) != SIZE_MAX;
        p->drop_village = str_find(rest, STR("village"), 0) != SIZE_MAX;
        p->drop_sex = str_find(rest, STR("sex"), 0) != SIZE_MAX;
        return true;
    }
    for (enum kind k = ONE; k < KINDS; k++)
        if (str_eq(name, str_from(KIND_NAMES[k]))) return str_to_i64(rest, 0, PER, &p->mix[k]);
    return false;
}

static int make(int argc, char **argv)
{
    struct pop p = {.f = {.way = &WAY}};
    p.f.ctx = &p;
    int64_t people, rows, seed = 1;
    int at = 5;
    if (argc < 5 || !str_to_i64(str_from(argv[2]), 10, 100000000, &people) ||
        !str_to_i64(str_from(argv[3]), 1, 100000000, &rows))
        return 2;
    memcpy(p.mix, USUAL, sizeof USUAL);
    if (argc > at && str_to_i64(str_from(argv[at]), 0, INT64_MAX, &seed)) at++;
    for (; at < argc; at++)
        if (!read_word(&p, str_from(argv[at]))) return fprintf(stderr, "match_gen: what is %s?\n", argv[at]), 2;
    rng_seed(&p.f.r, (uint64_t)seed);
    mkdir(argv[4], 0755);
    bool ok = folk_make(&p.f, (size_t)people) && write_roster(&p, argv[4]) && write_rows(&p, argv[4], (size_t)rows);
    fprintf(stderr, "%zu people, %zu households, %zu pairs of twins;", p.f.n, p.f.households, p.f.n_twins);
    for (enum kind k = EXACT; k < KINDS; k++) fprintf(stderr, " %s %zu", KIND_NAMES[k], p.by_kind[k]);
    fprintf(stderr, "\n");
    folk_free(&p.f);
    return ok ? 0 : 3;
}

/* ---- score */

enum { SCORED_MAX = 64, SCORED_NAME = 24 };
struct tally {
    char name[SCORED_NAME];
    int64_t rows, right, wrong, can, can_right;
};
struct scorer {
    uint32_t *person; /* by line; the link */
    uint8_t *exact;
    size_t lines;
    struct tally of[SCORED_MAX];
    size_t kinds;
    int64_t auto_right, auto_wrong;
};

static bool cells(struct str line, struct str *out, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!str_cut(&line, ',', &out[i])) return false;
    return true;
}

static void take_link(struct scorer *s, struct str line)
{
    struct str c[4];
    int64_t at, person;
    if (!cells(line, c, 4) || !str_to_i64(c[1], 1, (int64_t)s->lines - 1, &at) ||
        !str_to_i64(c[2], 1, UINT32_MAX, &person))
        return;
    s->person[at] = (uint32_t)person;
    s->exact[at] = str_eq(c[3], STR("exact"));
}

static struct tally *tally_of(struct scorer *s, struct str kind)
{
    size_t i = 0;
    while (i < s->kinds && !str_eq(str_from(s->of[i].name), kind)) i++;
    if (i == SCORED_MAX || kind.n >= SCORED_NAME) return &s->of[0];
    if (i == s->kinds) memcpy(s->of[s->kinds++].name, kind.p, kind.n);
    return &s->of[i];
}

/* A row that has a person counts for recall when nothing says that he cannot be told from it. */
static void take_truth(struct scorer *s, struct str line)
{
    struct str c[4] = {{0}};
    int64_t at, person, can = 1;
    if (!cells(line, c, 3) || !str_to_i64(c[0], 1, (int64_t)s->lines - 1, &at) ||
        !str_to_i64(c[1], 0, UINT32_MAX, &person))
        return;
    if (cells(line, c, 4)) (void)str_to_i64(c[3], 0, 1, &can);
    struct tally *t = tally_of(s, c[2]);
    uint32_t link = s->person[at];
    bool right = link && link == (uint32_t)person;
    t->rows++;
    t->right += right;
    t->wrong += link && !right;
    t->can += person && can;
    t->can_right += right && can;
    if (link && !s->exact[at]) (*(right ? &s->auto_right : &s->auto_wrong))++;
}

static void each_line(struct scorer *s, struct str text, void (*fn)(struct scorer *s, struct str line))
{
    struct str line;
    while (str_cut(&text, '\n', &line)) fn(s, line);
}

static void per_myriad(const char *what, int64_t part, int64_t of)
{
    int64_t v = of ? part * 100000 / of : 0;
    printf("%s %lld.%05lld (%lld of %lld)\n", what, (long long)(v / 100000), (long long)(v % 100000), (long long)part,
           (long long)of);
}

static void tell(const struct scorer *s)
{
    int64_t rows = 0, right = 0;
    printf("%-13s %9s %9s %9s %9s\n", "kind", "rows", "right", "wrong", "wait");
    for (size_t k = 0; k < s->kinds; k++) {
        const struct tally *t = &s->of[k];
        printf("%-13s %9lld %9lld %9lld %9lld\n", t->name, (long long)t->rows, (long long)t->right, (long long)t->wrong,
               (long long)(t->rows - t->right - t->wrong));
        if (strcmp(t->name, "exact") == 0) continue;
        rows += t->can;
        right += t->can_right;
    }
    per_myriad("automatic precision", s->auto_right, s->auto_right + s->auto_wrong);
    per_myriad("recall of damaged rows that have a person", right, rows);
}

static int score(char **argv)
{
    struct buf truth, links;
    struct err e = {.lang = LANG_EN};
    struct scorer *s = mem_zalloc_array(1, sizeof *s);
    if (!s) return 3;
    buf_init(&truth, MIB(2048));
    buf_init(&links, MIB(2048));
    bool ok = io_read_file(argv[2], &truth, &e) == RC_OK && io_read_file(argv[3], &links, &e) == RC_OK;
    for (size_t i = 0; i < truth.n; i++) s->lines += truth.p[i] == '\n';
    s->lines += 2;
    s->person = mem_zalloc_array(s->lines, sizeof *s->person);
    s->exact = mem_zalloc_array(s->lines, 1);
    if (ok && s->person && s->exact) {
        each_line(s, buf_str(&links), take_link);
        each_line(s, buf_str(&truth), take_truth);
        tell(s);
    } else {
        fprintf(stderr, "match_gen: %s\n", e.msg);
    }
    buf_fini(&truth);
    buf_fini(&links);
    mem_free(s->person);
    mem_free(s->exact);
    mem_free(s);
    return ok ? 0 : 3;
}

int main(int argc, char **argv)
{
    int rc = 2;
    if (argc > 1 && strcmp(argv[1], "make") == 0) rc = make(argc, argv);
    if (argc == 4 && strcmp(argv[1], "score") == 0) rc = score(argv);
    if (rc == 2)
        fprintf(stderr, "usage: match_gen make PEOPLE ROWS DIR [SEED] [KIND=N...] [drop=born,village,sex]\n"
                        "       match_gen score TRUTH LINKS\n");
    return rc;
}
