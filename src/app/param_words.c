#include "app/param_words.h"
#include "base/buf.h"
#include "base/limits.h"

static bool digit(struct str s, size_t i) { return i < s.n && s.p[i] >= '0' && s.p[i] <= '9'; }

/* A comma between three digits and three digits or more groups them. */
static bool groups(struct str s, size_t i)
{
    return s.p[i] == ',' && i && digit(s, i - 1) && digit(s, i + 1) && digit(s, i + 2) && digit(s, i + 3) &&
           !digit(s, i + 4);
}

/* Copies the number at the start with its 万 or 亿, without grouping commas; where the rest begins. */
static size_t copy_number(struct str s, struct buf *b)
{
    size_t i = 0;
    for (; i < s.n && (digit(s, i) || s.p[i] == '.' || s.p[i] == '-' || s.p[i] == '%' || groups(s, i)); i++)
        if (s.p[i] != ',') buf_addc(b, s.p[i]);
    struct str rest = str_sub(s, i, s.n);
    if (!str_starts(rest, STR("万")) && !str_starts(rest, STR("亿"))) return i;
    buf_add(b, str_sub(rest, 0, 3));
    return i + 3;
}

/* The unit's name in the language; empty when no unit is called so in the lists. */
static struct str unit_of(const struct policy *p, struct str label)
{
    uint16_t u = policy_unit_labelled(p, str_trim(label));
    return u == UINT16_MAX ? STR("") : policy_unit_name(p, u);
}

static bool add_unit(const struct policy *p, struct str rest, struct buf *b)
{
    rest = str_trim(rest);
    if (!rest.n) return true;
    size_t slash = str_find(rest, STR("/"), 0);
    bool per = slash < rest.n;
    struct str num = unit_of(p, str_sub(rest, 0, per ? slash : rest.n));
    struct str den = per ? unit_of(p, str_sub(rest, slash + 1, rest.n)) : STR("");
    if (!num.n || (per && !den.n)) return false;
    buf_addc(b, ' ');
    buf_add(b, num);
    if (per) buf_addc(b, '/');
    buf_add(b, den);
    return true;
}

enum rc param_words(const struct policy *p, struct str text, struct arena *a, struct str *out, struct err *e)
{
    struct str s = str_trim(text);
    struct buf b;
    *out = text;
    if (str_eq(s, STR("不设"))) {
        *out = STR("none");
        return RC_OK;
    }
    if (!digit(s, 0) && !(s.n && s.p[0] == '-' && digit(s, 1))) return RC_OK;
    buf_init(&b, KIB(4));
    size_t at = copy_number(s, &b);
    bool read = add_unit(p, str_sub(s, at, s.n), &b);
    if (read && !b.failed) *out = str_dup(a, buf_str(&b));
    enum rc rc = b.failed || !out->p ? err_nomem(e) : RC_OK;
    buf_fini(&b);
    return rc;
}
