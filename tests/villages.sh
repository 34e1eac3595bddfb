#!/bin/sh
# Rows about villages: the national system's village export, by name and by code; what is not known is listed and comes
# back; a later, a replacing and a withdrawn file; checks, and the list for villages. Run by make check. FANGPIN names another program to test.
set -u
cd "$(dirname "$0")/.." || exit 3
. tests/lib.sh
export FANGPIN_TODAY=2026-11-21

"$fp" generate gen --people 1600 --county 610724 --seed 4 --months 1 >out 2>&1
count "made" $?
roster=roster.csv
awk -F'"' -v OFS= '{ for (i = 2; i <= NF; i += 2) gsub(",", "、", $i); sub("\r$", ""); $1 = $1; print }' gen/2026-08/roster.csv >$roster # no commas within cells
# The villages with most households, and how many they have.
awk -F, 'NR > 1 && !seen[$1]++ { n[$20 "," $21 "," $22]++ } END { for (k in n) print n[k] "," k }' $roster |
    LC_ALL=C sort -t, -k1,1nr -k2 | head -n 4 >villages
count "four villages" "$(($(wc -l <villages) != 4))"
new() { # new DB: a data folder with the books of checks and the roster
    "$fp" init "$1" --policy "$root/policy/core" "$root/policy/national" "$root/policy/checks" "$root/policy/shaanxi" >out 2>&1 &&
        "$fp" import "$1" roster $roster --received 2026-06-01 >out 2>&1
    count "data folder $1" $?
}
rest=总户数,总人口,村集体经济收入（万元）,村小学,卫生室,执业医师,公厕,垃圾堆放点,图书室,通客运班车,到乡镇通沥青（水泥）路,危房户,未饮水安全户,低保户,特困户,残疾人口,参加养老人数,统计日期
# rows NAMED MONTHEND: of village 1 one household too few, of 2 more unsafe houses than households, of 3 nobody counted the disabled.
rows() {
    awk -F, -v named="$1" -v day="$2" '{ more = NR == 1 ? -1 : 2
        printf "%s,%d,%d,12.5,是,是,2,1,3,是,是,是,%d,0,1,1,%s,50,%s\n", named ? "陕西省,汉中市,西乡县," $3 "," $4 : $2, $1 + more,
            4 * $1, NR == 2 ? $1 + 9 : 0, NR == 3 ? "" : 7, day }' villages
}
checks() { # checks DB DAY: RULE HITS of the checks on villages that are hit
    "$fp" checks "$1" --as-of "$2" --all --json 2>out | tr '{' '\n' | sed -n 's/.*"rule":"\(village_[^"]*\)".*"hits":\([1-9][0-9]*\).*/\1 \2/p' | LC_ALL=C sort
}
cat >truth <<'END'
village_blank_disabled 1
village_households_less 1
village_problem_more 1
village_unsafe_more 1
END

# ---------------------------------------------------------------- by name
{
    printf '（自定义）行政村信息\n导出时间：2026-07-02\n省,市,县,乡镇,行政村,%s\n' $rest
    rows 1 2026-06-30
    rows 1 2026-06-30 | sed -n '1{s/\(西乡县,[^,]*,\)[^,]*/\1没有这个村/p;s/没有这个村//p;}'
    printf '合计,,,,,999,,,,,,,,,,,,,,,,,\n'
} >行政村6月.csv
# Row 4 is told of twice: by a name that is none there, and without one.
new db
gives "by name: the file is told by its columns" 0 "4 matched" "$fp" import db 行政村6月.csv --received 2026-07-03
says "by name: two are not known" "+ 2 refused"
says "by name: which columns say the village" "省 + 市 + 县 + 乡镇 + 行政村 → place"
says "by name: the county is that of the rows" "Division: 610724000000 (from the rows)"
says "by name: the total is no village" "totals: 10"
gives "by name: the list of errors says why" 0 "没有这个村,\"no place of this name" cat 行政村6月.csv.errors.csv
says "by name: and without a name" "行政村,,no village"
checks db 2026-06-30 >found
diff found truth >out
count "by name: the checks see the villages" $?
gives "by name: nobody's household is named" 0 "2 lines written" "$fp" checks db list --as-of 2026-06-30 --out l.csv \
    --rule village_unsafe_more,village_households_less
village=$(sed -n 's/^[^,]*,[^,]*,[^,]*,//p' villages | head -n 1)
village_code=$(head -n 1 villages | cut -d, -f2)
grep -q "^$village,村 $village_code,,,村（户数少于花名册）,.*行政村6月.csv 第 4 行；[^,]*第 [0-9]* 行（$village 户编号 $village_code" l.csv
count "by name: the list has the village, its code, and where it is written, households by their codes" $?
gives "by name: a spreadsheet" 0 "2 lines written" "$fp" checks db list --as-of 2026-06-30 --out l.xlsx \
    --rule village_unsafe_more,village_households_less
unzip -p l.xlsx 'xl/*.xml' 2>/dev/null | tr '<' '\n' | grep -qx "t>村 $village_code\|t xml:space=\"preserve\">村 $village_code"
count "by name: has the village in it" $?

# ---------------------------------------------------------------- who is told of
# A screen of its own day, in a folder of its own: findings of villages are no household's.
cp -r db kept && cp db.key kept.key
"$fp" screen kept --as-of 2026-06-30 --findings f.csv --json >s.json 2>out
awk -F, '$2 ~ /^village_/ { print $1 }' f.csv | sort -u >named
cut -d, -f2 villages | sort >wanted
[ "$(comm -23 named wanted | wc -l)" = 0 ] && [ "$(wc -l <named)" = 3 ]
count "findings: those of villages have the villages' codes" $?
flagged=$(awk -F, 'NR > 1 && $4 == "true" && $2 !~ /^village_/ { print $1 }' f.csv | sort -u | wc -l)
grep -q "\"households_flagged\":$flagged[,}]" s.json
count "findings: they flag no household, and open no task ($flagged)" $?
home=$(awk -F, -v code="$village_code" 'NR > 1 && $20 == code && !n++ { print $1 }' $roster)
FANGPIN_TODAY=2026-11-22 gives "history: a village's finding is not its first household's" 0 "of the village $village_code, not of the household" \
    "$fp" history kept "$home" --rule village_households_less
sed 's/^\(.*,\),,,,\(village_households_less:\)/\1申请例外,,正在核对,2027-06-30,\2/' l.csv >answered.csv
gives "answers: a village's comes back" 0 "1 ask for an exception" "$fp" checks kept return answered.csv --by 某村
gives "answers: told as the village's" 0 " 村 " "$fp" checks kept answers
says "answers: with its code" " $village_code "
gives "answers: in JSON" 0 "\"household\":\"$village_code\",\"head\":\"村\"" "$fp" checks kept answers --json
gives "exceptions: accepted" 0 "accepted" "$fp" checks kept accept 1 --by 某县
gives "exceptions: told as the village's" 0 " $village_code " "$fp" checks kept exceptions
gives "by name: --json tells it too" 0 '"refused":2' "$fp" import db 行政村6月.csv --received 2026-07-03 --json --dry-run --adds

# ---------------------------------------------------------------- what comes back
last=$(sed -n 4p villages | cut -d, -f3,4)
sed "s/西乡县,[^,]*,没有这个村/西乡县,$last/" 行政村6月.csv.errors.csv >back.csv
gives "what comes back: one is right now" 0 "1 rows are right now, 1 still are not" "$fp" import db back.csv --received 2026-07-05
checks db 2026-06-30 >found
diff found truth >out
count "what comes back: a village that is told of twice in other words is unknown" $?

# ---------------------------------------------------------------- by code
{
    printf '行政村代码,%s\n' $rest
    rows '' 2026-07-31 | sed 2s/,[0-9]*,0,1,1,7,/,0,0,1,1,7,/
    rows '' 2026-07-31 | sed -n '1{s/^[0-9]*/610724999999/p;s/^[0-9]*/610724/p;s/^[0-9]*/610113001001/p;}'
} >7月.csv
gives "by code: of villages that are known" 0 "4 matched" "$fp" import db village_form 7月.csv --received 2026-08-03 --division 610724
says "by code: others are not" "+ 3 refused"
says "by code: against the month before" "Against delivery 2"
gives "by code: no such village" 0 "610724999999,\"no such village" cat 7月.csv.errors.csv
says "by code: a county is no village" "610724,not the code of a village"
says "by code: of another county" "610113001001,a village outside the division"
checks db 2026-07-31 >found
grep -v "unsafe\|problem" truth | diff found - >out
count "by code: the newest file counts" $?
checks db 2026-06-30 >found
diff found truth >out
count "by code: June is as it was" $?
rows '' 2026-07-31 | sed 's/^\([0-9]*\),[0-9]*,/\1,900,/' | sed "1i行政村代码,$rest" >7月2.csv
gives "by code: a file that replaces it" 0 "4 matched" "$fp" import db village_form 7月2.csv --received 2026-08-04 --replaces 4
checks db 2026-07-31 >found
printf 'village_blank_disabled 1\n' | diff found - >out
count "by code: what was corrected disappears" $?
gives "by code: it is withdrawn" 0 "is withdrawn" "$fp" withdraw db 5 --reason 错 --by 甲
[ "$(checks db 2026-07-31)" = "" ]
count "by code: then there is nothing to judge in July" $?
gives "by code: a screen before knows what was known then" 0 "危房户数大于总户数" "$fp" checks db --as-of 2026-06-30 --known-at 2026-07-04
gives "the data folder is sound" 0 "is sound" "$fp" check db

# ---------------------------------------------------------------- a village where nobody lives, by the roster
none=$(awk -F, 'NR > 1 { print $20 }' $roster | sort -u >lived
    "$fp" divisions db find 进站路社区 >/dev/null 2>&1
    for c in 610724001001 610724001002 610724001003 610724102201 610724102202 610724102203 610724103201; do
        grep -q $c lived || "$fp" divisions db find $c 2>/dev/null | grep -o "^$c.*village" | cut -c1-12
    done | head -n 1)
rows '' 2026-08-31 | sed "1s/^[0-9]*/$none/;1i行政村代码,$rest" >8月.csv
gives "nobody lives there: the row is kept" 0 "4 matched" "$fp" import db village_form 8月.csv --received 2026-09-03
gives "nobody lives there: no check sees it, and that is told" 0 "village_form: 1 rows are of villages without a household" \
    "$fp" checks db --as-of 2026-08-31
gives "nobody lives there: in JSON" 0 '"villages_without_households":[{"dataset":"village_form","rows":1}]' "$fp" checks db \
    --as-of 2026-08-31 --json
end
