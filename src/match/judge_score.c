/* Scores, their parts, the order of candidates; a model as text. */
#include "match/judge_int.h"

static bool is_near_id(uint8_t level) { return level >= IDL_SAME && level <= IDL_LENGTH; }

/* An agreement that another one already holds: the number has day of birth and sex in it, a household its village. */
static bool is_told_already(const struct judge_candidate *c, enum compare k)
{
    const uint8_t *v = c->level;
    bool near = is_near_id(v[CMP_ID]), family = v[CMP_ID] == IDL_FAMILY;
    bool day = near || (v[CMP_ID] >= IDL_TWO && v[CMP_ID] <= IDL_DAY) || v[CMP_ID] == IDL_CHANCE;
    switch (k) {
    case CMP_BORN: return (day || (family && c->owner_born)) && v[k] == BRN_SAME;
    case CMP_SEX: return (near || v[CMP_ID] == IDL_TWO || v[CMP_ID] == IDL_SEEN) && v[k] == SEX_SAME;
    case CMP_KIN: return v[CMP_HOME] == HOM_SAME && v[k] != KIN_NONE;
    case CMP_PHONE: return v[k] != PHN_OTHER && (near || family || v[CMP_HOME] == HOM_SAME);
    case CMP_PLACE: return v[CMP_HOME] == HOM_SAME && v[k] != PLC_OTHER;
    default: return false;
    }
}

int32_t judge_part(const struct judge_set *s, const struct judge_model *m, const struct judge_row *r,
                   const struct judge_candidate *c, enum compare k)
{
    uint8_t level = c->level[k];
    (void)r;
    if (!level || is_told_already(c, k)) return 0;
    if (k == CMP_ID && level == IDL_CHANCE) return m->weight[CMP_ID][IDL_HEAD];
    if (judge_is_law(k, level)) return JUDGE_LAW * LOG_ONE;
    int32_t w = m->weight[k][level];
    if (k == CMP_NAME && level <= LIKE_NEAR) w -= judge_name_u(s->people, c->at, level);
    if (k != CMP_NAME || !c->kin_named) return w;
    return (w > 0 ? 0 : w) + (c->kin_named == NAMED_SO ? JUDGE_CHANCE_NAME * LOG_ONE : 0);
}

/* The share of each candidate among them and "nobody here"; of who was ruled out 0. */
static void share(const struct judge_model *m, struct judged *d)
{
    int32_t most = 0;
    for (uint32_t c = 0; c < d->n; c++) {
        int32_t score = d->v[c].weight + m->prior;
        if (d->v[c].veto != VETO_DECIDED && score > most) most = score;
    }
    uint64_t sum = exp2_q32(-most);
    for (uint32_t c = 0; c < d->n; c++)
        if (d->v[c].veto != VETO_DECIDED) sum += exp2_q32(d->v[c].weight + m->prior - most);
    for (uint32_t c = 0; c < d->n; c++)
        d->v[c].chance_ppm = d->v[c].veto == VETO_DECIDED
                                 ? 0
                                 : (int32_t)(exp2_q32(d->v[c].weight + m->prior - most) * JUDGE_PPM / sum);
}

static void weigh(const struct judge_set *s, const struct judge_model *m, size_t i)
{
    struct judged *d = &s->of[i];
    for (uint32_t c = 0; c < d->n; c++) {
        d->v[c].weight = 0;
        for (size_t k = 0; k < CMP__MAX; k++)
            d->v[c].weight += judge_part(s, m, &s->rows[i], &d->v[c], (enum compare)k);
    }
    share(m, d);
}

void judge_ruled_out(const struct judge_model *m, struct judged *d)
{
    for (uint32_t i = 0, open = 0; i < d->n; i++) {
        struct judge_candidate x = d->v[i];
        if (x.veto == VETO_DECIDED) continue;
        memmove(d->v + open + 1, d->v + open, (i - open) * sizeof *d->v);
        d->v[open++] = x;
    }
    share(m, d);
}

static bool comes_before(const struct judge_candidate *a, const struct judge_candidate *b)
{
    return a->weight != b->weight ? a->weight > b->weight : a->person < b->person;
}

static void order(struct judged *d)
{
    for (uint32_t i = 1; i < d->n; i++) {
        for (uint32_t k = i; k > 0 && comes_before(&d->v[k], &d->v[k - 1]); k--) {
            struct judge_candidate t = d->v[k];
            d->v[k] = d->v[k - 1];
            d->v[k - 1] = t;
        }
    }
}

void judge_score(struct judge_set *s, const struct judge_model *m)
{
    for (size_t i = 0; i < s->n; i++) {
        weigh(s, m, i);
        order(&s->of[i]);
        for (uint32_t c = 0; c < s->of[i].n && !judge_cuts(m); c++) {
            struct judge_candidate *d = &s->of[i].v[c];
            if (d->level[CMP_ID] == IDL_CHANCE && !d->veto) d->veto = VETO_OWN_ID;
        }
    }
}

/* ---- words */

const char *judge_compare_text(enum compare k, enum lang lang)
{
    static const char *const EN[] = {"ID number",       "name",     "day of birth", "sex", "place", "household",
                                     "relatives named", "relation", "telephone"};
    static const char *const ZH[] = {"证件号码", "姓名",     "出生日期",   "性别", "地区",
                                     "户编号",   "所列家属", "与户主关系", "电话"};
    return k < CMP__MAX ? lang_pick(lang, EN[k], ZH[k]) : "?";
}

const char *judge_level_text(enum compare k, uint8_t level, enum lang lang)
{
    static const struct {
        const char *en, *zh;
    } T[CMP__MAX][JUDGE_LEVELS_MAX] = {
        [CMP_ID] = {{"none to compare", "无可比"},
                    {"the same", "相同"},
                    {"the same but for check character or date", "前 17 位相同，校验码或日期有误"},
                    {"one digit other", "错一位"},
                    {"two neighbouring digits exchanged", "相邻两位颠倒"},
                    {"one digit missing or too many", "少一位或多一位"},
                    {"is another family member's", "是同户另一人的号码"},
                    {"is somebody else's", "是别人的号码"},
                    {"in order, and nobody's here", "号码有效，花名册里没有此号"},
                    {"not in order, and unlike", "号码有误，且不相近"},
                    {"two digits other", "错两位"},
                    {"the first 15 digits agree, the rest is lost", "前 15 位相符，其余各位已丢失"},
                    {"the first 14 digits (division, day of birth) agree, the rest is lost",
                     "前 14 位（区划和出生日期）相符，其余各位已丢失"},
                    {"masked; the digits to be seen agree", "号码有遮盖，看得见的各位相符"},
                    {"only a few digits are left, and agree", "号码只剩少数几位，均相符"},
                    {"the digits that are left differ", "号码剩下的各位不相符"},
                    {"the first 15 digits agree, zeros follow; the check character may fit by chance",
                     "前 15 位相符，其后为零；校验码可能是碰巧吻合"},
                    {"no number in order, but the roster has the very same", "不是有效号码，但与花名册所记完全相同"}},
        [CMP_NAME] = {{"none to compare", "无可比"},
                      {"the same", "相同"},
                      {"the same but for variant characters, width or dots", "仅异体字、繁简、全半角或间隔点不同"},
                      {"sounds the same", "读音相同"},
                      {"sounds nearly the same, or one character unreadable", "读音相近，或有一字无法辨认"},
                      {"a part of it", "只写了一部分"},
                      {"one character other", "差一个字"},
                      {"the surname alone", "只有姓相同"},
                      {"other", "不同"}},
        [CMP_BORN] = {{"none to compare", "无可比"},
                      {"the same", "相同"},
                      {"one slip away", "差一位，或月日颠倒"},
                      {"the same year", "同年"},
                      {"other", "不同"}},
        [CMP_SEX] = {{"none to compare", "无可比"}, {"the same", "相同"}, {"other", "不同"}},
        [CMP_PLACE] = {{"none to compare", "无可比"},
                       {"the same village", "同村"},
                       {"the same township", "同乡镇"},
                       {"the same county", "同县"},
                       {"other", "不同"}},
        [CMP_HOME] = {{"none to compare", "无可比"}, {"the same", "相同"}, {"other", "不同"}},
        [CMP_KIN] = {{"none to compare", "无可比"},
                     {"all in the household", "都在同户"},
                     {"some in the household", "部分在同户"},
                     {"none in the household", "都不在同户"}},
        [CMP_RELATION] = {{"none to compare", "无可比"}, {"the same", "相同"}, {"other", "不同"}},
        [CMP_PHONE] = {{"none to compare", "无可比"},
                       {"the same", "相同"},
                       {"one of the household", "同户使用的号码"},
                       {"other", "不同"}},
    };
    if (k >= CMP__MAX || level >= JUDGE_LEVELS_MAX || !T[k][level].en) return "?";
    return lang_pick(lang, T[k][level].en, T[k][level].zh);
}

const char *judge_veto_text(enum judge_veto v, enum lang lang)
{
    static const char *const EN[] = {
        "",
        "the row has a number in order of its own",
        "the number is somebody else's and the name does not settle whose row it is",
        "the number is not in order and unlike this person's",
        "the names are not surely one person's",
        "another day of birth",
        "another sex",
        "name, day of birth and village or household do not all agree, and there is no number",
        "the file has another row of this person, who may have one only",
        "two people of the roster have this number",
        "somebody decided on this before",
        "what is left of the number is also that of somebody else of a like name",
        "numbers and names of this file do not stand side by side: a column slipped by a line, or was sorted"};
    static const char *const ZH[] = {"",
                                     "该行自有有效号码",
                                     "号码是别人的，而姓名不足以判定是谁",
                                     "号码有误，且与此人的号码相去甚远",
                                     "姓名不能确定为同一人",
                                     "出生日期不同",
                                     "性别不同",
                                     "没有可用号码，且姓名、出生日期与村（户）未全部相符",
                                     "该文件已有此人的一行，而每人只能有一行",
                                     "花名册里有两人使用该号码",
                                     "此前已有人作出决定",
                                     "号码剩下的部分还与另一个姓名相近的人相符",
                                     "该文件的号码与姓名没有对齐：有一列错开了行或单独排了序"};
    return v < VETO__MAX ? lang_pick(lang, EN[v], ZH[v]) : "?";
}

/* ---- the model as text */

bool judge_model_write(const struct judge_model *m, struct buf *out)
{
    buf_addf(out, "judge 1\nprior %d\nfound %d\nrounds %d\nrows %lld\npeople %lld\ncandidates %lld\n", (int)m->prior,
             (int)m->found_pm, (int)m->rounds, (long long)m->rows, (long long)m->people, (long long)m->candidates);
    buf_addf(out, "taught %lld\nlearnt %d\n", (long long)m->taught, (int)m->learnt);
    if (m->cut || m->own) buf_addf(out, "cut %lld\nown %lld\n", (long long)m->cut, (long long)m->own);
    for (size_t k = 0; k < CMP__MAX; k++)
        for (size_t v = 0; v < JUDGE_LEVELS_MAX; v++)
            if (m->weight[k][v])
                buf_addf(out, "w %d %d %d %d\n", (int)k, (int)v, (int)m->weight[k][v], (int)m->seen_pm[k][v]);
    return !out->failed;
}

static bool number(struct str *rest, int64_t *out)
{
    struct str word;
    return str_cut(rest, ' ', &word) && str_to_i64(word, INT32_MIN, INT64_MAX, out);
}

static bool read_line(struct str line, struct judge_model *m)
{
    struct str word;
    int64_t a, b, c, pm;
    if (!str_cut(&line, ' ', &word) || !number(&line, &a)) return false;
    if (str_eq(word, STR("w"))) {
        if (!number(&line, &b) || !number(&line, &c) || !number(&line, &pm)) return false;
        if (a < 0 || a >= CMP__MAX || b < 0 || b >= JUDGE_LEVELS_MAX || c > INT32_MAX || pm < 0 || pm > 1000)
            return false;
        m->weight[a][b] = (int32_t)c;
        m->seen_pm[a][b] = (int32_t)pm;
        return true;
    }
    if (str_eq(word, STR("prior")) && a <= INT32_MAX) return m->prior = (int32_t)a, true;
    if (str_eq(word, STR("found")) && a <= INT32_MAX) return m->found_pm = (int32_t)a, true;
    if (str_eq(word, STR("rounds")) && a <= INT32_MAX) return m->rounds = (int32_t)a, true;
    if (str_eq(word, STR("rows"))) return m->rows = a, true;
    if (str_eq(word, STR("people"))) return m->people = a, true;
    if (str_eq(word, STR("taught"))) return m->taught = a, true;
    if (str_eq(word, STR("learnt"))) return m->learnt = a != 0, true;
    if (str_eq(word, STR("cut"))) return m->cut = a, true;
    if (str_eq(word, STR("own"))) return m->own = a, true;
    return str_eq(word, STR("candidates")) && (m->candidates = a, true);
}

bool judge_model_read(struct str text, struct judge_model *out)
{
    struct str line;
    *out = (struct judge_model){.learnt = true, .taught = -1}; /* as before they were told */
    if (!str_cut(&text, '\n', &line) || !str_eq(line, STR("judge 1"))) return false;
    while (str_cut(&text, '\n', &line))
        if (line.n && !read_line(line, out)) return false;
    if (out->taught < 0) out->taught = out->rows;
    return true;
}
