#include "app/match_say.h"
#include <inttypes.h>
#include "base/logs.h"

enum { PER_MILLE = JUDGE_PPM / 1000 };

const char *match_per_mille(int32_t ppm, bool learnt, char out[16])
{
    if (ppm >= JUDGE_PPM) ppm = JUDGE_PPM - PER_MILLE / 10;
    if (!learnt) (void)snprintf(out, 16, "~%d", (int)(ppm / PER_MILLE));
    else (void)snprintf(out, 16, "%d.%d", (int)(ppm / PER_MILLE), (int)(ppm % PER_MILLE / (PER_MILLE / 10)));
    return out;
}

/* "+12.3" of 1/65536 bits. */
static const char *bits_text(int32_t bits, char out[16])
{
    int32_t tenths = (int32_t)(((int64_t)(bits < 0 ? -bits : bits) * 10 + LOG_ONE / 2) / LOG_ONE);
    (void)snprintf(out, 16, "%c%d.%d", bits < 0 ? '-' : '+', (int)(tenths / 10), (int)(tenths % 10));
    return out;
}

void match_say_weights(const struct judging *j, struct out *out)
{
    char rows[32], people[32];
    if (j->model.learnt)
        out_say(out,
                "Weights %" PRId64
                ", learnt from %s rows and %s people (with the weight of %d rows of usual values).\n",
                "权重 %" PRId64 "，由 %s 行与 %s 人学得（常用值按 %d 行计入）。\n", j->model_id,
                say_number(j->model.taught, rows), say_number(j->model.people, people), JUDGE_PRIOR_ROWS);
    else
        out_say(
            out,
            "Usual weights: none were learnt yet. `match DB auto` learns them when %d rows or more can teach; until "
            "then the per mille is a guess.\n",
            "常用权重：尚未学得本地权重。有 %d 行以上可供学习时，`match DB auto` 会学习；在此之前千分之数只是估计。\n",
            JUDGE_LEARN_ROWS);
}

enum rc match_say_waterfall(struct session *s, const struct judging *j, const struct judge_row *r,
                            const struct judge_candidate *c, const char *number, struct err *e)
{
    struct table t;
    enum lang lang = s->app->lang;
    char bits[16];
    int32_t sum = j->model.prior;
    table_init(&t, &s->arena, lang_pick(lang, "compared|comes out as|>bits|>sum", "比较|结果|>比特|>累计"));
    table_z(&t, lang_pick(lang, "before looking", "比较之前"));
    table_z(&t, lang_pick(lang, "any one person of the roster", "花名册里任意一人"));
    table_z(&t, bits_text(sum, bits));
    table_z(&t, bits_text(sum, bits));
    for (size_t k = 0; k < CMP__MAX; k++) {
        int32_t part = judge_part(&j->set, &j->model, r, c, (enum compare)k);
        sum += part;
        table_z(&t, judge_compare_text((enum compare)k, lang));
        const char *level = judge_level_text((enum compare)k, c->level[k], lang);
        table_z(&t, number && k == CMP_ID ? number : level);
        table_z(&t, bits_text(part, bits));
        table_z(&t, bits_text(sum, bits));
    }
    return table_print(&t, &s->app->out, e);
}
