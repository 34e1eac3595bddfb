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
gives "in a folder" 1 "2 files = 1 taken in" "$fp" import db folder $month --received 2026-09-05 --dry-run
says "the reason" "6 of the first 6 rows of the sheet 7月备份 stand in 7月 too"

# ---------------------------------------------------------------- totals that carry the person's ID
person() { sed -n "${1}s/^[^,]*,\([^,]*,[^,]*\),.*/\1/p" "$tour/roster.csv"; }
july="--covers 2026-07-01..2026-07-31"
head='序号,证件号码,姓名,结算日期,医院,个人自付（元）'
{
    echo "$head"
    for i in 2 3 4; do printf '1,%s,2026-07-01,县医院,10.50\n2,%s,2026-07-02,乡卫生院,20\n,%s,2026-07-02,小计,30.50\n' "$(person $i)" "$(person $i)" "$(person $i)"; done
} >totals.csv
gives "sums of the rows above" 0 "6 rows = 6 matched" take totals.csv $july
says "are told" "Of no person and passed over, by line: totals: 4, 7, 10"
{
    echo "$head"
    printf ',%s,2026-07-02,合计,30.50\n1,%s,2026-07-01,县医院,10.50\n2,%s,2026-07-02,乡卫生院,20\n' "$(person 2)" "$(person 2)" "$(person 2)"
} >above.csv
gives "sums of the rows below" 0 "2 rows = 2 matched" take above.csv $july
says "are told" "totals: 2"
sed '7s/30.50/31.50/' totals.csv >wrong.csv
gives "called a total, and another sum" 0 "7 rows = 6 matched + 0 waiting (0 with an ID or a date that cannot be, 0 not on the roster, 0 with another name) + 1 refused" \
    take wrong.csv $july
grep -q '^7,医院,小计,"called a total in this column, but its amounts are not the sums of this person.s rows beside it' e.csv
count "why" $?
{ echo "$head" && for i in 2 3 4; do echo "1,$(person $i),2026-07-01,合计,10"; done; } >alone.csv
gives "called a total, and the only row of the person" 0 "3 rows = 3 matched" take alone.csv $july
sed 's/小计/审计局医院/' totals.csv >audit.csv
gives "an office of audits is no total" 0 "9 rows = 9 matched" take audit.csv $july

# ---------------------------------------------------------------- a column of units
units() { # units HEADER UNIT…: a row each of the same amount, too large for 万元
    echo "证件号码,姓名,结算日期,个人自付$1"
    shift
    i=1
    for u; do
        i=$((i + 1))
        echo "$(person $i),2026-07-01,40000000,$u"
    done
}
units ,计量单位 元 万元 元 >units.csv
gives "a unit each row" 0 "3 rows = 2 matched" take units.csv $july
says "is told" "个人自付 → self_pay (× 计量单位)"
silent "and not called unused" "Columns not used"
grep -q "^3,个人自付,40000000,too large" e.csv
count "it counts" $?
units ,单位 元 '' 斤 人民币元 >blank.csv
gives "where somebody works" 0 "Columns not used: 单位" take blank.csv $july
units ,单位 元 '' 元 >blank.csv
gives "a row without one" 0 "3 rows = 2 matched" take blank.csv $july
grep -q '^3,个人自付,40000000,"the row.s column of units names no unit of money' e.csv
count "why" $?
units （元）,单位 元 元 元 >agrees.csv
gives "named twice" 0 "3 rows = 3 matched" take agrees.csv $july
units （元）,单位 元 万元 元 >differs.csv
gives "named otherwise" 1 "Another unit is named for it than its column of units says" take differs.csv $july
gives "said otherwise" 0 "3 rows = 3 matched" take differs.csv $july --map '个人自付（元）=self_pay in 元'
gives "left out" 0 "Columns not used: 单位" take differs.csv $july --map '单位='
units ,单位,金额单位 元,元 >several.csv
gives "two of them" 1 "columns 5 and 6 both say the unit of each row" take several.csv $july

# ---------------------------------------------------------------- rows that are struck through
cp "$fix/struck.xlsx" .
gives "they count" 0 "8 rows = 8 matched" take struck.xlsx $july
says "and are told" "3 rows are struck through; they were read like the others: 4-5, 7. If they do not count, delete them"
gives "in Chinese" 0 "3 行带删除线；照样读入：4-5、7。如不应计入" take struck.xlsx $july --lang zh
gives "as JSON" 0 '"struck_rows":3' take struck.xlsx $july --json
gives "none are" 0 "4 rows = 4 matched" take numbers.xlsx --sheet 格式 $july
silent "none are told" "struck"

end
