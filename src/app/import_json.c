#include "app/import_json.h"
#include "base/clock.h"

static const char *state_word(enum delivery_state s)
{
    static const char *const w[] = {"", "staging", "published", "withdrawn", "replaced"};
    return w[s];
}

void json_delivery_body(struct json *j, const struct delivery *d)
{
    char when[40];
    json_number(j, "id", d->id);
    json_text(j, "dataset", d->dataset);
    json_text(j, "file", d->file_name);
    json_text(j, "state", str_from(state_word(d->state)));
    json_division(j, "division", d->division);
    json_date(j, "from", d->covers_from);
    json_date(j, "to", d->covers_to);
    json_date(j, "state_date", d->state_date);
    json_date(j, "received", d->received_day);
    json_text(j, "known_from", str_from(d->known_from_us ? clock_format(d->known_from_us, when) : ""));
    json_text(j, "sender", d->sender);
    json_text(j, "encoding", d->encoding);
    json_number(j, "replaces", d->replaces);
    json_text(j, "withdrawn_reason", d->withdrawn_reason);
    json_number(j, "rows", d->counts.rows);
    json_number(j, "matched", d->counts.matched);
    json_open(j, "waiting", '{');
    json_number(j, "invalid", d->counts.waiting_invalid);
    json_number(j, "unmatched", d->counts.waiting_unmatched);
    json_number(j, "name", d->counts.waiting_name);
    json_close(j, '}');
    json_number(j, "refused", d->counts.refused);
}

/* What a workbook is besides its rows. */
static void add_sheets(struct json *j, const struct import_report *r)
{
    json_text(j, "sheets", r->sheets);
    json_text(j, "sheets_left", r->sheets_left);
    json_number(j, "hidden_rows", r->hidden_rows);
    json_number(j, "struck_rows", r->struck_rows);
    json_bool(j, "hidden_skipped", r->hidden_skipped);
    json_raw(j, "hidden_lines", r->hidden_json);
    json_number(j, "merged_filled", r->merged_filled);
    json_text(j, "merged_filled_in", r->merged);
    json_number(j, "merged_blank", r->merged_left);
    json_text(j, "merged_blank_in", r->merged_blank);
    json_number(j, "rounded", r->rounded);
    json_number(j, "cut_ids", r->cut_ids);
    json_number(j, "hidden_columns", r->hidden_columns);
    json_number(j, "error_values", r->error_values);
    json_number(j, "lost_digits", r->lost_digits);
    json_number(j, "format_units", r->format_units);
    json_number(j, "without_results", r->without_results);
}

/* Rows that are not as they should be, and where. */
static void add_lines(struct json *j, const struct import_report *r)
{
    json_number(j, "left_people", r->left_people);
    json_number(j, "left_line", r->left_line);
    json_number(j, "unequal_keys", r->unequal.keys);
    json_number(j, "unequal_keys_line", r->unequal.line[0]);
    json_number(j, "below_zero", r->below);
    json_number(j, "below_zero_line", r->below_line);
    json_number(j, "outside", r->outside);
    json_text(j, "outside_lines", r->outside_lines);
    json_number(j, "outside_division", r->elsewhere);
    json_number(j, "outside_division_line", r->elsewhere_line);
    json_number(j, "other_names", r->other_names);
    json_number(j, "other_names_line", r->other_names_line);
    json_number(j, "slipped", r->slipped);
    json_number(j, "slipped_line", r->slipped_line);
    json_number(j, "swallowed_lines", r->swallowed.lines);
    json_number(j, "swallowed_from", r->swallowed.first);
    json_number(j, "swallowed_to", r->swallowed.last);
}

enum rc json_import(const struct import_report *r, bool dry, struct linked l, int64_t lock_us, struct app *app,
                    struct err *e)
{
    struct json j;
    json_init(&j);
    json_open(&j, NULL, '{');
    json_bool(&j, "dry_run", dry);
    json_bool(&j, "same_file", r->same_file);
    json_number(&j, "same_as", r->same_as);
    json_delivery_body(&j, &r->delivery);
    if (r->all_in) json_division(&j, "all_people_in", r->all_in);
    json_number(&j, "without_id", r->without_id);
    json_number(&j, "large_households", r->crowds);
    json_number(&j, "names_pinyin", r->names_pinyin);
    json_number(&j, "names_masked", r->names_masked);
    json_number(&j, "birth_not_of_id", r->born_differs);
    json_number(&j, "sex_not_of_id", r->sex_differs);
    json_number(&j, "new_people", r->new_people);
    json_number(&j, "changed_people", r->changed_people);
    json_open(&j, "changed_columns", '[');
    for (size_t i = 0; i < r->n_changes; i++) {
        json_open(&j, NULL, '{');
        json_text(&j, "field", r->changes[i].field);
        json_number(&j, "people", r->changes[i].people);
        json_close(&j, '}');
    }
    json_close(&j, ']');
    json_number(&j, "new_households", r->new_households);
    json_number(&j, "lacking_people", r->lacking_people);
    json_number(&j, "unknown_divisions", r->unknown_divisions);
    json_number(&j, "added", r->added);
    json_number(&j, "removed", r->removed);
    json_number(&j, "changed", r->changed);
    json_number(&j, "part_beside", r->part_beside);
    json_number(&j, "in_common", r->common);
    json_number(&j, "compared_with", r->against);
    add_lines(&j, r);
    json_number(&j, "empty_rows", r->empty_rows);
    json_raw(&j, "skipped", r->skipped_json);
    json_number(&j, "header_line", r->header_line);
    json_number(&j, "title_rows", r->titles);
    json_text(&j, "title_unit", r->unit);
    json_text(&j, "unit_said", r->unit_said);
    json_number(&j, "unit_line", r->unit_line);
    json_date(&j, "title_from", r->title_from);
    json_date(&j, "title_to", r->title_to);
    json_number(&j, "corrects", r->corrects);
    json_number(&j, "mended", r->mended);
    json_number(&j, "still_wrong", r->still_wrong);
    json_number(&j, "mended_before", r->mended_before);
    json_number(&j, "left_out", r->left_out);
    json_number(&j, "without_key", r->no_key);
    json_text(&j, "without_key_lines", str_from(r->no_key_lines));
    json_number(&j, "repeated", r->repeated);
    json_raw(&j, "contradictions", r->conflicts_json);
    json_number(&j, "no_rows", r->no_rows);
    json_raw(&j, "unknown_values", r->unknown_json);
    json_number(&j, "layout", r->layout_new ? r->layout_new : r->layout);
    json_text(&j, "recalled", r->recalled);
    json_text(&j, "header_changes", r->header_changes);
    json_number(&j, "rematched", l.rematched);
    json_number(&j, "remembered", l.remembered);
    add_sheets(&j, r);
    json_text(&j, "mapping", r->mapping);
    json_text(&j, "unmapped", r->unmapped);
    json_text(&j, "missing", r->missing);
    json_text(&j, "errors", str_from(r->errors_path));
    json_number(&j, "longest_lock_us", lock_us);
    json_close(&j, '}');
    return json_print(&j, &app->out, e);
}
