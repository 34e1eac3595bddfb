#!/bin/sh
# Units of money wherever they stand outside the cells: titles, a row below the header, notes, names of sheets and files.
# Used and told, or asked about; never silently yuan. Run by make check. FANGPIN names another program to test.
set -u
cd "$(dirname "$0")/.." || exit 3
. tests/lib.sh
export FANGPIN_TODAY=2026-11-21

"$fp" generate gen --people 300 --county 130725 --seed 5 >out 2>&1
count "data" $?
"$fp" init db --policy "$root/policy/core" "$root/policy/national" "$root/policy/hebei" >out 2>&1 &&
    "$fp" import db roster gen/2026-08/roster.csv --received 2026-09-05 --errors r.csv >out 2>&1
count "set up" $?
awk -F, 'NR > 1 && length($3) == 18 && !seen[$3]++ { print $3 "," $2 }' gen/2026-08/roster.csv | head -n 8 >people

head=结算编号,身份证号,姓名,结算日期,就诊类别,总费用,个人自付
rows() { awk -F, '{ printf "J%d,%s,%s,2026-08-0%d,住院,2.5,1.2\n", NR, $1, $2, NR }' people; }
table() { # table FILE ABOVE HEADER BELOW-THE-HEADER BELOW
    {
        [ -z "$2" ] || printf '%s\n' "$2"
        printf '%s\n' "$3"
        [ -z "$4" ] || printf '%s\n' "$4"
        rows
        [ -z "$5" ] || printf '%s\n' "$5"
    } >"$1"
}
take() { "$fp" import db medical "$@" --dry-run --received 2026-09-05 --covers 2026-08 --errors e.csv; }

# ---------------------------------------------------------------- used and told
table plain.csv "" $head "" ""
gives "none: yuan" 0 "个人自付 → self_pay" take plain.csv
silent "none: nothing is said" "万元"
wan() { # wan NAME PLACE FILE
    gives "$1" 0 "8 rows = 8 matched" take "$3"
    says "$1: told" "are in 万元 ($2: 万元)"
}
table a.csv 计量单位：,,,,,,万元 $head "" ""
sed -i '1s/：,,,,,,/,/' a.csv
wan "two cells of a title" "the titles" a.csv
says "two cells: on each column" "个人自付 → self_pay (万元)"
table b.csv "" $head ,,,,,（万元）,（万元） ""
wan "a row in brackets" "the row below the header" b.csv
says "a row: behind the names" "个人自付（万元） → self_pay"
says "a row: which line" "Line 2 is a row of units"
table c.csv "" $head ,,,,,单位：万元,单位：万元 ""
wan "a row with 单位" "the row below the header" c.csv
table d.csv "" $head "1,2,3,4,5,6,7
,,,,,万元,万元" ""
wan "a row below the numbers of the columns" "the row below the header" d.csv
table f.csv "" $head ,,,,,万元, ""
wan "a row with one unit, as of merged cells" "the row below the header" f.csv
table g.csv "" $head "" 注：以上金额单位为万元,,,,,,
wan "a note below" "a note" g.csv
says "a note: passed over" "notes: 10"
table h.csv "" $head "" 单位：万元,,,,,,
wan "the unit alone below" "a note" h.csv
cp plain.csv "医保（万元）.csv"
wan "the file's name" "the file's name" "医保（万元）.csv"
gives "JSON" 0 '"title_unit":"万元","unit_said":"a note: 万元"' take g.csv --json
sed '3s/,1.2$/,一万二/' g.csv >g2.csv
gives "a list of errors" 0 "7 matched" take g2.csv
head -n 1 e.csv | grep -q '总费用（万元）,个人自付（万元）'
count "a list of errors: has the unit" $?
table odd.csv "" $head ,,,,,万元,元 ""
gives "a row of two units" 0 "总费用（万元） → total_fee" take odd.csv
says "a row of two units: the other" "个人自付（元） → self_pay"
if command -v zip >/dev/null; then
    cp "$root/tests/fixtures/sheets/medical.xlsx" s.xlsx && mkdir x && (cd x && unzip -q ../s.xlsx &&
        sed -i 's/name="medical"/name="6月（单位万元）"/' xl/workbook.xml && zip -qr ../named.xlsx .)
    gives "the sheet's name" 0 "(the sheet's name: 万元)" "$fp" import db medical named.xlsx --dry-run \
        --division 130725 --received 2026-09-05 --covers 2025-08-01..2026-08-31 --errors e.csv
fi

# ---------------------------------------------------------------- asked
asks() { # asks NAME FILE TEXT
    gives "$1" 1 "is it in 元 or 万元?" take "$2"
    says "$1: why" "$3"
    gives "$1: answered" 0 "8 rows = 8 matched" take "$2" --map "#6=total_fee in 元" --map "#7=self_pay in 万元"
}
table k.csv "" "$head（元）" "" 注：金额单位为万元,,,,,,
sed -i '1s/总费用/总费用（元）/' k.csv
asks "a note against the header" k.csv "Its header and a note say different units (a note: 万元)"
table l.csv 单位：元,,,,,, $head "" 注：金额单位为万元,,,,,,
asks "a note against the titles" l.csv "Several units are named (the titles: 元; a note: 万元)"
table m.csv 单位：万元,,,,,, 结算编号,身份证号,姓名,结算日期,就诊类别,总费用（元）,个人自付（元） "" ""
asks "titles against every header" m.csv "Its header says another unit"
table n.csv "" 结算编号,身份证号,姓名,结算日期,就诊类别,总费用（元）,个人自付（元） ,,,,,万元,万元 ""
asks "the row against the header" n.csv "the row of units below it differ"
table o.csv 2026年8月医保支出万元表,,,,,, $head "" ""
asks "spoken of, not clearly" o.csv "A unit is spoken of, but not clearly"
{ table p.csv "" $head "" "" && sed -i '5a 注：以下单位为万元,,,,,,' p.csv; }
for i in 1 2 3 4 5 6 7 8 9; do rows; done | awk -F, -v OFS=, '{ $1 = "K" NR; print }' | head -c 9000 | sed '$d' >>p.csv
gives "a note among the rows" 1 "is it in 元 or 万元?" take p.csv
table q.csv "" $head "" "" && { printf '%s\n' ",,,,,万元,万元" && rows | sed 's/^J/L/'; } >>q.csv
gives "a row of units among the rows" 1 "Among the rows another unit is named" take q.csv
{ cat plain.csv && echo 注：超过5万元的另附说明,,,,,,; } >r.csv
gives "a note that speaks of amounts says nothing" 0 "8 rows = 8 matched" take r.csv
silent "a note that speaks of amounts: no unit" "Amounts"

awk -F, -v OFS=, 'NR == 1 { sub("耕地面积", "耕地面积（公顷）") } 1' gen/2026-08/roster.csv >ha.csv
gives "an area in another unit" 1 "is in 公顷, but farmland is counted in 亩" "$fp" import db roster ha.csv --dry-run \
    --received 2026-09-06 --errors e.csv
sed '1s/公顷/亩/' ha.csv >mu.csv
gives "an area in its unit" 0 "耕地面积（亩） → farmland" "$fp" import db roster mu.csv --dry-run --received 2026-09-06 --errors e.csv

# ---------------------------------------------------------------- rows of no person
table s.csv "" $head "例：J000,13072519900101123X,张三,2026-01-01,住院,1,1
示例,130725199001011234,张三,2026-01-01,住院,1,1" ",,,,,20.0,9.6
,,,,,,2026年9月3日"
sed -i '1a   ,,  ,,,,' s.csv
gives "examples, sums without a word, a day alone" 0 "8 rows = 8 matched" take s.csv
says "which lines" "totals: 13; notes: 14; examples: 3, 4"
says "blanks only are an empty row" "1 rows of empty cells only"
# ---------------------------------------------------------------- remembered of the sender, and named by the file
with() { # with FILE FROM MAPS…
    file=$1 from=$2
    shift 2
    "$fp" import db medical "$file" --sender 医保局 --received 2026-09-05 --errors e.csv --covers "$from..2026-08-31" \
        --adds "$@"
}
table plain.csv "" $head "" ""
gives "said once" 0 "8 rows = 8 matched" with plain.csv 2026-08-01 --map "#6=total_fee in 万元" --map "#7=self_pay in 万元"
table j.csv "" $head "" ",,,,,,"
gives "goes on for the sender" 0 "个人自付 → self_pay (万元)" with j.csv 2026-07-01
table k.csv 单位：元,,,,,, $head "" ""
gives "a title that says another" 1 \
    "is it in 元 or 万元? It is remembered as 万元 for this sender, but this file says otherwise (the titles: 元)" with k.csv 2026-06-01
table l.csv "" $head ,,,,,元,元 ""
gives "a row of units is of other columns" 0 "个人自付（元） → self_pay" with l.csv 2026-06-01
table m.csv "" $head "" 说明：金额单位为元,,,,,,
gives "a note that says another" 1 "but this file says otherwise (a note: 元)" with m.csv 2026-06-01
table n.csv 单位：万元,,,,,, $head "" ""
gives "a title that says the same" 0 "8 rows = 8 matched" with n.csv 2026-05-01
gives "answered" 0 "8 rows = 8 matched" with k.csv 2026-06-01 --map "#6=total_fee in 元" --map "#7=self_pay in 元"
gives "which is remembered instead" 0 "个人自付 → self_pay (元)" with k.csv 2026-04-01

# ---------------------------------------------------------------- nobody says it, and the amounts are not last month's
amounts() { # amounts FILE TIMES HEADER [SUFFIX]: of eight people, other ones than in rows()
    {
        printf '%s\n' "$3"
        awk -F, -v k="$2" -v u="${4:-}" '{ printf "A%d,%s,%s,2026-08-0%d,住院,%.2f%s,%.2f%s\n", NR, $1, $2, NR, NR * 700 * k, u, NR * 300 * k, u }' people
    } >"$1"
}
"$fp" init two --policy "$root/policy/core" "$root/policy/national" "$root/policy/hebei" >out 2>&1 &&
    "$fp" import two roster gen/2026-08/roster.csv --received 2026-09-05 --errors two.csv >out 2>&1
count "another county" $?
cp -r two three && cp two.key three.key
of() { # of FILE FROM TO SENDER MAPS…
    file=$1 from=$2 to=$3 who=$4
    shift 4
    "$fp" import two medical "$file" --sender "$who" --received 2026-09-05 --errors e.csv --covers "$from..$to" --adds "$@"
}
amounts a1.csv 1 $head
gives "the first file: nothing to compare with" 0 "8 rows = 8 matched" of a1.csv 2026-01-01 2026-08-31 医保局
amounts a2.csv 0.0001 $head
sed -i 's/,A/,B/' a2.csv
gives "a ten-thousandth" 1 \
    "column 6 \"总费用\": is it in 元 or 万元? The file names no unit; read in 元 the median of its amounts is 0.35 yuan, in delivery 2 (" \
    of a2.csv 2026-02-01 2026-08-31 医保局
says "the other delivery" "(医保局, 2026-01-01 to 2026-08-31) 3,500 yuan. Say"
says "both columns" 'Say --map "总费用=total_fee in 万元" --map "个人自付=self_pay in 万元" (or in 元)'
says "the other way on" "If delivery 2 was read in the wrong unit, take its file in again with --replaces 2"
gives "in Chinese" 1 "文件没有写明单位；按元计，其金额的中位数是 0.35 元，而交付 2（医保局，2026-01-01 至 2026-08-31）是 3,500 元" \
    env FANGPIN_LANG=zh "$fp" import two medical a2.csv --sender 医保局 --received 2026-09-05 --covers 2026-02-01..2026-08-31 --dry-run --errors e.csv
gives "of another sender" 1 "delivery 2 (医保局" of a2.csv 2026-02-01 2026-08-31 卫健局
amounts a3.csv 0.001 $head
gives "a thousandth" 1 "in 千元\" (or in 元)" of a3.csv 2026-02-01 2026-08-31 医保局
amounts a4.csv 0.02 $head
gives "a fiftieth may well be" 0 "8 rows = 8 matched" of a4.csv 2026-02-01 2026-08-31 另一家
amounts a5.csv 0.0001 结算编号,身份证号,姓名,结算日期,就诊类别,总费用（元）,个人自付（元）
gives "a header that names it" 0 "8 rows = 8 matched" of a5.csv 2026-03-01 2026-08-31 某某
amounts a6.csv 0.0001 $head 元
gives "cells that name it" 0 "8 rows = 8 matched" of a6.csv 2026-03-02 2026-08-31 某某
gives "said: in 万元" 0 "个人自付 → self_pay (万元)" of a2.csv 2026-02-01 2026-08-31 医保局 --map "总费用=total_fee in 万元" \
    --map "个人自付=self_pay in 万元"
amounts a7.csv 1.1 $head
gives "remembered, but the amounts are in yuan again" 1 \
    'read in 万元 the median of its amounts is 38,500,000 yuan, in delivery 6 (医保局, 2026-02-01 to 2026-08-31) 3,500 yuan.' \
    of a7.csv 2026-04-01 2026-08-31 医保局
says "remembered: likely in yuan" 'Say --map "总费用=total_fee in 元" --map "个人自付=self_pay in 元" (or in 万元)'
gives "said: in 元" 0 "layout 7" of a7.csv 2026-04-01 2026-08-31 医保局 --map "总费用=total_fee in 元" --map "个人自付=self_pay in 元"
third() { "$fp" import three medical "$@" --received 2026-09-05 --errors e.csv --covers 2026-05-01..2026-08-31; }
gives "a wrong first one" 0 "8 rows = 8 matched" third a2.csv
gives "the next one is not as it" 1 "0.35 yuan" third a1.csv --adds
gives "the mend of it is not compared with it" 0 "8 rows = 8 matched" third a1.csv --replaces 2
awk -F, 'NR > 1 && length($3) == 18 && !seen[$3]++ { print $3 "," $2 }' gen/2026-08/roster.csv | head -n 120 >people
amounts_of_many() { # amounts_of_many FILE AMOUNT: of the NR-th person
    {
        printf '%s\n' $head
        awk -F, '{ printf "M%d,%s,%s,2026-08-%02d,住院,%.2f,\n", NR, $1, $2, NR % 28 + 1, '"$2"' }' people
    } >"$1"
}
amounts_of_many m1.csv "NR * 700"
amounts_of_many m2.csv "NR * 7"
amounts_of_many m3.csv 420
of_many() { "$fp" import three medical "$1" --received 2026-09-05 --errors e.csv --covers 2026-08-01..2026-08-31 --dry-run --adds; }
gives "of many people, to compare with" 0 "matched" \
    "$fp" import three medical m1.csv --received 2026-09-05 --errors e.csv --covers 2026-04-01..2026-08-31 --adds
gives "all of them a hundredth" 1 "in 百元\" (or in 元)" of_many m2.csv
gives "a hundredth in the middle alone" 0 "matched" of_many m3.csv
head -n 3 a2.csv >a9.csv
gives "two rows say nothing" 0 "2 rows = 2 matched" of a9.csv 2026-06-01 2026-08-31 医保局

end
