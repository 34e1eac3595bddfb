#!/bin/sh
# Files whose names and ID numbers do not stand side by side, and files of another county: told, asked about, and never
# believed. Run by make check. FANGPIN names another program to test.
set -u
cd "$(dirname "$0")/.." || exit 3
. tests/lib.sh
export FANGPIN_TODAY=2026-11-21

"$fp" generate gen --people 1500 --county 610724 --seed 3 >out 2>&1
count "data" $?
"$fp" init db --policy "$root/policy" >out 2>&1 &&
    "$fp" import db roster gen/2026-08/roster.csv --received 2026-09-05 --errors r.csv >out 2>&1
count "set up" $?

# 400 people who have a number in order, household by household: number, name.
sed 's/^\xEF\xBB\xBF//; s/\r$//' gen/2026-08/roster.csv | awk -F, '
    NR == 1 { for (i = 1; i <= NF; i++) { if ($i == "证件号码") id = i; if ($i == "姓名") name = i }; next }
    length($id) == 18 && $id !~ /[^0-9X]/ && $name !~ /[ -~]/ && n++ < 400 { print $id "," $name }' >people
count "people" "$([ "$(wc -l <people)" = 400 ]; echo $?)"
# rows FROM BY: the names of the lines from FROM on are those of BY lines further down
rows() {
    awk -F, -v from="$1" -v by="$2" '{ id[NR] = $1; name[NR] = $2 } END {
        print "身份证号,姓名,结算日期,就诊类别,医疗机构,疾病名称,总费用,统筹支付,大病保险支付,医疗救助,个人自付,结算编号"
        for (i = 1; i <= NR; i++)
            printf "%s,%s,2026-09-%02d,住院,县医院,感冒,200,100,0,0,100,S%05d\n", id[i],
                name[(i >= from && i + by <= NR) ? i + by : i], 1 + i % 28, i }' people
}
# shellcheck disable=SC2034
medical="--received 2026-10-05 --covers 2026-09-01..2026-09-30 --errors e.csv"
rows 401 0 >right.csv
rows 1 1 >slip1.csv
rows 201 2 >slip2.csv
rows 381 1 >few.csv
rows 398 1 >three.csv
awk -F, 'NR > 1 { name[NR] = $2 } { row[NR] = $0 } END {
    print row[1]; for (i = 2; i <= NR; i++) { split(row[i], c, ","); sub(c[2], name[NR + 2 - i], row[i]); print row[i] } }' \
    right.csv >sorted.csv

import() { # import FILE [OPTION…]
    file=$1
    shift
    # shellcheck disable=SC2086
    "$fp" import db medical "$file" $medical "$@"
}
gives "the right one" 0 "Warning" sh -c "'$fp' import db medical right.csv $medical --dry-run; echo Warning"
silent "the right one: no warning" "other names"
gives "slipped by a line" 1 "IDs stand beside the name of the ID one or two rows below (first in line " import slip1.csv
says "slipped by a line: the way on" "--as-written"
gives "slipped by two lines, half of it" 1 "a column slipped by a line" import slip2.csv
gives "a few" 1 "(first in line 38" import few.csv
gives "a few, in Chinese" 1 "有一列错开了行" env FANGPIN_LANG=zh "$fp" import db medical few.csv --received 2026-10-05
gives "three rows only are not refused" 0 "400 rows = " import three.csv --dry-run
gives "sorted by itself" 1 "was the column sorted by itself" import sorted.csv
gives "meant so" 0 "known IDs stand with other names (the first in line " import slip1.csv --as-written
says "meant so: slipped" "rows have the name of the ID one or two rows away"
"$fp" param db set match_precision 99.9% --by x --document y >out 2>&1
gives "a relative's number is not believed there" 0 "Linked: 0 automatically" "$fp" match db auto
"$fp" match db list --json 2>/dev/null | tr '{' '\n' >waiting
for row in $(sed -n 's/.*"delivery":\([0-9]*\),"line":\([0-9]*\).*/\1:\2/p' waiting | head -n 12); do
    "$fp" match db show "$row"
done >shown 2>&1
gives "why" 0 "numbers and names of this file do not stand side by side" cat shown
json "JSON" "$fp" import db medical slip1.csv --received 2026-10-05 --covers 2026-08-01..2026-09-30 --as-written --adds \
    --errors e.csv --json
says "JSON: other names" '"other_names":'
# ---------------------------------------------------------------- another county's file
"$fp" generate there --people 300 --county 130725 --seed 9 >out 2>&1
count "another county" $?
sed 's/^\xEF\xBB\xBF//; s/\r$//' there/2026-08/roster.csv | awk -F, '
    NR == 1 { for (i = 1; i <= NF; i++) { if ($i == "证件号码") id = i; if ($i == "姓名") name = i }; next }
    length($id) == 18 && $id !~ /[^0-9X]/ && $name !~ /[ -~]/ && n++ < 150 { print $id "," $name }' >others
head -n 3 people >mixed && cat others >>mixed && mv people ours && mv mixed people
rows 999 0 >there.csv
head -n 80 ours >people && head -n 70 others >>people
rows 999 0 >half.csv
gives "its days are not taken as delivered" 1 "given out elsewhere (133 in 130725)" import there.csv
says "its way on" "--division CODE (130725000000"
gives "nor as this county's" 1 "is it the file of that county" import there.csv --division 610724
gives "as that county's" 0 "rows = 3 matched" import there.csv --division 130725 --dry-run
gives "meant so, of here" 0 "rows = 3 matched" import there.csv --division 610724 --as-written --adds --dry-run
gives "half of its rows are of here" 0 "150 rows = 80 matched" import half.csv --adds --dry-run

end
