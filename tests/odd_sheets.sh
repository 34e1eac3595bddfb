#!/bin/sh
# What a spreadsheet says without letters: months that lost their zero, formats that name a unit. Asked about or read
# rightly, never silently otherwise. Run by make check. FANGPIN names another program to test.
set -u
cd "$(dirname "$0")/.." || exit 3
. tests/lib.sh
export FANGPIN_TODAY=2026-11-21
fix=$root/tests/fixtures/sheets
tour=$root/tests/tour

"$fp" init db --policy "$tour/books" >out 2>&1 && "$fp" import db roster "$tour/roster.csv" --received 2026-09-05 >out 2>&1
count "set up" $?
take() { "$fp" import db medical "$@" --received 2026-09-05 --dry-run --errors e.csv; }

# ---------------------------------------------------------------- 2026.10 as a number is 2026.1
for f in xlsx xls; do
    cp "$fix/numbers.$f" .
    gives "$f: shown as 2026.10 it is October" 0 "4 rows = 4 matched" take numbers.$f --sheet 两位 --covers 2026-10-01..2026-11-30
    gives "$f: else it is asked" 1 'column 3 "结算日期": 1 cells such as 2026.1 (the first in line 4) may be January, or October' \
        take numbers.$f --sheet 常规 --covers 2026-08-01..2026-11-30
    says "$f: how it is known" "other rows are written as 2026.01 (the first in line 2)"
    gives "$f: numbers alone" 1 "4 cells such as 2026.1" take numbers.$f --sheet 一月 --covers 2026-01-01..2026-12-31
    gives "$f: which the covered days answer" 0 "4 rows = 4 matched" take numbers.$f --sheet 一月 --covers 2026-01
    gives "$f: a unit that the format shows" 0 "4 numbers are shown with a unit of money by their number format" \
        take numbers.$f --sheet 格式 --covers 2026-07
done
rows() { # rows MONTH…: one for each of the first people
    echo '证件号码,姓名,结算日期,个人自付（元）'
    i=1
    for m; do
        i=$((i + 1))
        sed -n "${i}s/^[^,]*,\([^,]*,[^,]*\),.*/\1,$m,2026.1/p" "$tour/roster.csv"
    done
}
rows 2026.01 2026.02 2026.1 >padded.csv
gives "CSV: 2026.1 where January is 2026.01" 1 "1 cells such as 2026.1 (the first in line 4)" take padded.csv --covers 2026-01-01..2026-12-31
gives "CSV, in Chinese" 1 "可能是 1 月，也可能是 10 月，因为电子表格会把 2026.10 变成 2026.1；其他行写作 2026.01 的样子（最早在第 2 行）" \
    take padded.csv --covers 2026-01-01..2026-12-31 --lang zh
gives "CSV: it cannot be October" 0 "3 rows = 3 matched" take padded.csv --covers 2026-01-01..2026-02-28
rows 2026.1 2026.2 2026.10 2026.11 >plain.csv
gives "CSV: months without zeros" 0 "4 rows = 4 matched" take plain.csv --covers 2026-01-01..2026-12-31

# ---------------------------------------------------------------- a sheet that is another one again
cp "$fix/copies.xlsx" "$fix/spare.xlsx" "$fix/parts.xlsx" .
month="--covers 2026-07-01..2026-07-31"
gives "a backup, without its keys" 1 "6 of the first 6 rows of the sheet 7月备份 stand in 7月 too: read together they would count twice. Say which with --sheet NAME" \
    take copies.xlsx $month
gives "in Chinese" 1 "工作表“7月备份”的前 6 行中有 6 行在“7月”里也有：一起读入会重复计算" take copies.xlsx $month --lang zh
gives "named, one is read" 0 "8 rows = 8 matched" take copies.xlsx $month --sheet 7月
says "and the other is told" "Sheets not read: 7月备份 (not named with --sheet, 7 rows)"
gives "named, both are read" 0 "14 rows = 14 matched" take copies.xlsx $month --sheet 7月,7月备份
gives "what was set aside" 1 "the sheet 作废 by its name is a backup or was set aside, and it has rows of its own" take spare.xlsx $month
gives "in Chinese" 1 "工作表“作废”从名称看是备份或已作废的，里面有数据行" take spare.xlsx $month --lang zh
gives "a second part, and an empty sheet" 0 "9 rows = 9 matched" take parts.xlsx $month
mkdir folder && cp copies.xlsx parts.xlsx folder/
gives "in a folder" 1 "2 files = 1 taken in" "$fp" import db folder $month --received 2026-09-05
says "the reason" "6 of the first 6 rows of the sheet 7月备份 stand in 7月 too"

end
