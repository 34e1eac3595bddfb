/* All readers of identity numbers and names: no crash, both paths agree, a normal form is stable, a mask
 * keeps its promise. */
#include "base/utf8.h"
#include "ident/credit_code.h"
#include "ident/disability_id.h"
#include "ident/ident_int.h"
#include "ident/name_like.h"
#include "ident/person_name.h"
#include "ident/phone.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool ok)
{
    if (!ok) __builtin_trap();
}

static void fuzz_citizen(struct str s)
{
    struct id_rule rule = id_rule_make(date_make(2026, 6, 30));
    struct citizen_id a, b;
    rule.strict = s.n % 2;
    enum id_verdict v = citizen_id_parse(s, &rule, &a), w;
    if (s.n == 18) {
        struct citizen_id slow;
        rule.strict = false;
        w = citizen_judge(s.p, 18, &rule, &slow);
        require(citizen_accept(s.p, &rule, &b) == (w == ID_OK) && (w != ID_OK || slow.key == b.key));
        require(w == ID_CHARACTER || (citizen_id_parse(s, &rule, &b) == w && slow.key == b.key));
    }
    if (v) return;
    char text[CITIZEN_ID_TEXT_MAX];
    citizen_key_format(a.key, text);
    require(citizen_id_parse(str_from(text), &rule, &b) == ID_OK && b.key == a.key && !b.normalised);
}

static void fuzz_name(struct str s)
{
    struct person_name a, b;
    if (person_name_normalise(s, &a)) return;
    require(a.n > 0 && utf8_valid(str_make(a.p, a.n)));
    require(person_name_normalise(str_make(a.p, a.n), &b) == NAME_OK);
    require(str_eq(str_make(a.p, a.n), str_make(b.p, b.n)));
    require(person_name_match(s, str_make(a.p, a.n)) == NAME_SAME);
    uint64_t x, y;
    require(person_name_hash(s, &x) && person_name_hash(str_make(a.p, a.n), &y) && x == y);
}

/* Two names: it does not matter which comes first, and one is like itself. */
static void fuzz_like(struct str s)
{
    struct name_form a, b;
    char out[16];
    bool first = name_form_make(str_make(s.p, s.n / 2), &a), second = name_form_make(str_sub(s, s.n / 2, s.n), &b);
    enum name_like like = name_compare(&a, &b);
    require(like == name_compare(&b, &a) && (like == LIKE_MISSING) == !(first && second));
    require(!first || a.wild || name_compare(&a, &a) == LIKE_SAME);
    require(like > LIKE_NEAR || like < LIKE_SAME || a.wild || b.wild || a.near_hash == b.near_hash);
    require(utf8_valid(str_from(name_mask(s, out, sizeof out))));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str s = {(const char *)data, size};
    struct id_rule rule = id_rule_make(date_make(2026, 6, 30));
    struct disability_id d;
    struct credit_code c;
    struct phone p;
    char out[64];
    fuzz_citizen(s);
    fuzz_name(s);
    fuzz_like(s);
    enum id_verdict v = disability_id_parse(s, &rule, &d);
    require(v != ID_OK || (d.kind <= 7 && d.grade <= 4));
    v = credit_code_parse(s, &c);
    require((v == ID_OK || v == ID_CHECK) == (c.text[0] != '\0'));
    v = phone_parse(s, &p);
    require((v == ID_OK) == (p.number != 0));
    require(strlen(id_mask(s, 6, 4, out, sizeof out)) < sizeof out);
    return 0;
}
