/* Shared by the files that judge. */
#ifndef MATCH_JUDGE_INT_H
#define MATCH_JUDGE_INT_H
#include "ident/division.h"
#include "match/judge.h"

/* People with one value of some key: head by hash, then next; places + 1, 0 ends. */
struct chain {
    uint32_t *head, *next;
    unsigned bits;
};
enum judge_chain {
    CHAIN_KEY,
    CHAIN_HOUSEHOLD,
    CHAIN_NAME,         /* near sound */
    CHAIN_NAME_BORN,    /* near sound, day of birth */
    CHAIN_NAME_VILLAGE, /* near sound, village */
    CHAIN_BORN_VILLAGE,
    CHAIN_HOME,    /* hash of the household's code, where rows say one */
    CHAIN_DAY,     /* division and day of birth of the number */
    CHAIN_WRITTEN, /* what stands for a number that is none */
    CHAIN__MAX
};

struct judge_people {
    size_t n, cap;
    uint32_t *person, *household, *text, *sound, *near; /* text … near: hashes of the name; 0: none */
    uint64_t *key, *home;
    int64_t *division;
    date_day *born;
    uint8_t *sex;
    uint32_t *written;  /* judge_written of a text that is no number; NULL: none was looked at */
    uint32_t *relation; /* to the head, as judge_relation gives it */
    int64_t *phone;     /* mobile number, 0 none; NULL: the roster has none */
    struct str *name;
    struct arena names;
    struct chain chain[CHAIN__MAX];
    uint32_t *freq_text, *freq_sound, *freq_near; /* people by hash of the name, FREQ_BITS of it */
};
enum { FREQ_BITS = 21, JUDGE_DAY_UNIT = 1000 /* a number's key by this is its division and day of birth */ };
static inline uint32_t freq_of(const uint32_t *freq, uint32_t hash)
{
    return freq[(uint32_t)(hash * UINT32_C(0x9E3779B1)) >> (32 - FREQ_BITS)];
}

static inline uint64_t judge_mix(uint64_t a, uint64_t b)
{
    uint64_t h = (a ^ b * UINT64_C(0xD6E8FEB86659FD93)) * UINT64_C(0x9E3779B97F4A7C15);
    return h ^ h >> 32;
}
/* First of a chain, places + 1. */
static inline uint32_t chain_first(const struct chain *c, uint64_t hash)
{
    return c->bits ? c->head[(hash * UINT64_C(0x9E3779B97F4A7C15)) >> (64 - c->bits)] : 0;
}
/* The hash by which a person stands in a chain; 0: does not. */
uint64_t chain_hash(const struct judge_people *x, enum judge_chain k, uint32_t i);

/* judge_people.c: room for n people; then hashes, chains and frequencies of the n that were put in. */
bool judge_people_room(struct judge_people *x, size_t n);
enum rc judge_people_index(struct judge_people *x, struct err *e) MUST_USE;
enum rc judge_chain_make(struct judge_people *x, enum judge_chain k, struct err *e) MUST_USE;

/* judge_written.c: letters and digits as written, half-width and upper-case; what is longer than any number is cut. */
void judge_keep_id(struct str text, char out[JUDGE_ID_MAX]);
/* A hash of such a text; 0 when it is too short, or one character again and again. */
uint32_t judge_written(const char id[JUDGE_ID_MAX]);
/* Look at the texts that people have instead of a number, of those whom rows with such a text may mean. */
enum rc judge_people_written(struct judge_people *x, struct store *s, int64_t k_us, const struct judge_row *rows,
                             size_t n, struct err *e) MUST_USE;
/* judge_homes.c: codes of people's households, where rows say one; one that is no household's here is forgotten. */
enum rc judge_people_homes(struct judge_people *x, struct store *s, struct judge_row *rows, size_t n,
                           struct err *e) MUST_USE;
/* 1 male, 2 female, 0 not told. */
uint8_t judge_sex(struct str s);
/* A mobile number; 0: it is none. */
int64_t judge_phone(struct str s);
/* A relation to the head as a number, by the roster's codes (NULL: it has none), else by its text; 0: not told. */
struct plan_codes;
uint32_t judge_relation(const struct plan_codes *codes, struct str s);

/* judge_level.c */
struct row_owners { /* of the row's number when it is in order */
    uint32_t at[8], n;
};
void judge_owners(const struct judge_people *x, const struct judge_row *r, struct row_owners *out);
void judge_levels(const struct judge_people *x, const struct judge_row *r, const struct row_owners *o,
                  struct judge_candidate *c);
enum judge_veto judge_veto_of(const struct judge_people *x, const struct judge_row *r, const struct row_owners *o,
                              const struct judge_candidate *c);
/* Is the row's number beside its name because a column slipped, and not because it is a relative's: many are so in the
 * file, or the candidate's number (key) stands a line or two away, with another name too? */
bool judge_may_slip(const struct judge_row *r, uint64_t key);
enum kin_named judge_kin_named(const struct judge_people *x, const struct judge_row *r,
                               const struct judge_candidate *c);
/* The name of a person taken apart. */
void judge_form(const struct judge_people *x, uint32_t at, struct name_form *out);
/* log2 of u for a name that agrees so: how common names like the person's are. */
int32_t judge_name_u(const struct judge_people *x, uint32_t at, uint8_t level);
bool judge_is_law(enum compare k, uint8_t level);
/* Have numbers been cut so often, and are strangers' so rare, that one in order that ends in three zeros (of strangers'
 * own one in 1,100) was cut, 1,000 to 1? */
bool judge_cuts(const struct judge_model *m);
/* Calls fn with the places of people whose number can be what is left of the row's, as far as its first 14 digits are
 * known; fn returns false to end. */
typedef bool (*left_fn)(void *ctx, uint32_t at);
void judge_each_left(const struct judge_people *x, const struct judge_row *r, left_fn fn, void *ctx);

struct judge_places;
/* judge_places.c: the places that people of x live in, by name. d NULL: none, *out NULL. judge_places_find: the code of
 * the village, else of the township, 0 when neither is one place alone. Names without their endings; a village of a
 * known township also by sound. */
enum rc judge_places_make(struct judge_places **out, const struct judge_people *x, const struct divisions *d,
                          struct err *e) MUST_USE;
void judge_places_free(struct judge_places *p);
int64_t judge_places_find(const struct judge_places *p, struct str town, struct str village);

/* judge_run.c: by which a later row of the same sender is known again; false: the row says too little. */
struct delivery;
bool judge_evidence(struct store *s, const struct judge_row *r, struct str sender, uint8_t out[16]);
struct str judge_sender(const struct delivery *d);
#endif
