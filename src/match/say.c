/* What an import tells. */
#include <inttypes.h>
#include "match/import.h"

static void say_guess(const struct import_report *r, struct out *out)
{
    const struct delivery *d = &r->delivery;
    char from[DATE_TEXT_MAX], to[DATE_TEXT_MAX], code[DIVISION_TEXT_MAX];
    const char *how_en = r->division_guessed ? " (from the rows)" : "",
               *how_zh = r->division_guessed ? "（据各行推定）" : "";
    if (d->division)
        out_say(out, "Division: %s%s\n", "地区：%s%s\n", division_format(d->division, code),
                lang_pick(out->lang, how_en, how_zh));
    else out_say(out, "Division: all\n", "地区：全部\n");
    if (r->all_in)
        out_say(
            out, "All its people are of %s, which may be chance. If the file is of that place alone, say --division.\n",
            "人员都在 %s，也可能只是巧合。如文件只报该地，请用 --division 指明。\n", division_format(r->all_in, code));
    how_en = r->covers_titled    ? " (by the title)"
             : r->covers_in_name ? " (by the name)"
             : r->covers_guessed ? " (guessed)"
                                 : "";
    how_zh = r->covers_titled ? "（据表题）" : r->covers_in_name ? "（据名称）" : r->covers_guessed ? "（推定）" : "";
    if (d->covers_from)
        out_say(out, "Covers: %s to %s%s\n", "覆盖日期：%s 至 %s%s\n", date_format(d->covers_from, from),
                date_format(d->covers_to, to), lang_pick(out->lang, how_en, how_zh));
    else out_say(out, "Covers: every period\n", "覆盖日期：全部\n");
    if (r->title_from)
        out_say(out,
                "The titles or the name say other days: %s to %s. If they are right, withdraw this and say --covers.\n",
                "表题或名称写的是另外的日期：%s 至 %s。如其正确，请撤回本次交付并用 --covers 指明。\n",
                date_format(r->title_from, from), date_format(r->title_to, to));
}

static void say_head(const struct import_report *r, struct out *out)
{
    if (r->titles)
        out_say(out, "Header in line %u, below %u title rows.\n", "表头在第 %u 行，上面有 %u 行标题。\n",
                r->header_line, r->titles);
    if (r->header_rows > 1)
        out_say(out, "The header has %u rows; its names are told as group/name.\n",
                "表头有 %u 行；列名按“组/名称”列出。\n", r->header_rows);
    if (r->unit.n)
        out_say(out, "Amounts without a unit of their own are in %.*s (%.*s).\n",
                "没有单独写明单位的金额按%.*s计（%.*s）。\n", STR_ARG(r->unit), STR_ARG(r->unit_said));
    if (r->unit_line)
        out_say(out, "Line %u is a row of units; they count for their columns.\n", "第 %u 行是单位行，按列计。\n",
                r->unit_line);
    if (r->header_changes.n)
        out_say(out, "The header is not the one remembered for this sender: %.*s.\n",
                "表头与此前为该报送单位记住的不同：%.*s。\n", STR_ARG(r->header_changes));
    if (!r->recalled.n) return;
    char when[DATE_TEXT_MAX];
    date_day day = (date_day)((r->recalled_us / INT64_C(3600000000) + 8) / 24) + date_make(1970, 1, 1);
    out_say(out, "Remembered for this sender (%.*s, %s): %.*s\n", "此前为该报送单位记住（%.*s，%s）：%.*s\n",
            STR_ARG(r->recalled_by), date_format(day, when), STR_ARG(r->recalled));
}

static void say_trouble(int64_t n, const char *en, const char *zh, struct out *out)
{
    if (n) out_say(out, "%" PRId64 " %s\n", "%" PRId64 " %s\n", n, lang_pick(out->lang, en, zh));
}

static void say_hidden(const struct import_report *r, struct out *out)
{
    if (!r->hidden_rows) return;
    if (r->hidden_skipped)
        out_say(out, "%" PRId64 " rows are hidden (or filtered out) and were left out, as --hidden skip says: %.*s\n",
                "%" PRId64 " 行处于隐藏（或被筛掉）状态，按 --hidden skip 未读入：%.*s\n", r->hidden_rows,
                STR_ARG(r->hidden_lines));
    else
        out_say(out, "%" PRId64 " rows are hidden (or filtered out); they were read like the others: %.*s\n",
                "%" PRId64 " 行处于隐藏（或被筛掉）状态；照样读入：%.*s\n", r->hidden_rows, STR_ARG(r->hidden_lines));
}

static void say_struck(const struct import_report *r, struct out *out)
{
    if (!r->struck_rows) return;
    out_say(out,
            "%" PRId64 " rows are struck through; they were read like the others: %.*s. If they do not count, delete "
            "them in the file, or hide them and say --hidden skip\n",
            "%" PRId64 " 行带删除线；照样读入：%.*s。如不应计入，请在文件里删除，或隐藏后加 --hidden skip\n",
            r->struck_rows, STR_ARG(r->struck_lines));
}

static void say_merged(const struct import_report *r, struct out *out)
{
    if (r->merged_filled)
        out_say(out, "%" PRId64 " cells that merged areas cover have the area's value, by columns: %.*s\n",
                "%" PRId64 " 个被合并区域覆盖的单元格已取该区域的值，按列：%.*s\n", r->merged_filled,
                STR_ARG(r->merged));
    if (!r->merged_left) return;
    out_say(out, "%" PRId64 " cells that merged areas cover count as blank%s: %.*s",
            "%" PRId64 " 个被合并区域覆盖的单元格按空白处理%s：%.*s", r->merged_left,
            r->merged_none ? ""
                           : lang_pick(out->lang, " (what stands once must not count in several rows)",
                                       "（只写一次的数不能在几行里重复计算）"),
            STR_ARG(r->merged_blank));
    out_say(out, "%s\n", "%s\n",
            r->merged_none ? lang_pick(out->lang, ", as --fill-merged none says", "，因为指定了 --fill-merged none")
                           : lang_pick(out->lang, ". If it holds for every row of its area, say --fill-merged all",
                                       "。如每一行都是这个值，请加 --fill-merged all"));
}

static void say_sheets(const struct import_report *r, struct out *out)
{
    out_say(out, "Workbook %s. Sheets read (rows): %.*s\n", "工作簿 %s。已读工作表（行数）：%.*s\n", r->encoding,
            STR_ARG(r->sheets));
    if (r->sheets_left.n) out_say(out, "Sheets not read: %.*s\n", "未读的工作表：%.*s\n", STR_ARG(r->sheets_left));
    say_hidden(r, out);
    say_struck(r, out);
    say_merged(r, out);
    say_trouble(r->rounded,
                "amounts have more than two decimals of yuan (as formulas give them) and were rounded to fen",
                "个金额（多为公式结果）不到一分，已四舍五入到分", out);
    say_trouble(
        r->format_units,
        "numbers are shown with a unit of money by their number format; they were taken with that unit, whatever "
        "the header says",
        "个数字由数字格式显示了金额单位，按该单位读入（不论表头单位）", out);
    say_trouble(r->hidden_columns, "columns are hidden; they were read like the others", "列处于隐藏状态；照样读入",
                out);
    say_trouble(r->error_values, "cells hold an error value (as #N/A)", "个单元格是错误值（如 #N/A）", out);
    say_trouble(r->lost_digits, "numbers have more than 15 digits, so their last digits are lost",
                "个数值超过 15 位，末几位数字已丢失", out);
    say_trouble(r->without_results, "formulas have no result", "个公式没有计算结果", out);
    out_say(out, "Columns:\n", "列对应：\n");
}

static void say_columns(const struct import_report *r, struct out *out)
{
    char delim[2] = {r->delimiter == '\t' ? 'T' : r->delimiter, 0};
    if (r->is_sheets) say_sheets(r, out);
    else
        out_say(out, "Encoding %s, delimiter %s. Columns:\n", "编码 %s，分隔符 %s。列对应：\n", r->encoding,
                *delim == 'T' ? "TAB" : delim);
    say_head(r, out);
    out_str(out, r->mapping);
    if (r->unmapped.n) out_say(out, "Columns not used: %.*s\n", "未使用的列：%.*s\n", STR_ARG(r->unmapped));
    if (r->missing.n)
        out_say(out, "Fields without a column, blank in every row: %.*s\n", "没有对应列、每行都为空白的字段：%.*s\n",
                STR_ARG(r->missing));
}

/* The cause of most of the waiting, and its mend. */
static void say_cut_ids(const struct import_report *r, struct out *out)
{
    if (!r->cut_ids) return;
    out_say(out,
            "%" PRId64
            " ID numbers are not whole: a spreadsheet program cut them (6.1E+17, the last digits 000) or they "
            "are masked; their rows wait. Ask for the file again, from the system it came from, with the column "
            "formatted as text before the numbers are put in; `fangpin match DB auto` finds most of the people by "
            "name and what is left\n",
            "%" PRId64
            " 个证件号码不完整：被表格软件截断（如 6.1E+17、末几位变成 000）或已隐去，这些行待核。请对方先把该列设为"
            "文本格式，再从原系统重新导出；也可用 `fangpin match DB auto` 按姓名和剩余数字找人\n",
            r->cut_ids);
}

/* Of a file with a line for each member. */
static void say_contradictions(const struct import_report *r, struct out *out)
{
    if (!r->conflicts.n) return;
    out_say(out, "Lines of one household contradict each other, columns and households: %.*s. ",
            "同一户的各行互相矛盾，列名及户数：%.*s。", STR_ARG(r->conflicts));
    if (r->of_roster)
        out_say(out,
                "What they say so of a household counts as unknown until they agree; correct them and import anew\n",
                "这些户的该项内容在改为一致之前按“未知”处理；请更正后重新导入\n");
    else
        out_say(out,
                "Those cells count as unknown (of an optional field what the first line says counts); ask the sender\n",
                "这些单元格按“未知”处理（可空字段以第一行为准）；请询问报送单位\n");
}

static void say_shared(const struct import_report *r, struct out *out)
{
    if (r->no_rows)
        out_say(out,
                "%" PRId64 " lines are no rows of this dataset: all that it alone has is blank there, and so is what "
                "every row of it must have; or it is about heads of households, and the line is another member's\n",
                "%" PRId64
                " 行不是本数据集的行：本数据集独有的列和必填的类别在该行都是空白，或数据集记的是户主而该行是其他成员\n",
                r->no_rows);
    if (r->repeated)
        out_say(out, "%" PRId64 " rows repeat what another row says of the same person; counted once\n",
                "%" PRId64 " 行与同一人的另一行内容相同；只算一次\n", r->repeated);
    say_contradictions(r, out);
}

static void say_elsewhere(const struct import_report *r, struct out *out)
{
    if (!r->elsewhere) return;
    out_say(
        out,
        "Warning: %" PRId64 " rows are of people who live outside the division %012" PRId64
        " (the first in line %u). They count, but only that division has this file delivered: who else there has no "
        "row is taken for none. If the file is of a larger place, give it again with its --division and --replaces\n",
        "警告：%" PRId64 " 行的人员住在 %012" PRId64 " 以外（最早在第 %u "
        "行）。这些行有效，但只有该地区算作已送达：那里没有行的人按“无”处理。如文件属于更大的地区，请用"
        "相应的 --division 和 --replaces 重新导入\n",
        r->elsewhere, r->delivery.division, r->elsewhere_line);
}

static void say_other_names(const struct import_report *r, struct out *out)
{
    int64_t known = r->delivery.counts.matched + r->delivery.counts.waiting_name;
    if (r->slipped)
        out_say(out,
                "Warning: %" PRId64
                " rows have the name of the ID one or two rows away (the first in line %u): did a column slip by a "
                "line there? They wait\n",
                "警告：%" PRId64
                " 行的姓名是相邻一两行那个证件号码的人（最早在第 %u 行）：那里是否有一列错开了行？这些行待核\n",
                r->slipped, r->slipped_line);
    if (r->other_names)
        out_say(
            out,
            "Warning: %" PRId64 " of %" PRId64
            " known IDs stand with other names (the first in line %u): did a column slip by a line, or was it "
            "sorted by itself? They wait, and `match DB auto` believes no relative's ID in this file\n",
            "警告：%" PRId64 " 个（共 %" PRId64
            " 个）在花名册里的证件号码写着别人的姓名（最早在第 %u 行）：是否有一列错开了行，或单独排了序？这些行待核，"
            "`match DB auto` 在本文件中不会把号码当作家属的号码\n",
            r->other_names, known, r->other_names_line);
}

static void say_part(const struct import_report *r, struct out *out)
{
    if (!r->part_beside) return;
    out_say(out,
            "Another part of the sending that delivery %" PRId64 " is of: the same days, other rows (%" PRId64
            " in common). It counts beside it\n",
            "与交付 %" PRId64 " 同为一次报送的一部分：日期相同，行不同（重复 %" PRId64 " 行）。两者一并计入\n",
            r->part_beside, r->common);
}

static void say_unequal(const struct import_report *r, struct out *out)
{
    if (!r->unequal.keys) return;
    out_say(out,
            "Warning: %" PRId64
            " row keys stand on rows that differ (first in lines %u and %u): is the column really a "
            "row's number, and not a person's or a bill's? What differs in such rows is unknown. If it is not, say "
            "--map \"COLUMN=\" of it and give the file again with --replaces; else ask the sender which row is right\n",
            "警告：有 %" PRId64 " 个行编号出现在内容不同的行中（最早在第 %u、%u 行）：这一列真的是每行一个的编号，"
            "而不是人员编号或单据编号吗？这些行中不一致的内容按“未知”处理。如果不是，请对该列加 --map \"列名=\"，并用 "
            "--replaces 重新导入；否则请询问报送单位以哪一行为准\n",
            r->unequal.keys, r->unequal.line[0], r->unequal.line[1]);
}

static void say_below(const struct import_report *r, struct out *out)
{
    if (!r->below) return;
    out_say(out,
            "Warning: %" PRId64 " refused rows are negative amounts of people on the roster (the first in line %u): "
            "reversals of other rows? What these people have in this dataset is unknown until that is settled; none of "
            "it counts as \"at least\". Have the reversals and the rows that they take back left out, or netted in one "
            "row, and give the file again with --replaces\n",
            "警告：被拒收的行中有 %" PRId64
            " 行是花名册人员的负数金额（最早在第 %u 行）：是冲销吗？在弄清之前，这些人在本数据集的内容按“未知”处理，"
            "不再算作“至少多少”。请对方删去冲销行及被冲销的行（或合并为冲抵后的一行），再用 --replaces 重新导入\n",
            r->below, r->below_line);
}

static void say_counts(const struct import_report *r, struct out *out)
{
    const struct delivery_counts *c = &r->delivery.counts;
    int64_t waiting = c->waiting_invalid + c->waiting_unmatched + c->waiting_name;
    out_say(out,
            "%" PRId64 " rows = %" PRId64 " matched + %" PRId64 " waiting (%" PRId64
            " with an ID or a date that cannot be, %" PRId64 " not on the roster, %" PRId64
            " with another name) + %" PRId64 " refused\n",
            "%" PRId64 " 行 = 匹配 %" PRId64 " + 待核 %" PRId64 "（证件号码无效或日期不在期内 %" PRId64
            "，不在花名册 %" PRId64 "，姓名不符 %" PRId64 "）+ 拒收 %" PRId64 "\n",
            c->rows, c->matched, waiting, c->waiting_invalid, c->waiting_unmatched, c->waiting_name, c->refused);
    if (r->empty_rows)
        out_say(out, "%" PRId64 " rows of empty cells only were passed over\n", "略过 %" PRId64 " 个全空的行\n",
                r->empty_rows);
    if (r->skipped.n)
        out_say(out, "Of no person and passed over, by line: %.*s\n", "不是人员数据、已略过的行（行号）：%.*s\n",
                STR_ARG(r->skipped));
    say_cut_ids(r, out);
    say_shared(r, out);
    if (r->unknown.n)
        out_say(out,
                "Values that are in no code list (or names of no one place), and how often: %.*s. Those cells count as "
                "unknown (of an optional "
                "field the row is refused); add the values to the list, or ask the sender\n",
                "不在代码表内的值（或查不到的地名）及次数：%.*"
                "s。这些单元格按“未知”处理（可空字段则拒收该行）；请补充代码表或询问报送单位\n",
                STR_ARG(r->unknown));
    if (r->bad_line)
        out_say(out, "Malformed bytes, first in line %u: those rows were refused\n",
                "有损坏的字节，最早在第 %u 行：这些行已拒收\n", r->bad_line);
    if (r->unclosed_line)
        out_say(out,
                "Warning: a quotation mark opened in line %u is never closed; all that follows it counts as one "
                "refused row\n",
                "警告：第 %u 行的引号没有闭合；其后的内容都算作被拒收的一行\n", r->unclosed_line);
    if (r->swallowed.lines)
        out_say(
            out,
            "Warning: a quotation mark in line %u makes the lines up to %u one cell: that row is refused, and %" PRId64
            " lines are lost so in this file. Take the quotation marks away that belong to no text, and give it again "
            "with --replaces\n",
            "警告：第 %u 行的引号使直到第 %u 行的内容成为一个单元格：该行已拒收，本文件这样丢失 %" PRId64
            " 行。请删去多余的引号，并用 --replaces 重新导入\n",
            r->swallowed.first, r->swallowed.last, r->swallowed.lines);
    if (r->delivery.cut)
        out_say(out,
                "Warning: rows of this file are missing: it breaks off, or a stray quotation mark swallowed lines. Its "
                "rows count, but its days are taken as NOT delivered. Ask for the whole file and give it with "
                "--replaces\n",
                "警告：文件缺少数据行（在中间断开，或多余的引号吞掉了若干行）。已读出的行有效，但所覆盖的日期按“未送达”"
                "处理；"
                "请对方重发完整文件，并用 --replaces 替换本次交付\n");
    if (r->outside)
        out_say(
            out,
            "%" PRId64 " rows are dated outside the covered days: they wait and do not count (lines %.*s). If the file "
            "covers more, give it again with the right --covers and --replaces\n",
            "%" PRId64
            " 行的日期不在覆盖的期间内：待核，不计入（行号 %.*s）。如文件覆盖的期间更长，请写明正确的 --covers 并用 "
            "--replaces 重新导入\n",
            r->outside, STR_ARG(r->outside_lines));
    say_part(r, out);
    say_elsewhere(r, out);
    say_other_names(r, out);
    say_unequal(r, out);
    say_below(r, out);
    if (r->errors_path[0]) out_say(out, "Rows to correct are listed in %s\n", "待更正的行见 %s\n", r->errors_path);
}

static void say_people(const struct import_report *r, struct out *out)
{
    if (r->new_people || r->changed_people || r->new_households || r->lacking_people)
        out_say(out,
                "People: %" PRId64 " new, %" PRId64 " changed, %" PRId64
                " known before and not in this file (they stay). New households: %" PRId64 "\n",
                "人员：新增 %" PRId64 "，有变更 %" PRId64 "，以前有而本次没有 %" PRId64 "（保留）。新增户：%" PRId64
                "\n",
                r->new_people, r->changed_people, r->lacking_people, r->new_households);
    if (r->left_people)
        out_say(
            out,
            "  %" PRId64 " of those not in it are of households that are (the first in line %u): who died or moved "
            "away stays a member and counts. If this is the whole list as it stands now, give it again with "
            "--replaces and the number of the roster before it (`fangpin deliveries`): from then on they are none\n",
            "  其中 %" PRId64 " 人所在的户仍在本次名册中（最早在第 %u "
            "行）：去世或迁出的人在替换旧名册之前仍算家庭成员。如本次是现有人员的完整名册，请加 --replaces "
            "和上一份名册的交付编号（见 `fangpin deliveries`）重新导入，此后他们不再是成员\n",
            r->left_people, r->left_line);
    for (size_t i = 0; i < r->n_changes; i++)
        out_say(out, "  %.*s: another value for %" PRId64 "\n", "  %.*s：%" PRId64 " 人的值有变\n",
                STR_ARG(r->changes[i].field), r->changes[i].people);
    if (r->crowds)
        out_say(out, "%" PRId64 " households have more than 20 people (the first in line %u)\n",
                "%" PRId64 " 户超过 20 人（最早在第 %u 行）\n", r->crowds, r->crowd_line);
    if (r->without_id)
        out_say(out, "%" PRId64 " members have no valid ID; they are kept as members\n",
                "%" PRId64 " 名成员没有有效证件号码；仍作为家庭成员\n", r->without_id);
    if (r->names_pinyin)
        out_say(out, "%" PRId64 " names in pinyin are those of the roster for the ID; their rows are matched\n",
                "%" PRId64 " 行的姓名是拼音，与该证件号码在花名册中的姓名相符，已匹配\n", r->names_pinyin);
    if (r->names_masked)
        out_say(out,
                "%" PRId64 " names with hidden characters agree with those of the roster for the ID; their rows are "
                "matched\n",
                "%" PRId64 " 行的姓名有隐去的字，其余的字和字数与该证件号码在花名册中的姓名相符，已匹配\n",
                r->names_masked);
    if (r->born_differs)
        out_say(
            out, "%" PRId64 " days of birth are not those of the ID (the first in line %u); they count as written\n",
            "%" PRId64 " 行的出生日期与证件号码不符（最早在第 %u 行）；按所写计入\n", r->born_differs, r->born_line);
    if (r->sex_differs)
        out_say(out, "%" PRId64 " sexes are not those of the ID (the first in line %u); they count as written\n",
                "%" PRId64 " 行的性别与证件号码不符（最早在第 %u 行）；按所写计入\n", r->sex_differs, r->sex_line);
    if (r->unknown_divisions)
        out_say(out, "Warning: %" PRId64 " rows have a division code that is not in the list; kept\n",
                "警告：%" PRId64 " 行的行政区划代码不在名录内；已保留\n", r->unknown_divisions);
    if (r->added < 0) return;
    char from[DATE_TEXT_MAX], to[DATE_TEXT_MAX];
    out_say(out,
            "Against delivery %" PRId64 " (%s to %s): %" PRId64 " rows added, %" PRId64 " removed, %" PRId64
            " changed\n",
            "与交付 %" PRId64 "（%s 至 %s）相比：新增 %" PRId64 " 行，减少 %" PRId64 " 行，变动 %" PRId64 " 行\n",
            r->against, date_format(r->against_from, from), date_format(r->against_to, to), r->added, r->removed,
            r->changed);
}

static void say_returned(const struct import_report *r, struct out *out)
{
    out_say(out,
            "Corrections of delivery %" PRId64 ": %" PRId64 " rows are right now, %" PRId64
            " still are not; the rows that were good stay\n",
            "对交付 %" PRId64 " 的更正：%" PRId64 " 行现已正确，%" PRId64 " 行仍有问题；原来正确的行保持不变\n",
            r->corrects, r->mended, r->still_wrong);
    if (r->no_key)
        out_say(out,
                "%" PRId64
                " lines without a key were not in the list as it was sent (totals, remarks?) and were passed over: "
                "line %s%s. Give new rows as a file of their own, without that column, with --adds\n",
                "%" PRId64 " 行没有回传键，不在原清单里（合计或说明？），未读：第 %s%s "
                "行。新增的行请另存为文件（去掉该列），加 --adds 导入\n",
                r->no_key, r->no_key_lines, r->no_key > IMPORT_NO_KEY_SHOWN ? lang_pick(out->lang, " …", " 等") : "");
    if (r->left_out)
        out_say(out, "%" PRId64 " rows that are not right were left out of the list; they stay as they were\n",
                "清单里没有发回的问题行有 %" PRId64 " 行，保持不变\n", r->left_out);
    if (r->mended_before)
        out_say(
            out,
            "%" PRId64 " rows were mended before, or stand in it twice; passed over. What was taken in before counts, "
            "whatever they say now; to change it, withdraw those corrections (`fangpin deliveries`) and give the list "
            "again\n",
            "%" PRId64 " 行此前已更正，或在清单里出现两次，略过。以此前导入的更正为准，不论现在写的是什么；如需改动，"
            "请撤回那次更正（见 `fangpin deliveries`）后重新导入清单\n",
            r->mended_before);
    if (r->new_people || r->changed_people || r->new_households)
        out_say(out, "People: %" PRId64 " new, %" PRId64 " changed. New households: %" PRId64 "\n",
                "人员：新增 %" PRId64 "，有变更 %" PRId64 "。新增户：%" PRId64 "\n", r->new_people, r->changed_people,
                r->new_households);
    if (r->without_id)
        out_say(out, "%" PRId64 " members have no valid ID; they are kept as members\n",
                "%" PRId64 " 名成员没有有效证件号码；仍作为家庭成员\n", r->without_id);
    if (r->errors_path[0])
        out_say(out, "Rows that still have to be corrected are listed in %s\n", "仍待更正的行见 %s\n", r->errors_path);
    if (r->delivery.id) out_say(out, "Delivery %" PRId64 "\n", "交付编号 %" PRId64 "\n", r->delivery.id);
    else out_say(out, "Nothing was stored\n", "没有保存任何内容\n");
}

/* False: there is nothing else to say. */
static bool say_known(const struct import_report *r, struct out *out)
{
    if (r->corrects) say_returned(r, out);
    else if (r->same_file)
        out_say(out, "This file was taken in before as delivery %" PRId64 "; it is not taken in again.\n",
                "该文件已作为交付 %" PRId64 " 导入过，不再重复导入。\n", r->same_as);
    return !r->corrects && !r->same_file;
}

void import_say_rows(const struct import_report *r, struct out *out)
{
    if (!say_known(r, out)) return;
    say_guess(r, out);
    say_counts(r, out);
    say_people(r, out);
}

void import_say(const struct import_report *r, struct out *out)
{
    if (!say_known(r, out)) return;
    say_columns(r, out);
    say_guess(r, out);
    say_counts(r, out);
    say_people(r, out);
    if (r->known_moved)
        out_say(out, "Warning: a screen after that day has been kept; the delivery counts as known from now on\n",
                "警告：收到日期之后已有留存的筛查；该交付自现在起算作已知\n");
    if (r->layout_new && r->said)
        out_say(out, "What was said of the columns is remembered for this sender (layout %" PRId64 ")\n",
                "对各列的说明已为该报送单位记住（布局 %" PRId64 "）\n", r->layout_new);
    if (r->delivery.id) out_say(out, "Delivery %" PRId64 "\n", "交付编号 %" PRId64 "\n", r->delivery.id);
    else out_say(out, "Dry run: nothing was stored\n", "试运行：没有保存任何内容\n");
}
