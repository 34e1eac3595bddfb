#include "ident/disability_id.h"
#include "ident/ident_int.h"

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static enum id_verdict read_class(const struct id_clean *c, struct disability_id *out)
{
    char kind = c->p[18], grade = c->p[19];
    if (!is_digit(kind) || !is_digit(grade)) return ID_CHARACTER;
    if (kind < '1' || kind > '7' || grade < '1' || grade > '4') return ID_CLASS;
    if (c->n == 22) {
        if (!is_digit(c->p[21]) || (!is_digit(c->p[20]) && c->p[20] != 'B')) return ID_CHARACTER;
        memcpy(out->suffix, c->p + 20, 2);
    }
    out->kind = (uint8_t)(kind - '0');
    out->grade = (uint8_t)(grade - '0');
    return ID_OK;
}

enum id_verdict disability_id_parse(struct str text, const struct id_rule *rule, struct disability_id *out)
{
    *out = (struct disability_id){0};
    struct id_clean c;
    id_clean(text, "", &c);
    enum id_verdict v = id_clean_verdict(&c);
    if (v) return v;
    if (c.n != 18 && c.n != 20 && c.n != 22) return ID_LENGTH;
    v = citizen_judge(c.p, 18, rule, &out->person);
    out->person.normalised |= (uint8_t)c.normalised;
    if (v || c.n == 18) return v;
    return read_class(&c, out);
}
