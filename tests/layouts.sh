#!/bin/sh
# A department's file whose header the program does not understand: shown, asked about, said once, remembered; then next
# month's file, a changed header, and forgetting. Run by make check. FANGPIN names another program to test.
set -u
cd "$(dirname "$0")/.." || exit 3
. tests/lib.sh
export FANGPIN_TODAY=2026-11-21

"$fp" generate gen --people 600 --county 130725 --seed 3 >out 2>&1
count "data" $?
"$fp" init db --policy "$root/policy/core" "$root/policy/national" "$root/policy/hebei" >out 2>&1 &&
    "$fp" import db roster gen/2026-08/roster.csv --received 2026-09-05 --errors r.csv >out 2>&1
count "set up" $?

# A month of the file as the department sends it: titles, a header of its own, a total and a note.
month() { # month FILE YYYY-MM HEADER
    {
        printf '某县医保结算明细表,,,,,,,,,,,\n填报单位：医保局,,,,单位：元,,,,,,,\n%s\n' "$3"
        tail -n 20 "gen/$2/medical.csv" | tr -d '\r'
        printf '合计,,,,,,,,,,,\n备注：数据截至月底,,,,,,,,,,,\n'
    } >"$1"
}
plain=$(head -n 1 gen/2026-09/medical.csv | sed 's/^\xEF\xBB\xBF//' | tr -d '\r')
odd=$(echo "$plain" | sed 's/身份证号/社保卡对应号/; s/个人自付/个人承担部分/')
other=$(echo "$odd" | sed 's/疾病名称/病名/')
month m08.csv 2026-08 "$odd"
month m09.csv 2026-09 "$odd"
month other.csv 2026-09 "$other"
aug="--sender 医保局 --covers 2025-08-01..2026-08-31 --received 2026-09-05 --errors e.csv"
sep="--sender 医保局 --covers 2026-09-01..2026-09-30 --received 2026-10-05 --errors e.csv"

# ---------------------------------------------------------------- shown before anything is stored
gives "look" 0 "header in line 3 below 2 title rows, amounts in 元" "$fp" layout db look m08.csv
says "look: the dataset" "As medical:"
says "look: the guess for the ID" "? cid ("
says "look: its reason" "20 of 20 cells fit"
says "look: what is asked" "Not clear yet"
gives "look, JSON" 0 '"dataset":"medical"' "$fp" layout db look m08.csv --json
says "look, JSON: guesses" '"guesses":[{"field":"cid"'
gives "look: as another dataset" 0 "As school:" "$fp" layout db look m08.csv school
gives "look: with the days, the place and the day of receipt of the import" 0 "Covers: 2025-08-01 to 2026-08-31" \
    "$fp" layout db look gen/2026-08/medical.csv --covers 2025-08-01..2026-08-31 --division 130725 --received 2026-09-05
silent "look: they are not guessed" "(guessed)"
says "look: the place" "Division: 130725000000"
silent "look: nor the place" "(from the rows)"
gives "look: other days" 0 "are dated outside the covered days 2026-08-01 to 2026-08-31" \
    "$fp" layout db look gen/2026-08/medical.csv --covers 2026-08
gives "look: no such file" 3 "none.csv" "$fp" layout db look none.csv

# ---------------------------------------------------------------- asked, said, remembered
# shellcheck disable=SC2086
{
    gives "asked" 1 '--map "社保卡对应号=cid"' "$fp" import db medical m08.csv $aug
    gives "a dry run asks too" 1 '--map "社保卡对应号=cid"' "$fp" import db medical m08.csv $aug --dry-run
    gives "said wrongly" 1 "should hold" "$fp" import db medical m08.csv $aug --map 医疗机构=cid
    gives "said wrongly: nothing is remembered" 0 "No layout" sh -c "'$fp' layout db list | grep -v roster; echo No layout"
    gives "said" 0 "20 rows = 19 matched" "$fp" import db medical m08.csv $aug --map 社保卡对应号=cid \
        --map 个人承担部分=self_pay --by 李
    says "said: rows of no person" "totals: 24; notes: 25"
    says "said: remembered" "remembered for this sender (layout"
    gives "next month goes unasked" 0 "20 rows = 18 matched" "$fp" import db medical m09.csv $sep
    says "next month: what was remembered" "Remembered for this sender (李, 2026-"
    says "next month: the column" "个人承担部分 → self_pay"
    silent "next month: nothing new" "(layout"
    gives "another sender is asked" 1 '--map "社保卡对应号=cid"' "$fp" import db medical other.csv --sender 民政局 --adds
    gives "a changed header is told" 0 "not the one remembered for this sender: gone: 疾病名称; new: 病名" "$fp" import db \
        medical other.csv $sep --replaces 3 --map 病名=disease
    # Another header in which the field's own name stands too, or the remembered name twice: what was said is in doubt.
    month both.csv 2026-09 "$(echo "$odd" | sed 's/总费用/个人自付/')"
    gives "the field's own name beside the remembered one is asked" 1 'is called so too; say which it is with --map "#12=' \
        "$fp" import db medical both.csv $sep --replaces 4
    month twice.csv 2026-09 "$(echo "$odd" | sed 's/总费用/个人承担部分/')"
    gives "the remembered name twice is asked" 1 'are both called so; say which it is with --map "#' \
        "$fp" import db medical twice.csv $sep --replaces 4
}

# ---------------------------------------------------------------- listed, forgotten
gives "list" 0 "社保卡对应号=cid" "$fp" layout db list
gives "list, JSON" 0 '"map":["社保卡对应号=cid"' "$fp" layout db list --json
id=$("$fp" layout db list --json | tr '{' '\n' | sed -n 's/.*"id":\([0-9]*\),"dataset":"medical","sender":"医保局".*/\1/p' | head -n 1)
gives "forget" 0 "is forgotten" "$fp" layout db forget "$id" --by 王
gives "forget twice" 1 "no layout $id in force" "$fp" layout db forget "$id"
gives "forget: a word" 2 "is not the number of a layout" "$fp" layout db forget x
gives "list: the forgotten one" 0 "李" "$fp" layout db list --all
gives "whole" 0 "" "$fp" check db

# ---------------------------------------------------------------- taken over by another data folder
"$fp" layout db list --json >layouts.json
"$fp" layout db list --all --json >all.json
new() { "$fp" init "$1" --policy "$root/policy/core" "$root/policy/national" "$root/policy/hebei" >out 2>&1; }
plain() { # plain DB: what is remembered there, but for its number, who and when
    "$fp" layout "$1" list --json | sed 's/"id":[0-9]*,//g; s/"by":"[^"]*","known_from":"[^"]*",//g'
}
kept=$("$fp" layout db list --json | tr '{' '\n' | grep -c '"id":')
new tdb && "$fp" import tdb roster gen/2026-08/roster.csv --received 2026-09-05 --errors r.csv >out 2>&1
"$fp" layout tdb list --json | grep -q '"dataset":"roster"'
count "take over: one of the list is there" $?
gives "take over: a dry run" 0 "$((kept - 1)) layouts would be taken in; in force here already: 1" "$fp" layout tdb import layouts.json \
    --dry-run
gives "take over" 0 "$((kept - 1)) layouts taken in; in force here already: 1; not in force where they come from, passed over: 0" \
    "$fp" layout tdb import layouts.json --by 李
[ "$(plain db)" = "$(plain tdb)" ] && [ "$kept" -ge 2 ]
count "take over: the same is remembered" $?
gives "take over: again" 0 '"taken":0,"there":'"$kept" "$fp" layout tdb import layouts.json --json
gives "take over: those that ended are passed over" 0 "passed over: 1." "$fp" layout tdb import all.json
# shellcheck disable=SC2086
gives "take over: the file goes unasked" 0 "个人承担部分 → self_pay" "$fp" import tdb medical other.csv $sep
new wdb
for bad in 's/self_pay/no_such_field/' 's/社保卡对应号=/没有这列=/' 's/"dataset":"medical"/"dataset":"none"/' 's/"header":/"heads":/' \
    's/=cid"/"/' 's/]$//'; do
    sed "$bad" layouts.json >bad.json
    gives "take over, wrong: $bad" 1 "bad.json" "$fp" layout wdb import bad.json
done
gives "take over: which one, and why" 1 "nothing was taken in" sh -c "sed 's/self_pay/no_such_field/' layouts.json >bad.json
    '$fp' layout wdb import bad.json"
says "take over: why" 'has no field "no_such_field"'
"$fp" layout db look m08.csv --json >look.json
gives "take over: another kind of JSON" 1 "no list of layouts" "$fp" layout wdb import look.json
gives "take over: no JSON" 1 "no list of layouts" "$fp" layout wdb import m08.csv
gives "take over: no file" 1 "none.json" "$fp" layout wdb import none.json
gives "take over: nothing of it was stored" 0 "No layout is remembered" "$fp" layout wdb list

# ---------------------------------------------------------------- --map and several files
new sdb && "$fp" import sdb roster gen/2026-08/roster.csv --received 2026-09-05 --errors r.csv >out 2>&1
# shellcheck disable=SC2086
{
    days="--covers 2025-08-01..2026-08-31 --received 2026-09-05"
    gives "several: asked" 1 "1 of 2 files were not taken in" "$fp" import sdb medical m08.csv housing gen/2026-08/housing.csv \
        $days --dry-run
    gives "several: none has the column" 1 "none of the files has this column" "$fp" import sdb medical m08.csv \
        housing gen/2026-08/housing.csv $days --map 没有这列=cid
    gives "several: the dataset has no such field" 1 "none of the files has this column" "$fp" import sdb medical m08.csv \
        housing gen/2026-08/housing.csv $days --map 社保卡对应号=grade_of_nothing
    gives "several: nothing was taken in" 0 "1  roster" "$fp" deliveries sdb
    silent "several: nothing was taken in" "medical"
    gives "several: a number of a column" 2 "speaks of one file" "$fp" import sdb medical m08.csv housing \
        gen/2026-08/housing.csv $days --map '#2=cid'
    gives "several: said" 0 "社保卡对应号 → cid" "$fp" import sdb medical m08.csv housing gen/2026-08/housing.csv $days \
        --map 社保卡对应号=cid --map 个人承担部分=self_pay --sender 各局
    says "several: of the one file" "20 rows = 19 matched"
    says "several: the other one as ever" "housing: gen/2026-08/housing.csv"
    [ "$("$fp" layout sdb list --json | tr '{' '\n' | grep -c '"map":\["')" = 1 ]
    count "several: remembered for the one file" $?
    mkdir both && cp m09.csv both/医保9月.csv && cp gen/2026-09/housing.csv both/住房.csv
    gives "folder: none has the column" 1 "none of the files has this column" "$fp" import sdb both --received 2026-10-05 \
        --covers 2026-09 --map 没有这列=cid
    gives "folder: of one dataset, said" 1 "社保卡对应号 → cid" "$fp" import sdb medical both --received 2026-10-05 --covers 2026-09 \
        --map 社保卡对应号=cid --map 个人承担部分=self_pay
    mkdir clear && sed 's/社保卡对应号/身份证号/' m09.csv >clear/医保9月.csv && cp gen/2026-09/housing.csv clear/住房.csv
    new zdb && "$fp" import zdb roster gen/2026-08/roster.csv --received 2026-09-05 --errors r.csv >out 2>&1
    gives "folder: each its dataset" 0 "2 files = 2 taken in" "$fp" import zdb clear --received 2026-10-05 --covers 2026-09 \
        --map 个人承担部分=self_pay
    says "folder: said" "个人承担部分 → self_pay"
}
gives "map: no choice" 2 "write COLUMN=FIELD" "$fp" import db medical m08.csv --map cid

# ---------------------------------------------------------------- the list of errors comes back
"$fp" init rdb --policy "$root/policy/core" "$root/policy/national" "$root/policy/hebei" >out 2>&1 &&
    "$fp" import rdb roster gen/2026-08/roster.csv --received 2026-09-05 --errors r.csv >out 2>&1
count "returned: data folder" $?
awk -F, 'NR > 1 && $3 != "" && length($3) == 18 && !seen[$3]++ { print $3 "," $2 }' gen/2026-08/roster.csv | head -n 6 >people
{
    printf '医保结算明细表,,,,,\n单位：万元,,,,,\n结算编号,身份证号,姓名,结算日期,就诊类别,个人自付\n'
    awk -F, '{ id = $1; name = $2; day = "2026-08-0" NR; kind = "住院"; pay = "0.5"
        if (NR == 2) id = substr(id, 1, 17) "?"; if (NR == 3) day = "不详"; if (NR == 4) name = "别人"; if (NR == 5) pay = "半价"
        printf "J%d,%s,%s,%s,%s,%s\n", NR, id, name, day, kind, pay }' people
} >sent.csv
gives "returned: first sent" 0 "6 rows = 2 matched" "$fp" import rdb medical sent.csv --covers 2026-08 --received 2026-09-05 \
    --errors back.csv
head -n 1 back.csv | grep -q '个人自付（万元）,回传键'
count "returned: the unit of the title goes with it" $?
name4=$(sed -n 4p people | cut -d, -f2)
id2=$(sed -n 2p people | cut -d, -f1)
# the sender mends three of four
sed "s/,J2,[^,]*,/,J2,$id2,/; s/,不详,住院,0.5/,2026-08-03,住院,0.5/; s/,别人,/,$name4,/" back.csv >mended.csv
gives "returned: recognised" 0 "3 rows are right now, 1 still are not" "$fp" import rdb medical mended.csv --dry-run --errors still.csv
says "returned: a dry run stores nothing" "Nothing was stored"
gives "returned: taken in" 0 "3 rows are right now, 1 still are not" "$fp" import rdb medical mended.csv --received 2026-09-08 \
    --errors still.csv
[ "$(wc -l <still.csv)" = 2 ] && grep -q ',半价,.*,2-8' still.csv
count "returned: the one that is still wrong, with its key" $?
"$fp" status rdb --json >out 2>&1
grep -q '"dataset":"medical","file":"sent.csv".*"rows":6,"matched":5,.*"refused":1' out
count "returned: no row twice" $?
gives "returned: again" 0 "taken in before" "$fp" import rdb medical mended.csv --errors e2.csv
sed 's/半价/0.5/g' still.csv >mended2.csv
gives "returned: the last one" 0 "1 rows are right now, 0 still are not" "$fp" import rdb medical mended2.csv --errors e2.csv
{ cat mended.csv; echo; } >mended3.csv
gives "returned: what was mended before" 0 "4 rows were mended before" "$fp" import rdb medical mended3.csv --errors e2.csv
sed 's/,2-8/,2-4/' still.csv >strange.csv
gives "returned: the key of another line" 1 "is not one that was sent" "$fp" import rdb medical strange.csv --errors e2.csv
sed 's/,2-8/,x/' still.csv >nokey.csv
gives "returned: a key that was not sent" 1 "is not one that was sent" "$fp" import rdb medical nokey.csv --errors e2.csv
gives "returned: of another dataset" 1 "of another dataset" "$fp" import rdb school still.csv --errors e2.csv
# the same as a spreadsheet
sed 's/2026-08/2026-09/' sent.csv >sent2.csv
gives "spreadsheet: sent" 0 "listed in back.xlsx" "$fp" import rdb medical sent2.csv --covers 2026-09 --received 2026-10-05 \
    --errors back.xlsx
unzip -p back.xlsx xl/worksheets/sheet1.xml >sheet.xml 2>out && grep -q 'hidden="1"' sheet.xml && unzip -l back.xlsx | grep -q comments
count "spreadsheet: a hidden column and notes" $?
gives "spreadsheet: comes back as it was sent" 0 "0 rows are right now, 4 still are not" "$fp" import rdb medical back.xlsx \
    --errors back2.csv
cut -d, -f1 back2.csv | tail -n 4 | tr '\n' ' ' | grep -qx '5 6 7 8 '
count "spreadsheet: the same lines" $?
if command -v zip >/dev/null; then
    mkdir x && (cd x && unzip -q ../back.xlsx && find . -name '*.xml' -exec sed -i 's/半价/0.5/' {} + && zip -qr ../mended.xlsx .)
    gives "spreadsheet: mended" 0 "1 rows are right now, 3 still are not" "$fp" import rdb medical mended.xlsx --errors back3.xlsx
    gives "spreadsheet: counted once" 0 '"rows":6,"matched":3' "$fp" status rdb --json
fi
gives "returned: whole" 0 "" "$fp" check rdb

# ---------------------------------------------------------------- the monitoring system's own export
"$fp" generate nat --people 600 --county 130725 --seed 4 --months 1 --export >out 2>&1
count "export: made" $?
[ "$(sed -n 3p nat/2026-08/export.csv | tr ',' '\n' | wc -l)" -gt 170 ]
count "export: more than 170 columns" $?
"$fp" init ndb --policy "$root/policy/core" "$root/policy/national" "$root/policy/hebei" >out 2>&1
count "export: data folder" $?
n=$(($(wc -l <nat/2026-08/export.csv) - 3))
gives "export: roster and facts in one command" 0 "object_form: nat/2026-08/export.csv" "$fp" import ndb \
    roster+member_form+household_form+object_form+work_form nat/2026-08/export.csv --covers 2026-08 --received 2026-09-05
says "export: below two titles" "Header in line 3, below 2 title rows."
says "export: the roster" "$n rows = $n matched"
says "export: a household once" "rows repeat what another row says of the same person; counted once"
says "export: values in no list" "主要燃料类型: 沼气 "
says "export: columns of no field" "扩展信息项46"
[ "$("$fp" deliveries ndb | grep -c 'in force')" = 5 ]
count "export: five deliveries" $?
gives "export: values in no list, JSON" 0 '"unknown_values":[{"column":' "$fp" import ndb household_form \
    nat/2026-08/export.csv --covers 2026-07 --dry-run --json
says "export: values in no list, counted" '"value":"沼气","count":'
gives "export: a field that none of the datasets has" 1 "none of the datasets" "$fp" import ndb roster+member_form \
    nat/2026-08/export.csv --map a=b
sed '2,3s/是否参加大病保险/大病险情况/' nat/2026-08/export.csv >renamed.csv
field=$("$fp" import ndb member_form nat/2026-08/export.csv --covers 2026-07 --dry-run | sed -n 's/.*是否参加大病保险 → //p')
gives "export: a column said for the dataset that has the field" 0 "大病险情况 → $field" "$fp" import ndb \
    member_form+household_form renamed.csv --covers 2026-07 --map "大病险情况=$field" --dry-run
[ -n "$field" ]
count "export: there is such a field" $?
gives "export: a dataset nobody declares" 1 "no book declares" "$fp" import ndb roster+nothing nat/2026-08/export.csv

# ---------------------------------------------------------------- places by name
sed -E '1s/行政区划代码/省,市,县/; s/,1307[0-9]{8},/,河北省,张家口市,尚义县,/' gen/2026-08/roster.csv >named.csv
"$fp" init pdb --policy "$root/policy/core" "$root/policy/national" "$root/policy/hebei" >out 2>&1
gives "places: a roster without codes" 0 "省 + 市 + 县 + 乡镇 + 村名 → division" "$fp" import pdb roster named.csv --received 2026-09-05 --errors n.csv
"$fp" import pdb medical gen/2026-08/medical.csv --received 2026-09-06 --covers 2025-08-01..2026-08-31 --errors e.csv >out 2>&1
"$fp" screen pdb --as-of 2026-08-31 --known-at 2026-09-30 --findings by-name.csv >out 2>&1
count "places: screened" $?
"$fp" init cdb --policy "$root/policy/core" "$root/policy/national" "$root/policy/hebei" >out 2>&1
"$fp" import cdb roster gen/2026-08/roster.csv --received 2026-09-05 --errors n.csv >out 2>&1
"$fp" import cdb medical gen/2026-08/medical.csv --received 2026-09-06 --covers 2025-08-01..2026-08-31 --errors e.csv >out 2>&1
"$fp" screen cdb --as-of 2026-08-31 --known-at 2026-09-30 --findings by-code.csv >out 2>&1
[ "$(wc -l <by-code.csv)" -gt 5 ] && cmp by-name.csv by-code.csv
count "places: the same findings as with codes" $?
sed '3s/,[^,]*镇,/,没有镇,/; 4s/尚义县/不详县/' named.csv >odd.csv
"$fp" init odb --policy "$root/policy/core" "$root/policy/national" "$root/policy/hebei" >out 2>&1
gives "places: unknown ones are refused and listed" 0 "+ 2 refused" "$fp" import odb roster odd.csv --received 2026-09-05 --errors o.csv
says "places: by their names" "乡镇: 没有镇 1"
grep -q '没有镇.*no place of this name' o.csv
count "places: in the list of errors" $?
sed -E '1s/行政区划代码,//; s/,1307[0-9]{8},/,/' gen/2026-08/roster.csv >few.csv
gives "places: by township and village within the division that is given" 0 "+ 0 refused" "$fp" import odb roster few.csv \
    --division 130725 --received 2026-09-06 --replaces 1 --dry-run --errors f.csv

end
