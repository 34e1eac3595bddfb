#include <inttypes.h>
#include "match/status.h"

static int64_t waiting(const struct delivery_counts *c)
{
    return c->waiting_invalid + c->waiting_unmatched + c->waiting_name;
}

static void days(char out[32], date_day from, date_day to)
{
    char a[DATE_TEXT_MAX], b[DATE_TEXT_MAX];
    date_format(from, a);
    date_format(to, b);
    (void)snprintf(out, 32, "%s..%s", a, b);
}

static void print_file(const struct delivery *d, struct out *out)
{
    const struct delivery_counts *c = &d->counts;
    char cover[32] = "-", code[DIVISION_TEXT_MAX];
    if (d->covers_from) days(cover, d->covers_from, d->covers_to);
    out_say(out,
            "%6" PRId64 "  %.*s  %s  %s  %.*s\n        %" PRId64 " rows = %" PRId64 " matched + %" PRId64
            " waiting (%" PRId64 " invalid ID or date, %" PRId64 " unmatched, %" PRId64 " name) + %" PRId64
            " refused\n",
            "%6" PRId64 "  %.*s  %s  %s  %.*s\n        %" PRId64 " 行 = 匹配 %" PRId64 " + 待核 %" PRId64
            "（证件无效或日期不在期内 %" PRId64 "，不在花名册 %" PRId64 "，姓名不符 %" PRId64 "）+ 拒收 %" PRId64 "\n",
            d->id, STR_ARG(d->dataset), d->division ? division_format_short(d->division, code) : "-", cover,
            STR_ARG(d->file_name), c->rows, c->matched, waiting(c), c->waiting_invalid, c->waiting_unmatched,
            c->waiting_name, c->refused);
}

const char *status_period(enum period_unit u, date_day from, char *out)
{
    struct ymd y = date_split(from);
    switch (u) {
    case PER_QUARTER: (void)snprintf(out, STATUS_PERIOD_MAX, "%04d-Q%d", y.year, (y.month + 2) / 3); break;
    case PER_YEAR: (void)snprintf(out, STATUS_PERIOD_MAX, "%04d", y.year); break;
    case PER_TERM: {
        struct ymd last = date_split(date_add_months(from, 5));
        (void)snprintf(out, STATUS_PERIOD_MAX, "%04d-%02d..%04d-%02d", y.year, y.month, last.year, last.month);
        break;
    }
    default: (void)snprintf(out, STATUS_PERIOD_MAX, "%04d-%02d", y.year, y.month); break;
    }
    return out;
}

static void print_last(const struct status_place *o, struct out *out)
{
    char period[STATUS_PERIOD_MAX], day[DATE_TEXT_MAX];
    if (!o->last_to && o->in_part) out_say(out, "delivered for some places only", "只有部分地方已交付");
    else if (!o->last_to) out_say(out, "nothing delivered yet", "尚未交付");
    else if (o->kind == DK_LATEST) out_say(out, "newest values of %s", "最新数据日期 %s", date_format(o->last_to, day));
    else out_say(out, "delivered to %s", "已交付至 %s", status_period(o->period, o->last_from, period));
}

static void print_place(const struct status_place *o, const struct divisions *divs, struct out *out)
{
    char code[DIVISION_TEXT_MAX], period[STATUS_PERIOD_MAX];
    struct str name = divs ? divisions_name(divs, o->county, 0) : STR("");
    if (o->whole) return;
    out_say(out, "  %s %.*s: ", "  %s %.*s：", division_format_short(o->county, code), STR_ARG(name));
    print_last(o, out);
    if (o->never) out_say(out, ", never for %u of %u places", "，%2$u 处中 %1$u 处从未交付", o->never, o->parts);
    for (uint32_t i = 0; i < o->n_missing; i++) {
        out_say(out, i ? ", %s" : "; due and missing: %s", i ? "、%s" : "；已到期未交：%s",
                status_period(o->period, o->missing[i], period));
        if (o->lacking[i] < o->parts)
            out_say(out, " (%u of %u places)", "（%2$u 处中缺 %1$u 处）", o->lacking[i], o->parts);
    }
    if (o->more_missing) out_say(out, " and %u earlier", " 及更早的 %u 期", o->more_missing);
    out_say(out, "\n", "\n");
}

static struct str label_of(struct policy *p, struct str dataset)
{
    const struct books *bs = policy_books(p);
    for (size_t i = 0; i < bs->n_decls; i++)
        if (bs->decls[i]->kind == D_DATASET && str_eq(bs->decls[i]->name.text, dataset)) return bs->decls[i]->label;
    return dataset;
}

void status_print(const struct status *st, struct policy *p, const struct divisions *divs, struct out *out)
{
    out_say(out, "%" PRId64 " people in %" PRId64 " households; %" PRId64 " are not in the newest roster (they stay)\n",
            "%" PRId64 " 人，%" PRId64 " 户；其中 %" PRId64 " 人不在最新花名册中（保留）\n", st->people, st->households,
            st->lacking);
    out_say(out, "Files in force:\n", "有效的文件：\n");
    for (size_t i = 0; i < st->n_files; i++) print_file(&st->files[i].d, out);
    for (size_t i = 0; i < st->n_places; i++) {
        struct str label = label_of(p, st->places[i].dataset);
        if (i == 0 || !str_eq(st->places[i].dataset, st->places[i - 1].dataset))
            out_say(out, st->places[i].whole ? "%.*s: one file stands for all\n" : "%.*s:\n",
                    st->places[i].whole ? "%.*s：一个文件代表全部\n" : "%.*s：\n", STR_ARG(label));
        print_place(&st->places[i], divs, out);
    }
}

/* ---- JSON */

static void json_i64(struct buf *b, const char *key, int64_t v) { buf_addf(b, "\"%s\":%" PRId64 ",", key, v); }

static void json_day(struct buf *b, const char *key, date_day d)
{
    char text[DATE_TEXT_MAX];
    if (d) buf_addf(b, "\"%s\":\"%s\",", key, date_format(d, text));
    else buf_addf(b, "\"%s\":null,", key);
}

static void json_text(struct buf *b, const char *key, struct str v)
{
    buf_addf(b, "\"%s\":", key);
    buf_add_json(b, v);
    buf_addc(b, ',');
}

static void json_division(struct buf *b, const char *key, int64_t division)
{
    char code[DIVISION_TEXT_MAX];
    json_text(b, key, division ? str_from(division_format(division, code)) : STR(""));
}

static void json_file(struct buf *b, const struct delivery *d)
{
    const struct delivery_counts *c = &d->counts;
    buf_addc(b, '{');
    json_i64(b, "delivery", d->id);
    json_text(b, "dataset", d->dataset);
    json_text(b, "file", d->file_name);
    json_text(b, "sender", d->sender);
    json_division(b, "division", d->division);
    json_day(b, "from", d->covers_from);
    json_day(b, "to", d->covers_to);
    json_day(b, "received", d->received_day);
    json_i64(b, "rows", c->rows);
    json_i64(b, "matched", c->matched);
    buf_addf(b, "\"waiting\":{\"invalid\":%" PRId64 ",\"unmatched\":%" PRId64 ",\"name\":%" PRId64 "},",
             c->waiting_invalid, c->waiting_unmatched, c->waiting_name);
    buf_addf(b, "\"refused\":%" PRId64 "}", c->refused);
}

static const char *kind_word(enum dataset_kind k)
{
    return k == DK_EVENTS ? "events" : k == DK_SNAPSHOT ? "snapshot" : "latest";
}

static void json_place(struct buf *b, const struct status_place *o)
{
    buf_addc(b, '{');
    json_text(b, "dataset", o->dataset);
    json_division(b, "county", o->county);
    json_day(b, "delivered_from", o->last_from);
    json_day(b, "delivered_to", o->last_to);
    json_day(b, "due_to", o->due_to);
    json_i64(b, "more_missing", o->more_missing);
    json_i64(b, "places", o->parts);
    if (o->kind == DK_LATEST) json_i64(b, "places_never_delivered", o->never);
    buf_addf(b, "\"kind\":\"%s\",\"missing_periods\":[", kind_word(o->kind));
    for (uint32_t i = 0; i < o->n_missing; i++) {
        char period[STATUS_PERIOD_MAX];
        buf_addf(b, "%s\"%s\"", i ? "," : "", status_period(o->period, o->missing[i], period));
    }
    buf_addf(b, "],\"whole\":%s,\"missing\":[", o->whole ? "true" : "false");
    for (uint32_t i = 0; i < o->n_missing; i++) {
        char text[DATE_TEXT_MAX];
        buf_addf(b, "%s\"%s\"", i ? "," : "", date_format(o->missing[i], text));
    }
    buf_addz(b, "],\"missing_places\":[");
    for (uint32_t i = 0; i < o->n_missing; i++) buf_addf(b, "%s%u", i ? "," : "", o->lacking[i]);
    buf_addz(b, "]}");
}

void status_json(const struct status *st, struct policy *p, struct str more, struct buf *out)
{
    (void)p;
    buf_addc(out, '{');
    json_i64(out, "people", st->people);
    json_i64(out, "households", st->households);
    json_i64(out, "lacking", st->lacking);
    buf_addz(out, "\"files\":[");
    for (size_t i = 0; i < st->n_files; i++) {
        if (i) buf_addc(out, ',');
        json_file(out, &st->files[i].d);
    }
    buf_addz(out, "],\"datasets\":[");
    for (size_t i = 0; i < st->n_places; i++) {
        if (i) buf_addc(out, ',');
        json_place(out, &st->places[i]);
    }
    buf_addc(out, ']');
    buf_add(out, more);
    buf_addz(out, "}\n");
}
