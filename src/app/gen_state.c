/* States at the month's end: school roll, houses, certificates, vehicles, dibao. */
#include "app/gen_int.h"
#include "base/utf8.h"

/* ---- school roll */

struct pupil {
    const struct gen_person *p;
    date_day term;
    uint8_t stage;
    bool dropped, suspended, unfit;
    int64_t cost, aid;
};

enum { SCHOOL_KINDS = 7 };
static const char *const SCHOOL_STAGE[SCHOOL_KINDS] = {"学前", "小学", "初中", "高中", "中职", "大专", "本科"};
static const char *const SCHOOL_NAME[SCHOOL_KINDS] = {"幼儿园",       "中心小学",     "初级中学", "高级中学",
                                                      "职业教育中心", "职业技术学院", "师范学院"};

static size_t school_kind(uint8_t stage)
{
    static const uint8_t BEGINS[] = {STAGE_PRIMARY,    STAGE_MIDDLE,  STAGE_HIGH,
                                     STAGE_VOCATIONAL, STAGE_COLLEGE, STAGE_BACHELOR};
    size_t k = 0;
    while (k < sizeof BEGINS && stage >= BEGINS[k]) k++;
    return k;
}

/* The pupil's year, counted from 1 in each school; middle school goes on from primary school at 7. */
static int32_t school_grade(const struct pupil *x)
{
    static const uint8_t BEGINS[SCHOOL_KINDS] = {STAGE_KINDERGARTEN, STAGE_PRIMARY, STAGE_MIDDLE,  STAGE_HIGH,
                                                 STAGE_VOCATIONAL,   STAGE_COLLEGE, STAGE_BACHELOR};
    size_t kind = school_kind(x->stage);
    if (kind == 1) return gen_age(x->p, date_make(gen_school_year(date_month_index(x->term)), 9, 1) - 1) - 5;
    return x->stage - BEGINS[kind] + (kind == 2 ? 7 : 1);
}

static void draw_costs(struct rng *r, struct pupil *x, bool helped)
{
    static const int32_t FROM[SCHOOL_KINDS] = {200000, 10000, 30000, 200000, 80000, 800000, 900000};
    static const int32_t TO[SCHOOL_KINDS] = {600000, 120000, 180000, 600000, 350000, 1700000, 2300000};
    size_t kind = school_kind(x->stage);
    x->cost = gen_between(r, FROM[kind], TO[kind]) / 5000 * 5000;
    if (kind >= 3 && (helped || gen_chance(r, 1500))) x->aid = gen_between(r, 20, 45) * 10000;
    if (x->aid > x->cost) x->aid = x->cost;
}

static void pupil_row(struct gen_file *f, struct rng *r, const struct gen_who *w, const void *facts)
{
    const struct pupil *x = facts;
    size_t kind = school_kind(x->stage);
    put_fmt(f, "G%.*s", (int)w->id_n, w->id);
    put_who_name(f, w);
    put_who_id(f, w);
    put_fmt(f, "第%llu%s", (unsigned long long)(x->p->household % 9 + 1), SCHOOL_NAME[kind]);
    put_z(f, SCHOOL_STAGE[kind]);
    put_int(f, school_grade(x));
    put_z(f, x->dropped ? "辍学" : x->suspended ? "休学" : "在读");
    put_z(f, !x->dropped || gen_chance(r, 3000) ? "" : gen_chance(r, 5000) ? "厌学" : "因病");
    put_fen(f, x->cost);
    put_fen(f, x->aid);
    put_z(f, x->unfit ? "医学证明" : "");
    put_day(f, x->term);
    row_end(f, r);
}

/* First day of the term that holds the month. */
static date_day term_of(int32_t month)
{
    int32_t in_year = month % 12, year = month / 12;
    if (in_year >= 8) return date_make(year, 9, 1);
    return in_year >= 2 ? date_make(year, 3, 1) : date_make(year - 1, 9, 1);
}

void gen_write_school(struct gen_file *f, int32_t month)
{
    const struct gen *g = f->g;
    date_day term = term_of(month);
    int32_t at = date_month_index(term);
    for (size_t k = 0; k < g->people_n; k++) {
        size_t i = gen_shuffled(g, k);
        const struct gen_person *p = &g->people[i];
        struct pupil x = {.p = p, .term = term, .stage = gen_stage(p, gen_school_year(at))};
        if (x.stage < STAGE_PRIMARY || x.stage >= STAGE_MASTER) continue;
        struct rng lasting = gen_stream(g, TOPIC_SCHOOL, i, 0), r = gen_stream(g, TOPIC_SCHOOL, i, (uint64_t)at);
        const struct gen_household *h = &g->households[p->household];
        if (gen_chance(&lasting, 12)) continue; /* at school elsewhere, on no roll here */
        x.unfit = p->disability_level == 1 && p->disabled_on <= term && gen_chance(&lasting, 5000);
        x.suspended = x.unfit || gen_chance(&r, 15);
        x.dropped = at >= p->dropout_from && at < p->dropout_to;
        draw_costs(&r, &x, h->lifted || h->dibao || h->monitor);
        gen_rows_about(f, &r, p, pupil_row, &x);
    }
}

/* ---- houses */

struct house {
    const struct gen_household *h;
    date_day on;
    int32_t month;
    uint64_t hash;
};

static void house_row(struct gen_file *f, struct rng *r, const struct gen_who *w, const void *facts)
{
    const struct house *x = facts;
    const struct gen_household *h = x->h;
    bool changed = x->month >= h->house_month;
    char grade[] = {(char)('A' + (changed ? h->house_then : h->grade)), 0};
    put_who_id(f, w);
    put_who_name(f, w);
    put_fmt(f, "F%06d%012llu", f->g->o->county,
            (unsigned long long)(gen_hash(f->g, TOPIC_HOUSING, w->id17) % UINT64_C(1000000000000)));
    if (gen_left_blank(r)) put_blank(f);
    else if (gen_chance(r, 800)) put_fmt(f, "%s级", grade);
    else put_z(f, grade);
    put_int(f, 45 + (int64_t)(x->hash % 160));
    date_day seen = changed ? date_of_month_index(h->house_month) + 9
                            : date_make(2022, 1, 1) + (date_day)(x->hash % 1200);
    put_date(f, r, seen);
    put_z(f, h->other_house ? "是" : "否");
    put_z(f, !h->rebuilt ? "" : changed ? "已竣工" : "改造中");
    put_day(f, x->on);
    row_end(f, r);
}

void gen_write_housing(struct gen_file *f, int32_t month)
{
    const struct gen *g = f->g;
    for (size_t k = 0; k < g->households_n; k++) {
        const struct gen_household *h = &g->households[k];
        struct rng lasting = gen_stream(g, TOPIC_HOUSING, k, 0), r = gen_stream(g, TOPIC_HOUSING, k, (uint64_t)month);
        if (gen_chance(&lasting, 30)) continue; /* never assessed */
        struct house x = {h, gen_month_end(month), month, gen_hash(g, TOPIC_ROSTER, h->first)};
        gen_rows_about(f, &r, gen_head(g, h), house_row, &x);
    }
}

/* ---- disability certificates */

struct certificate {
    const struct gen_person *p;
    date_day on;
};

static void certificate_row(struct gen_file *f, struct rng *r, const struct gen_who *w, const void *facts)
{
    static const char *const KINDS[] = {"", "视力", "听力", "言语", "肢体", "智力", "精神", "多重"};
    static const char *const LEVELS[] = {"", "一级", "二级", "三级", "四级"};
    const struct certificate *x = facts;
    const struct gen_person *p = x->p;
    char number[96];
    snprintf(number, sizeof number, "%.*s%u%u%s", (int)w->id_n, w->id, p->disability_kind, p->disability_level,
             p->id17 % 31 == 0 ? "B1" : "");
    put_who_name(f, w);
    if (gen_chance(r, 200)) put_z(f, number);
    else if (gen_chance(r, 100)) put_blank(f);
    else put_who_id(f, w);
    put_z(f, number);
    put_z(f, KINDS[p->disability_kind]);
    put_z(f, LEVELS[p->disability_level]);
    put_date(f, r, p->disabled_on);
    put_day(f, x->on);
    row_end(f, r);
}

void gen_write_disability(struct gen_file *f, int32_t month)
{
    const struct gen *g = f->g;
    for (size_t k = 0; k < g->people_n; k++) {
        size_t i = gen_shuffled(g, k);
        struct certificate x = {&g->people[i], gen_month_end(month)};
        if (!x.p->disabled_on || x.p->disabled_on > x.on) continue;
        struct rng r = gen_stream(g, TOPIC_DISABILITY, i, (uint64_t)month);
        gen_rows_about(f, &r, x.p, certificate_row, &x);
    }
}

/* ---- vehicles */

struct vehicle {
    const struct gen_household *h;
    date_day on;
    uint64_t hash;
};

static const char *vehicle_kind(int32_t fen, uint64_t hash)
{
    if (fen < 1200000) return hash % 3 ? "摩托车" : "三轮汽车";
    if (hash % 11 == 0) return fen > 14000000 ? "重型货车" : "轻型货车";
    return hash % 7 == 0 ? "小型普通客车" : "小型轿车";
}

/* Province, letter of the city, five letters or digits (I and O are not used). */
static void put_plate(struct gen_file *f, uint64_t hash)
{
    static const char SIGNS[] = "0123456789ABCDEFGHJKLMNPQRSTUVWXYZ";
    int32_t province = f->g->province;
    const char *sign = province == 61 ? "陕" : province == 14 ? "晋" : province == 13 ? "冀" : "豫";
    char text[] = "A00000";
    text[0] = (char)('A' + (int)(hash % 8));
    hash /= 8;
    for (size_t i = 1; i < sizeof text - 1; i++, hash /= sizeof SIGNS - 1) text[i] = SIGNS[hash % (sizeof SIGNS - 1)];
    put_fmt(f, "%s%s", sign, text);
}

static void vehicle_row(struct gen_file *f, struct rng *r, const struct gen_who *w, const void *facts)
{
    const struct vehicle *x = facts;
    char wan[32];
    dec_format(x->h->car_fen, 6, true, wan);
    put_plate(f, gen_hash(f->g, TOPIC_VEHICLE, w->id17));
    put_who_name(f, w);
    put_who_id(f, w);
    put_z(f, vehicle_kind(x->h->car_fen, x->hash));
    if (gen_left_blank(r)) put_blank(f);
    else put_z(f, wan);
    put_date(f, r, x->h->car_on);
    put_z(f, x->hash % 11 == 0 ? "货运" : x->hash % 61 == 0 ? "营运" : "非营运");
    put_day(f, x->on);
    row_end(f, r);
}

void gen_write_vehicle(struct gen_file *f, int32_t month)
{
    const struct gen *g = f->g;
    for (size_t k = 0; k < g->households_n; k++) {
        struct vehicle x = {&g->households[k], gen_month_end(month), gen_hash(g, TOPIC_VEHICLE, k)};
        if (!x.h->car_fen || x.h->car_on > x.on) continue;
        struct rng r = gen_stream(g, TOPIC_VEHICLE, k, (uint64_t)month);
        gen_rows_about(f, &r, gen_head(g, x.h), vehicle_row, &x);
    }
}

/* ---- dibao */

struct benefit {
    const struct gen_household *h;
    date_day on;
    int32_t month, fen;
};

static void put_wide_number(struct gen_file *f, int64_t v)
{
    char plain[32], wide[96];
    size_t n = dec_format(v, 0, false, plain), at = 0;
    for (size_t i = 0; i < n; i++) at += utf8_encode((uint32_t)(unsigned char)plain[i] + 0xFEE0, wide + at);
    put_str(f, (struct str){wide, at});
}

static void benefit_row(struct gen_file *f, struct rng *r, const struct gen_who *w, const void *facts)
{
    const struct benefit *x = facts;
    put_fmt(f, "DB%06d%07u", f->g->o->county, x->h->first);
    put_who_name(f, w);
    put_who_id(f, w);
    put_z(f, x->h->dibao == DIBAO_SINGLE ? "单人保" : "整户保");
    if (gen_chance(r, 200)) put_wide_number(f, x->fen / 100);
    else put_fen(f, x->fen);
    put_date(f, r, date_of_month_index(x->h->dibao_from));
    if (x->h->over_line_from <= x->month) put_date(f, r, date_of_month_index(x->h->over_line_from));
    else put_blank(f);
    put_str(f, f->g->o->villages.names[x->h->village]);
    put_day(f, x->on);
    row_end(f, r);
}

void gen_write_dibao(struct gen_file *f, int32_t month)
{
    const struct gen *g = f->g;
    for (size_t k = 0; k < g->people_n; k++) {
        size_t i = gen_shuffled(g, k);
        const struct gen_person *p = &g->people[i];
        const struct gen_household *h = &g->households[p->household];
        if (!gen_present(g, p, month) || !gen_on_dibao(g, h, p, month)) continue;
        struct rng r = gen_stream(g, TOPIC_DIBAO, i, (uint64_t)month);
        struct benefit x = {h, gen_month_end(month), month, gen_dibao_fen(g, h)};
        gen_rows_about(f, &r, p, benefit_row, &x);
    }
}
