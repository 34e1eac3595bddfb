/* Private to src/app/gen*.c: the population that the files are written from.
 *
 * Everything that happens to somebody is drawn once, from a stream of its own keyed by (seed, topic, who, when), so
 * that months agree with each other and a file does not change when another one does. Months are date_month_index
 * numbers; money is fen. */
#ifndef APP_GEN_INT_H
#define APP_GEN_INT_H
#include "app/generate.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/date.h"
#include "base/num.h"

enum {
    GEN_NAME_MAX = 46,   /* bytes of a name */
    GEN_MEMBERS_MAX = 9, /* of a household */
    GEN_PATH_MAX = 4096,
    GEN_HISTORY_MEDICAL = 13, /* months of history in the first file */
    GEN_HISTORY_INCOME = 24,
    GEN_HISTORY_WORK = 6,
    GEN_COURSE_MONTHS = 6, /* a costly illness lasts */
    GEN_FLUSH_BYTES = 1 << 20,
    GEN_ROW_MAX = 1 << 14,
};
#define GEN_NEVER INT32_MAX
#define GEN_NOBODY UINT32_MAX

enum gen_topic {
    TOPIC_HOUSEHOLD,
    TOPIC_LIFE,
    TOPIC_ID,
    TOPIC_ROSTER,
    TOPIC_MEDICAL,
    TOPIC_INCOME,
    TOPIC_SCHOOL,
    TOPIC_HOUSING,
    TOPIC_DISABILITY,
    TOPIC_VEHICLE,
    TOPIC_DIBAO,
    TOPIC_WORK,
    TOPIC_RELATION,
    TOPIC_AUTHORISED,
    TOPIC_MONITORED,
    TOPIC_MEASURE,
    TOPIC_ORDER,
    TOPIC_COURSE,
    TOPIC_EXPORT,
};

/* Order of GEN_RELATION_TEXT: the 28 values of the national system. */
enum gen_relation {
    REL_HEAD,
    REL_SPOUSE,
    REL_SON,
    REL_DAUGHTER,
    REL_SON_WIFE,
    REL_DAUGHTER_HUSBAND,
    REL_GRANDSON,
    REL_GRANDDAUGHTER,
    REL_DAUGHTER_SON,
    REL_DAUGHTER_DAUGHTER,
    REL_FATHER,
    REL_MOTHER,
    REL_WIFE_FATHER,
    REL_WIFE_MOTHER,
    REL_HUSBAND_FATHER,
    REL_HUSBAND_MOTHER,
    REL_GRANDFATHER,
    REL_GRANDMOTHER,
    REL_MOTHER_FATHER,
    REL_MOTHER_MOTHER,
    REL_SIBLING,
    REL_GREAT_GRANDSON,
    REL_GREAT_GRANDDAUGHTER,
    REL_NEPHEW,
    REL_NIECE,
    REL_BROTHER_WIFE,
    REL_UNCLE,
    REL_OTHER,
    REL__MAX
};

enum gen_labour { LABOUR_ORDINARY, LABOUR_SKILLED, LABOUR_WEAK, LABOUR_LOST, LABOUR_NONE, LABOUR__MAX };
enum gen_health { HEALTH_CHRONIC = 1, HEALTH_MAJOR = 2, HEALTH_DISABLED = 4 };
enum gen_work { WORK_NONE, WORK_COMPANY, WORK_FISCAL, WORK_SELF, WORK_PUBLIC_POST, WORK__MAX };
enum gen_monitor { MONITOR_NONE, MONITOR_LIFTED, MONITOR_EDGE, MONITOR_SUDDEN, MONITOR__MAX };
enum gen_dibao { DIBAO_NONE, DIBAO_WHOLE, DIBAO_SINGLE };
enum gen_grade { GRADE_A, GRADE_B, GRADE_C, GRADE_D };

/* Mistakes of a roster, planted because rules must find them. */
enum gen_flaw {
    FLAW_NONE,
    FLAW_RELATION,
    FLAW_SEX,
    FLAW_LABOUR,
    FLAW_STAGE,
    FLAW_BLANK_NATION,
    FLAW_BLANK_HEALTH,
    FLAW_BLANK_LABOUR,
    FLAW_TWIN_ID,
    FLAW__MAX
};

enum gen_cause {
    CAUSE_ILLNESS,
    CAUSE_SCHOOL,
    CAUSE_DISABILITY,
    CAUSE_DISASTER,
    CAUSE_ACCIDENT,
    CAUSE_PROJECT,
    CAUSE_JOB,
    CAUSE_LABOUR,
    CAUSE_HOUSE,
    CAUSE_WATER,
    CAUSE_OTHER,
    CAUSE__MAX
};

struct gen_person {
    uint64_t id17;
    date_day born, disabled_on; /* 0: not disabled */
    uint32_t household;
    int32_t wage_fen;                 /* a month */
    int32_t work_until;               /* last month of work, or GEN_NEVER */
    int32_t dropout_from, dropout_to; /* months outside school, to exclusive */
    uint16_t surname;
    uint8_t female, relation, nation, labour, health, work, insured;
    uint8_t disability_kind, disability_level;
    uint8_t seen_from, seen_to; /* rosters it is on, to exclusive */
    uint8_t age;                /* at the end of the first month */
    uint8_t flaw, name_n;
    char name[GEN_NAME_MAX];
};

struct gen_household {
    uint32_t first, village, serial;
    uint32_t parents_child;                  /* household of a grown-up child of the head, or GEN_NOBODY */
    int32_t farm_fen, support_fen, rent_fen; /* a year */
    int32_t shock_month;                     /* from here most of the wages are lost */
    int32_t dibao_from, dibao_until, over_line_from;
    date_day identified, cleared, registered, car_on;
    int32_t car_fen;
    int32_t house_month; /* when the grade becomes house_then */
    int32_t course_from; /* first month of a member's costly illness, or GEN_NEVER */
    uint32_t patient;    /* who has it */
    uint8_t size, lifted, monitor, cause, cause_too, dibao, dibao_single;
    uint8_t grade, house_then, rebuilt, other_house, destitute, water_bad;
};

struct gen {
    const struct generate_options *o;
    int32_t first_month, months, province;
    date_day start; /* last day of the first month: the day ages are drawn for */
    struct gen_person *people;
    struct gen_household *households;
    size_t people_n, people_cap, households_n;
    uint16_t *issued; /* IDs given out by area, birth day and sex */
    size_t *villages; /* those in use, as indexes of o->villages */
    size_t villages_n;
};

/* ---- gen_draw.c */
struct rng gen_stream(const struct gen *g, enum gen_topic topic, uint64_t who, uint64_t when);
uint64_t gen_hash(const struct gen *g, enum gen_topic topic, uint64_t who);
bool gen_chance(struct rng *r, uint32_t per_10000);
int64_t gen_between(struct rng *r, int64_t lo, int64_t hi); /* both in */
/* Drawn from a distribution given by its n quantiles, straight between them. */
int64_t gen_quantile(struct rng *r, const int32_t *at, size_t n);
size_t gen_weighted(struct rng *r, const uint16_t *weights, size_t n);
date_day gen_day_in(struct rng *r, int32_t month);

/* ---- gen_names.c */
uint16_t gen_surname(struct rng *r);
/* Fills name and nation; surname is the family's. */
void gen_name(struct rng *r, struct gen_person *p);
/* Another character at the end (a name misheard); out has GEN_NAME_MAX bytes. */
size_t gen_name_misheard(struct rng *r, const struct gen_person *p, char *out);
extern const char *const GEN_NATIONS[];

/* ---- gen_people.c, gen_life.c */
enum rc gen_people_make(struct gen *g, struct err *e) MUST_USE;
void gen_people_free(struct gen *g); /* also after a failure */
/* Work, health, house, dibao and monitoring of a household whose members are there. */
void gen_life_make(struct gen *g, uint32_t household);
int32_t gen_age(const struct gen_person *p, date_day on);
/* Index into GEN_STAGE_TEXT for the school year that began in September of `year`, or STAGE_NONE. */
enum {
    STAGE_PRE = 0,
    STAGE_KINDERGARTEN,
    STAGE_PRIMARY,
    STAGE_MIDDLE = 3,
    STAGE_HIGH = 6,
    STAGE_VOCATIONAL = 9,
    STAGE_COLLEGE = 12,
    STAGE_BACHELOR = 15,
    STAGE_MASTER = 19,
    STAGE_NONE = 20
};
uint8_t gen_stage(const struct gen_person *p, int32_t year);
int32_t gen_school_year(int32_t month);
bool gen_on_dibao(const struct gen *g, const struct gen_household *h, const struct gen_person *p, int32_t month);
int32_t gen_dibao_fen(const struct gen *g, const struct gen_household *h); /* a person and month */
bool gen_works(const struct gen_person *p, int32_t month);

/* ---- gen_file.c */
enum gen_coding { CODING_UTF8, CODING_UTF8_BOM, CODING_UTF16, CODING_GB18030 };
enum gen_dates { DATES_ISO, DATES_MIXED, DATES_COMPACT, DATES_SLASH };
struct gen_file {
    const struct gen *g;
    FILE *f;
    void *converter; /* iconv_t, or NULL */
    struct buf rows, bytes;
    enum gen_coding coding;
    enum gen_dates dates;
    bool crlf, first_field;
    size_t row_at; /* where the current row begins */
    bool failed;
    struct err err; /* of the first failed write */
    uint64_t rows_n;
};
struct gen_dataset {
    const char *name, *header;
    enum gen_coding coding;
    bool crlf;
    enum gen_dates dates;
    void (*write)(struct gen_file *f, int32_t month);
};
/* Writes one file of the month; *rows is how many. Files may be written at the same time: g is only read. */
enum rc gen_file_write(const struct gen *g, const struct gen_dataset *d, int32_t month, uint64_t *rows,
                       struct err *e) MUST_USE;
void put_str(struct gen_file *f, struct str s); /* a field, quoted where needed */
void put_z(struct gen_file *f, const char *z);
void put_int(struct gen_file *f, int64_t v);
/* A row key: prefix, county, month, number of the row. */
void put_serial(struct gen_file *f, const char *prefix, int32_t month);
void put_fen(struct gen_file *f, int64_t fen);
void put_blank(struct gen_file *f);
void put_day(struct gen_file *f, date_day d);                 /* always 2026-08-31 */
void put_date(struct gen_file *f, struct rng *r, date_day d); /* in the file's forms */
void put_fmt(struct gen_file *f, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* Ends the row; now and then a row is sent twice. */
void row_end(struct gen_file *f, struct rng *r);

/* ---- gen_dirt.c: who a row is about, as the department writes it */
struct gen_who {
    char id[64], name[64];
    size_t id_n, name_n;
    uint64_t id17; /* as it should be: numbers of things follow from it */
};
void gen_who(struct gen_who *w, struct rng *r, const struct gen_person *p);
typedef void (*gen_row_fn)(struct gen_file *f, struct rng *r, const struct gen_who *w, const void *facts);
/* The row about p; five in a hundred times another one with the same facts about somebody who is not on the roster. */
void gen_rows_about(struct gen_file *f, struct rng *r, const struct gen_person *p, gen_row_fn row, const void *facts);
/* Identity of somebody who is on no roster of the county. */
void gen_outsider(struct gen_who *w, struct rng *r, const struct gen_person *like);
/* A cell left empty by mistake? */
bool gen_left_blank(struct rng *r);
void put_who_id(struct gen_file *f, const struct gen_who *w);
void put_who_name(struct gen_file *f, const struct gen_who *w);
/* 18 clean characters with NUL. */
void gen_id_text(uint64_t id17, char out[19]);

/* ---- the datasets */
#define GEN_ROSTER_HEADER                                                                                             \
    "户编号,姓名,证件号码,性别,与户主关系,出生日期,民族,政治面貌,婚姻状况,文化程度,在校生状况,健康状况,劳动技能,"    \
    "是否参加城乡居民基本医疗保险,是否特困供养,联系电话,户类型,监测对象类别,登记日期,行政区划代码,乡镇,村名,家庭住址," \
    "饮水是否安全,住房面积,耕地面积"
/* What a roster row says that is drawn with it. */
struct gen_shown {
    uint8_t schooling; /* from 0, illiterate, to 5, a degree; of a pupil it is not said */
    bool pupil, insured;
};
/* The fields of a person's roster row and their names, without ending the row. */
void gen_put_roster_row(struct gen_file *f, struct rng *r, const struct gen_household *h, const struct gen_person *p,
                        int32_t month, struct gen_shown *shown);
void gen_put_roster_header(struct gen_file *f);
void gen_write_roster(struct gen_file *f, int32_t month);
void gen_write_export(struct gen_file *f, int32_t month);
void gen_write_medical(struct gen_file *f, int32_t month);
void gen_write_income(struct gen_file *f, int32_t month);
void gen_write_work(struct gen_file *f, int32_t month);
void gen_write_school(struct gen_file *f, int32_t month);
void gen_write_housing(struct gen_file *f, int32_t month);
void gen_write_disability(struct gen_file *f, int32_t month);
void gen_write_vehicle(struct gen_file *f, int32_t month);
void gen_write_dibao(struct gen_file *f, int32_t month);
void gen_write_relation(struct gen_file *f, int32_t month);
void gen_write_authorised(struct gen_file *f, int32_t month);
void gen_write_monitored(struct gen_file *f, int32_t month);
void gen_write_measures(struct gen_file *f, int32_t month);

/* People in an order that is not the roster's; i from 0 to people_n - 1. */
static inline size_t gen_shuffled(const struct gen *g, size_t i)
{
    size_t step = g->people_n % 7919 == 0 ? 1 : 7919;
    return (size_t)(((u128)i * step + g->o->seed) % g->people_n);
}
/* The month's place among the written ones, from 0. */
static inline int32_t gen_month_no(const struct gen *g, int32_t month) { return month - g->first_month; }
static inline date_day gen_month_end(int32_t month) { return date_month_end(date_of_month_index(month)); }
bool gen_present(const struct gen *g, const struct gen_person *p, int32_t month);
static inline int64_t gen_household_code(const struct gen *g, const struct gen_household *h)
{
    return g->o->villages.codes[h->village] * 1000000 + h->serial;
}
static inline const struct gen_person *gen_head(const struct gen *g, const struct gen_household *h)
{
    return &g->people[h->first];
}
#endif
