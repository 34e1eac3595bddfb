#!/bin/sh
# Rows that waited and were linked later count as those matched at import: the national export, with the heads' numbers
# damaged in some lines, linked by judgement and by hand, gives the findings of the same file with the right numbers;
# undone, un-merged and withdrawn it gives those of before. Run by make check. FANGPIN names another program to test.
set -u
cd "$(dirname "$0")/.." || exit 3
. tests/lib.sh
export FANGPIN_TODAY=2026-12-09

"$fp" generate nat --people 1000 --county 130725 --seed 4 --months 1 --export >out 2>&1
count "made" $?
# No commas within cells; the members' own telephones; what the object form alone has is blank for who is not monitored.
awk -F'"' -v OFS= '{ for (i = 2; i <= NF; i += 2) gsub(",", "、", $i); sub("\r$", ""); $1 = $1; print }' nat/2026-08/export.csv |
    awk -F, -v OFS=, 'NR == 3 { for (i = 1; i <= NF; i++) { if ($i == "监测对象类别") kind = i; if ($i == "致贫返贫风险") from = i
        if ($i == "消除时人均纯收入") to = i; if ($i == "联系电话") tel = i; if ($i == "户主证件号码") head = i } }
        NR > 3 { $tel = "138" 10000000 + NR; if ($kind == "") for (i = from; i <= to; i++) $i = "" } NR < 4 || $head != "" { print }' >right.csv
# Of eight households: one's first line, which is its head's own, another's every line, another's second, another's all but the
# first have a head's number with a digit that is wrong.
awk -F, -v OFS=, 'NR == 3 { for (i = 1; i <= NF; i++) if ($i == "户主证件号码") head = i }
    NR > 3 { if ($1 "" != home) { home = $1 ""; household++; line = 0 } line++; kind = household % 8
        if (length($head) == 18 && (kind == 1 && line == 1 || kind == 3 || kind == 5 && line == 2 || kind == 7 && line > 1))
            $head = substr($head, 1, 15) (substr($head, 16, 1) + 1) % 10 substr($head, 17) }
    { print }' right.csv >wrong.csv
damaged=$(diff right.csv wrong.csv | grep -c '^>')
[ "$damaged" -gt 150 ]
count "lines with a damaged number: $damaged" $?
new() { # new DB FILE: the shipped books, the roster, and the two forms about households
    "$fp" init "$1" --policy "$root/policy/core" "$root/policy/national" "$root/policy/hebei" "$root/policy/checks" \
        "$root/policy/example-checks" >out 2>&1 &&
        "$fp" import "$1" roster right.csv --received 2026-09-05 >out 2>&1 &&
        "$fp" import "$1" object_form+household_form "$2" --covers 2026-08 --received 2026-09-05 >out 2>&1 &&
        "$fp" param "$1" set match_precision 95% --by 甲 --document 1 >out 2>&1
    count "data folder $1" $?
}
hits() { # hits DB: of every check and rule of households what it finds and cannot judge
    "$fp" checks "$1" --as-of 2026-08-31 --all --json 2>out | tr '{' '\n' |
        sed -n 's/.*"rule":"\([^"]*\)".*"hits":\([0-9]*\).*"cannot_judge":\([0-9]*\).*/\1 \2 \3/p' | LC_ALL=C sort
}
all() { # all DB: hits, and the findings one by one; on another day each time
    day=$((${day:-9} + 1))
    export FANGPIN_TODAY=2026-12-$day
    hits "$1"
    "$fp" screen "$1" --as-of 2026-08-31 --findings f.csv >out 2>&1 && LC_ALL=C sort f.csv
    : >out
}
same() { # same NAME FILE FILE
    diff "$2" "$3" >out
    count "$1" $?
}
new rdb right.csv
new wdb wrong.csv
# Heads whose number the roster does not have wait in both; linked they are the same.
"$fp" match rdb auto --by 甲 >out 2>&1
all rdb >right
all wdb >before
[ "$(diff right before | grep -c '^[<>]')" -gt 10 ]
count "while they wait other things are found" $?

# ---------------------------------------------------------------- by judgement
gives "linked by judgement" 0 " automatically" "$fp" match wdb auto --by 甲
linked=$("$fp" match wdb links --json | grep -o '"how"' | wc -l)
[ "$linked" -ge "$damaged" ]
count "all are linked: $linked" $?
all wdb >linked
same "linked by judgement they count as matched" right linked
for db in rdb wdb; do "$fp" whatif $db --as-of 2026-08-31 --set income_line@130725=8000 --all --json >$db.w 2>out; done
grep -q '"enters":[1-9]' rdb.w && cmp rdb.w wdb.w >out
count "what-if says the same of both" $?

# ---------------------------------------------------------------- taken back, by hand
home=$(awk -F, 'NR > 3 { if ($1 "" != home) { home = $1 ""; n++ } if (n == 3) { print $1; exit } }' right.csv)
rows=$("$fp" match wdb links --json | tr '{' '\n' | sed -n 's/.*"delivery":3,"line":\([0-9]*\).*/\1/p' | LC_ALL=C sort -n)
first=$(awk -F, -v home="$home" 'NR > 3 && $1 "" == home { print NR }' right.csv | head -n 1)
echo "$rows" | grep -qx "$first"
count "the line of a head is one of them: $first" $?
person=$("$fp" match wdb links --json | tr '{' '\n' | sed -n "s/.*\"delivery\":3,\"line\":$first,\"person\":\([0-9]*\).*/\1/p")
ids=
for line in $(awk -F, -v home="$home" 'NR > 3 && $1 "" == home { print NR }' right.csv); do
    "$fp" match wdb decide "3:$line" not "$person" --by 乙 --reason 问过 >out 2>&1 || count "not his: $line" 1
done
all wdb >without
! diff -q right without >out
count "found not to be the head's, nothing is known of the household" $?
ids=$("$fp" match wdb log --json | grep -o '"id":[0-9]*' | grep -o '[0-9]*')
for id in $ids; do "$fp" match wdb undo "$id" --by 乙 --reason 看错 >out 2>&1; done
for line in $(awk -F, -v home="$home" 'NR > 3 && $1 "" == home { print NR }' right.csv); do
    "$fp" match wdb decide "3:$line" same "$person" --by 乙 --reason 问过 >out 2>&1 ||
        grep -q "has its person already" out || count "his: $line" 1 # as was decided of the line before
done
all wdb >linked
same "linked one by one by hand they count the same" right linked
ids=$("$fp" match wdb log --json | grep -o '"id":[0-9]*,.*"in_force":true' | grep -o '"id":[0-9]*' | grep -o '[0-9]*')
for id in $ids; do "$fp" match wdb undo "$id" --by 乙 --reason 看错 >out 2>&1; done
"$fp" match wdb auto --by 甲 >out 2>&1
all wdb >linked
same "undone, and linked by judgement again" right linked

# ---------------------------------------------------------------- two people one, and two again
other=$((person + 1))
"$fp" match wdb merge "$person" "$other" --by 乙 --reason 试 --anyway >out 2>&1
count "two of the household are one" $?
all wdb >merged
! diff -q right merged >out
count "which changes something" $?
id=$("$fp" match wdb log --json | grep -o '"id":[0-9]*' | tail -n 1 | grep -o '[0-9]*')
"$fp" match wdb undo "$id" --by 乙 --reason 试完 >out 2>&1
all wdb >linked
same "un-merged they count as before" right linked

# ---------------------------------------------------------------- withdrawn, and given again
gives "withdrawn" 0 "is withdrawn" "$fp" withdraw wdb 3 --reason 错 --by 乙
is() { # is NAME GOT WANT
    [ "$2" = "$3" ] || echo "got $2, want $3" >out
    [ "$2" = "$3" ]
    count "$1" $?
}
is "no link of it is left" "$("$fp" match wdb links --json | grep -c '"delivery":3,')" 0
"$fp" import wdb household_form right.csv --covers 2026-08 --received 2026-09-06 >out 2>&1
"$fp" match wdb auto --by 甲 >out 2>&1
all wdb >linked
same "given again with the right numbers" right linked
gives "the data folder is sound" 0 "is sound" "$fp" check wdb

# ---------------------------------------------------------------- mended by the sender
export FANGPIN_TODAY=2026-12-09
new mdb wrong.csv
for form in household_form object_form; do # the damaged numbers as they should be, by the members' own
    awk -F, -v OFS=, 'FNR == 1 { file++ } file == 1 && FNR < 4 { if (FNR == 3) for (i = 1; i <= NF; i++) if ($i == "户主证件号码") head = i }
        file == 1 { of[$3 "/" $2] = $head } file == 2 && FNR == 1 { for (i = 1; i <= NF; i++) { if ($i == "户主证件号码") at = i
            if ($i == "证件号码") own = i; if ($i == "姓名") name = i } }
        file == 2 && FNR > 1 && ($own "/" $name) in of { $at = of[$own "/" $name] } file == 2 { print }' right.csv \
        wrong.csv.$form.errors.csv >$form.csv
    gives "mended: $form" 0 "rows are right now" "$fp" import mdb $form.csv --received 2026-09-07
done
"$fp" match mdb auto --by 甲 >out 2>&1
all mdb >mended
same "mended by the sender they count as matched" right mended
end
