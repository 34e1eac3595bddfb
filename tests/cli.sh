#!/bin/sh
# The program as users and scripts meet it: a small county's files and tiny hand-made ones, from init to
# explain, with the mistakes people make. Run by make check. FANGPIN names another program to test (default:
# the release build).
set -u
cd "$(dirname "$0")/.." || exit 3
. tests/lib.sh

# ---------------------------------------------------------------- usage
gives "help" 0 "screen" "$fp" help
gives "no arguments" 0 "fangpin help COMMAND" "$fp"
gives "help on a command" 0 "--covers FROM..TO" "$fp" help import
gives "help on a group" 0 "policy test DIR" "$fp" help policy
gives "option help" 0 "--with-unknown" "$fp" screen --help
gives "help on nothing" 2 "there is no command" "$fp" help nothing
gives "version" 0 "format" "$fp" version
gives "unknown command" 2 'Did you mean "screen"' "$fp" scren db
gives "unknown sub-command" 2 "policy check DIR" "$fp" policy chek x
gives "unknown option" 2 "Did you mean --as-of" "$fp" screen db --asof 2026-08-31
gives "missing option" 2 "--as-of DATE is missing" "$fp" screen db
gives "missing value" 2 "needs a value" "$fp" screen db --as-of
gives "option twice" 2 "given twice" "$fp" screen db --as-of 2026-08-31 --as-of 2026-08-31
gives "bad date" 2 "is not a date" "$fp" screen db --as-of 2026-02-30
gives "bad division" 2 "division code" "$fp" param db set a 1 --division 99x --by a --document b
gives "bad number" 2 "whole number" "$fp" import db roster f --replaces x
gives "bad period" 2 "is not a period" "$fp" import db roster f --covers 2026-08-31..2026-08-01
gives "too many arguments" 2 "too many" "$fp" status a b
gives "too few arguments" 2 "argument is missing" "$fp" import db roster
gives "both --adds and --replaces" 2 "exclude each other" "$fp" import db roster f --adds --replaces 1
gives "Chinese" 2 "没有命令" "$fp" --lang zh scren
gives "--lang after" 2 "缺少" "$fp" screen db --lang zh
json "version" "$fp" version --json

# ---------------------------------------------------------------- books
mkdir -p books/county books/other bad
cat >books/county/book.md <<'END'
# A county's office
```policy
book small "Small" { jurisdiction 00 issued 2026-01-01 }
codes grade_code "等级" { A "A级" B "B级" C "C级" D "D级" }
dataset roster "花名册" by 乡村振兴局 {
  latest  complete  ground statute "x"
  person by cid, name
  household by hid
  lives in division
  hid text of household "户编号"
  cid text secret "证件号码"
  name text sensitive "姓名"
  born date "出生日期"
  division division of household "行政区划代码" }
dataset medical "医保结算" by 医保局 {
  events monthly by settled_on  complete  due 10 days  ground statute "x"
  person by cid, name
  cid text secret "证件号码"
  name text sensitive "姓名"
  settled_on date "结算日期"
  self_pay yuan >= 0 "个人自付" }
dataset school "学籍" by 教育局 {
  snapshot term  complete  due 15 days  ground statute "x"
  person by cid, name
  cid text secret "证件号码"
  name text sensitive "姓名"
  stage text "学段" }
dataset housing "住房" by 住建局 {
  snapshot monthly  complete  due 10 days  ground statute "x"
  person by cid, name
  cid text secret "证件号码"
  name text sensitive "姓名"
  grade grade_code "等级" }
```
## Illness
```policy
param line "自付线" yuan { set by county  require line >= 100 yuan "至少 100 元" }
feature household.oop "近12个月自付" yuan = sum(self_pay for members.medical where settled_on within 12 months)
rule ill "自付过高" risk orange { when oop >= line }
```
## School
```policy
feature member.age "年龄" int = full_years(born, as_of)
rule out_of_school "适龄未在校" risk red {
  when any(members where age in 6..15 and not any(member.school this term)) }
```
## House
```policy
rule house "危房" risk red { when any(members.housing where grade in {C, D}) }
```
## Example
```policy
example "hit" { given line = 500
  household { member { medical { settled_on = 2026-06-10 self_pay = 600 } } }
  as of 2026-09-30 expect ill }
```
END
cat >books/other/book.md <<'END'
# Province 14
```policy
book province14 "Province" { jurisdiction 14 inherits small issued 2026-02-01 }
override rule house "危房（省）" risk orange { when any(members.housing where grade == D) }
```
END
gives "policy check" 0 "no errors" "$fp" policy check books
gives "policy test" 0 "small" "$fp" policy test books
gives "policy test by name" 0 "small" "$fp" policy test books hit
gives "policy test, no such name" 1 "no example" "$fp" policy test books nothing
gives "policy test on SQL too" 0 "failed: sql" "$fp" policy test books --engines all
gives "policy test, no such engine" 2 "is not all" "$fp" policy test books --engines fast
mkdir none
printf '# None\n\n```policy\nbook none "none" { jurisdiction 00 issued 2026-06-30 }\n```\n' >none/01.md
gives "policy test, no example at all" 1 "these books have no example" "$fp" policy test none
gives "policy check --strict" 1 "go unnoticed by the examples" "$fp" policy check books --strict
says "policy check --strict" "suggested example:"
gives "policy diff of the same" 0 "Nothing changed" "$fp" policy diff books books
cp -r books books-b
sed -i "s/risk orange/risk red/" books-b/county/book.md
gives "policy diff" 0 "changed rule ill" "$fp" policy diff books books-b
json "policy diff" "$fp" policy diff books books-b --json
gives "policy diff, no such folder" 1 "not a folder" "$fp" policy diff books none-such-books
gives "policy list" 0 "ill" "$fp" policy list books --kind risk
silent "policy list, one kind" "line "
gives "policy list, unknown kind" 2 "is not risk" "$fp" policy list books --kind rsk
json "policy list" "$fp" policy list books --json
json "policy test" "$fp" policy test books --json
gives "policy explain" 0 "EMPTY" "$fp" policy explain ill books
says "policy explain" "medical"
gives "policy explain, override" 0 "province14#Province 14" "$fp" policy explain house books --division 14
says "policy explain, loser" "small#A county's office / House"
gives "policy explain, typo" 1 'Did you mean "house"' "$fp" policy explain hous books
json "policy explain" "$fp" policy explain ill books --json
gives "dump ast" 0 "rule ill" "$fp" policy check books --dump ast
gives "dump ir" 0 "AGG" sh -c '"$0" policy check books --dump=ir | tr a-z A-Z' "$fp"
gives "dump sql" 0 "SELECT" sh -c '"$0" policy check books --dump=sql | tr a-z A-Z' "$fp"
gives "dump of nothing" 2 "is not ast" "$fp" policy check books --dump xml
gives "no such folder" 1 "not a folder" "$fp" policy check nowhere

broken() { # broken NAME TEXT SED: an edit of the book is refused with file:line:col and this text
    mkdir -p bad/b
    sed "$3" books/county/book.md >bad/b/book.md
    cmp -s books/county/book.md bad/b/book.md && { echo "the edit changed nothing" >out; count "$1" 1; return; }
    gives "$1" 1 "$2" "$fp" policy check bad
    grep -qE 'book\.md:[0-9]+:[0-9]+: ' out
    count "$1: position" $?
}
broken "typo in a name" 'oop' 's/when oop >= line/when opp >= line/'
broken "typo in a unit" 'yuan' 's/>= 100 yuan/>= 100 yuann/'
broken "wrong unit" 'unit' 's/when oop >= line/when oop >= 5 person/'
broken "value none, not optional" 'not declared optional' 's/set by county  require/set by county value = none  require/'
broken "value of a wrong unit" 'person' 's/set by county  require/set by county value in 14 = 3 person  require/'
broken "typo in a code" 'C C级' 's/grade in {C, D}/grade in {CC, D}/'
mkdir -p redefine
cp -r books/county redefine/county
mkdir -p redefine/other
sed 's/override rule/rule/' books/other/book.md >redefine/other/book.md
gives "redefined without override" 1 "override" "$fp" policy check redefine

# ---------------------------------------------------------------- init and keys
gives "init with broken books" 1 "nothing was loaded" "$fp" init broken-db --policy bad
[ ! -e broken-db ]
count "init with broken books leaves nothing" $?
gives "init" 0 "A lost key is lost data" "$fp" init db --policy books
[ "$(stat -c %a db.key)" = 600 ]
count "key file mode" $?
gives "init twice" 1 "db" "$fp" init db --policy books
gives "no such db" 1 "nowhere" "$fp" status nowhere
gives "key new" 0 "other.key" "$fp" key new other
gives "key new twice" 1 "other.key" "$fp" key new other
gives "policy check --json" 0 "\"errors\":0" "$fp" policy check "$root/policy" --json
gives "wrong key" 1 "key" "$fp" status db --key other.key
FANGPIN_KEY=$dir/other.key
export FANGPIN_KEY
gives "wrong key by environment" 1 "key" "$fp" status db
unset FANGPIN_KEY

gives "empty: status" 0 "0 " "$fp" status db
gives "empty: deliveries" 0 "Nothing has been delivered" "$fp" deliveries db
gives "empty: screen" 0 "0 households" "$fp" screen db --as-of 2026-08-31 --known-at 2026-09-20
gives "empty: explain" 1 "no household" "$fp" explain db 1 ill
gives "empty: check" 0 "sound" "$fp" check db
gives "upgrade" 0 "nothing to do" "$fp" upgrade db
rm -rf db db.key
"$fp" init db --policy books >/dev/null 2>&1

# ---------------------------------------------------------------- the walk, on two counties of three households
# Synthetic people; 610724 Shaanxi, 140924 Shanxi.
roster() { # roster DIVISION N FIRST-SIX…
    cat >"roster-$1.csv"
}
roster 610724 <<'END'
户编号,证件号码,姓名,出生日期,行政区划代码
S1,610724198501010012,张甲,1985-01-01,610724100201
S1,610724201501010019,张小甲,2015-01-01,610724100201
S2,610724199001010012,李乙,1990-01-01,610724100201
END
roster 140924 <<'END'
户编号,证件号码,姓名,出生日期,行政区划代码
T1,140924198501010017,王丙,1985-01-01,140924100201
T2,140924199001010017,赵丁,1990-01-01,140924100201
END
printf \
    '证件号码,姓名,结算日期,个人自付\n610724198501010012,张甲,2026-07-03,300\n610724199001010012,李乙,2026-08-04,50\n' >medical-610724.csv
printf \
    '证件号码,姓名,结算日期,个人自付\n140924198501010017,王丙,2026-07-03,900\n140924199001010017,赵丁,2026-08-04,50\n' >medical-140924.csv
printf '证件号码,姓名,学段\n610724201501010019,张小甲,小学\n' >school-610724.csv
printf '证件号码,姓名,等级\n610724198501010012,张甲,C\n610724199001010012,李乙,A\n' >housing-610724.csv
printf '证件号码,姓名,等级\n140924198501010017,王丙,C\n140924199001010017,赵丁,D\n' >housing-140924.csv
for f in *-*.csv; do fix_ids "$f"; done
for c in 610724 140924; do gives "roster $c" 0 "matched" "$fp" import db roster roster-$c.csv --received \
    2026-09-05; done

gives "dry run" 0 "nothing was stored" "$fp" import db medical medical-610724.csv --covers \
    2025-08-01..2026-08-31 --received 2026-09-05 --dry-run
gives "unknown dataset" 1 "medicl" "$fp" import db medicl medical-610724.csv
gives "no such file" 1 "nofile.csv" "$fp" import db medical nofile.csv
for c in 610724 140924; do
    gives "medical $c" 0 "2 rows = 2 matched" "$fp" import db medical medical-$c.csv --covers \
        2025-08-01..2026-08-31 --received 2026-09-05
    gives "housing $c" 0 "2 rows = 2 matched" "$fp" import db housing housing-$c.csv --covers 2026-08-31 \
        --received 2026-09-05
done
gives "same file twice" 0 "taken in before" "$fp" import db medical medical-610724.csv --covers \
    2025-08-01..2026-08-31 --received 2026-09-05
sed s/300/301/ medical-610724.csv >m2.csv
gives "overlap" 1 "--replaces" "$fp" import db medical m2.csv --covers 2026-07-01..2026-08-31 \
    --received 2026-09-06
gives "rows of other days" 1 "2 of 2 rows are dated outside" "$fp" import db medical m2.csv \
    --covers 2026-09-01..2026-09-30 --received 2026-10-06
printf '\357\273\277行号,列名,值,原因,x\r\n' >m2.csv.errors.csv.tmp
printf 'mine\n' >roster-610724.csv.errors.csv.tmp
"$fp" import db medical m2.csv --covers 2026-07-01..2026-08-31 --dry-run --received 2026-09-06 >/dev/null 2>&1
[ ! -e m2.csv.errors.csv.tmp ]
count "an error file that a killed import left is removed" $?
"$fp" import db roster roster-610724.csv --dry-run --received 2026-09-06 >/dev/null 2>&1
[ -e roster-610724.csv.errors.csv.tmp ]
count "a file of others is not" $?
"$fp" import db school school-610724.csv --covers 2026-03-01 --received 2026-09-05 >/dev/null 2>&1

# Two columns swapped: names where IDs should be.
awk -F, -v OFS=, 'NR == 1 { print; next } { for (i = 0; i < 4; i++) print $2, $1, $3, $4 }' medical-610724.csv \
    >swapped.csv
gives "two columns swapped" 1 "证件号码" "$fp" import db medical swapped.csv --division 610724 --covers \
    2026-09-01..2026-09-30 --received 2026-10-05
# A GB18030 file cut in the middle of a character.
printf \
    '证件号码,姓名,结算日期,个人自付\n610724198501010012,张甲,2026-09-03,10\n610724199001010012,李乙,2026-09-04,20' >whole.csv
fix_ids whole.csv
if command -v iconv >/dev/null; then
    { iconv -f UTF-8 -t GB18030 whole.csv; printf ',\326'; } >cut.csv
    "$fp" import db medical cut.csv --division 610724 --covers 2026-09-01..2026-09-30 --received 2026-10-05 \
        --dry-run >out 2>&1
    rc=$?
    [ $rc -le 1 ] && grep -qE '[0-9]+ rows|cut|character' out
    count "GB18030 cut mid-character: told ($rc)" $?
fi

gives "parameter list" 0 "EMPTY" "$fp" param db list
says "parameter list" "county"
json "parameter list" "$fp" param db list --json
gives "screen: empty parameter" 0 "parameter line" "$fp" screen db --as-of 2026-08-31 --known-at 2026-09-20 \
    --findings f1.csv
gives "findings into no folder" 3 "cannot be written" "$fp" screen db --as-of 2026-08-31 --known-at 2026-09-20 \
    --findings nowhere/f1.csv
gives "screen --strict" 1 "--strict" "$fp" screen db --as-of 2026-08-31 --known-at 2026-09-20 --strict
grep -q '^S1,house,risk,true,new,red,small#' f1.csv && ! grep -q '^T1,house' f1.csv &&
    grep -q '^T2,house,risk,true,new,orange,province14#' f1.csv
count "one kind of house under two provinces" $?
! grep -q ',ill,' f1.csv
count "a rule with an empty parameter is not run" $?
[ "$(head -n 1 f1.csv)" = "household,rule,kind,verdict,state,severity,clause" ]
count "findings header" $?

gives "parameter typo" 1 'Did you mean "line"' "$fp" param db set lime 200 --by office --document 1
gives "parameter of a wrong unit" 1 "line" "$fp" param db set line "3 person" --by office --document 1
gives "parameter refused by its book" 1 "至少 100 元" "$fp" param db set line 50 --by office --document 1
gives "parameter none, not optional" 1 "not declared optional" "$fp" param db set line none --by office --document 1
gives "parameter none: nothing was set" 0 "EMPTY" "$fp" param db list --division 610724
gives "parameter known from the future" 1 "in the future" "$fp" param db set line 200 --by office --document 1 \
    --received 2099-01-01
gives "parameter without a document" 2 "--document" "$fp" param db set line 200 --by office
gives "parameter for one county" 0 "200 yuan" "$fp" param db set line 200 --division 610724 --by office \
    --document "no. 1" --received 2026-09-21
gives "parameter typed as it is printed" 0 "1,200 元" "$fp" param db set line "1,200 元" --division 610724 --by office \
    --document 1 --lang zh
gives "parameter with a comma in the wrong place" 1 "line" "$fp" param db set line "12,00 元" --division 610724 --by office \
    --document 1
"$fp" param db set line 200 --division 610724 --by office --document 1 >/dev/null 2>&1
gives "parameter list by division" 0 "200 yuan" "$fp" param db list --division 610724
gives "screen: one county's parameter" 0 "parameter line" "$fp" screen db --as-of 2026-08-31 --known-at \
    2026-09-21 --findings f2.csv
grep -q '^S1,ill,risk,true' f2.csv && ! grep -q '^T1,ill' f2.csv
count "the parameter holds in one county only" $?
gives "known-at covers parameters" 0 "known only from" "$fp" screen db --as-of 2026-08-31 --known-at 2026-09-20
"$fp" screen db --as-of 2026-08-31 --known-at 2026-09-21 >/dev/null 2>&1

gives "explain a hit" 0 "medical-610724.csv" "$fp" explain db S1 ill --as-of 2026-08-31 --known-at 2026-09-21
says "explain: value" "300 yuan"
says "explain: clause" "small#A county's office / Illness"
silent "explain: no names" "张甲"
silent "explain: no IDs" "6107241985"
gives "explain a non-hit" 0 "150 yuan" "$fp" explain db S2 ill --as-of 2026-08-31 --known-at 2026-09-21
gives "explain: not run" 0 "line" "$fp" explain db T1 ill --as-of 2026-08-31 --known-at 2026-09-21
gives "explain: loser" 0 "province14" "$fp" explain db T2 house --as-of 2026-08-31 --known-at 2026-09-21
gives "explain: no such household" 1 "no household" "$fp" explain db X1 ill --as-of 2026-08-31 --known-at 2026-09-21
gives "explain: no such rule" 1 "Did you mean" "$fp" explain db S1 ilk
gives "explain in Chinese" 0 "结论" "$fp" explain db S1 ill --lang zh
json "explain" "$fp" explain db S1 ill --json

# What-if: as of August, known at 21 September.
whatif() { # whatif NAME CODE TEXT OPTION…
    name=$1
    code=$2
    text=$3
    shift 3
    gives "$name" "$code" "$text" "$fp" whatif db --as-of 2026-08-31 --known-at 2026-09-21 "$@"
}
whatif "what-if: one county's line" 0 "With a finding: 2 before, 3 after; 1 enter, 0 leave" --set line@140924=900 \
    --out w1.csv
says "what-if: what is tried" "line (自付线) @140924 were 900 yuan; now: not set"
grep -q '^T1,ill,,not run,true$' w1.csv && [ "$(wc -l <w1.csv)" = 2 ]
count "what-if: who enters, by rule" $?
whatif "what-if: two values" 0 "1 enter, 1 leave" --set line@610724=1000 --set line@140924=900 --rule ill \
    --by county,township,cause --out w1.csv
grep -q '^S1,ill,,true,false$' w1.csv && grep -q '^T1,ill,,not run,true$' w1.csv
count "what-if: leaves, and enters where it was not run" $?
whatif "what-if: counts by county" 0 "西乡县" --set line@610724=1000 --by county
whatif "what-if: nobody" 0 "Nobody enters or leaves" --set line@610724=201
whatif "what-if: a value that holds nowhere" 0 "a narrower value holds there" --set line=100
whatif "what-if: no such parameter" 1 'Did you mean "line"' --set lime=100
whatif "what-if: wrong unit" 1 "line cannot be" --set "line=3 person"
whatif "what-if: refused by its book" 1 "至少 100 元" --set line=50
whatif "what-if: unknown division" 1 "no division 619999000000" --set line@619999=100
whatif "what-if: bad division" 2 "is not a division code" --set line@xx=100
whatif "what-if: no value" 2 "write NAME=VALUE" --set line
whatif "what-if: nothing changed" 2 "say what is changed"
whatif "what-if: both" 2 "say what is changed" --set line=100 --policy books
whatif "what-if: no such group" 2 "none of county" --set line=100 --by village
whatif "what-if: no such rule" 1 "Did you mean" --set line=100 --rule ilk
whatif "what-if: a parameter that no rule counted reads" 0 "No rule that counts here reads what is changed" \
    --set line@610724=1000 --rule house
whatif "what-if: the same books" 0 "0 enter, 0 leave" --policy books
mkdir -p whatif-books/county && cp -r books/other whatif-books/
sed 's/grade in {C, D}/grade == D/' books/county/book.md >whatif-books/county/book.md
whatif "what-if: other books" 0 "0 enter" --policy whatif-books --out w1.csv
grep -q '^S1,house,,true,false$' w1.csv
count "what-if: other books, who leaves" $?
whatif "what-if: books with errors" 1 "errors" --policy bad
whatif "what-if: into no folder" 3 "cannot be written" --set line=100 --out nowhere/w.csv
json "what-if" "$fp" whatif db --as-of 2026-08-31 --known-at 2026-09-21 --set line@610724=140 \
    --by county,township,category,cause --json
gives "what-if without a day" 2 "--as-of DATE is missing" "$fp" whatif db --set line=100
gives "what-if stores nothing" 0 "200 yuan" "$fp" param db list --division 610724

# No output over the key, the data, the file itself or anything that is not fangpin's.
kept() { # kept NAME FILE COMMAND…: refused, and the file is as before
    name=$1
    file=$2
    cp "$file" before
    shift 2
    "$@" >out 2>&1
    rc=$?
    { [ $rc = 1 ] || [ $rc = 2 ]; } && grep -q "another file" out && cmp -s before "$file"
    count "$name (exit $rc)" $?
}
printf 'a letter\n' >letter.txt
ln -s letter.txt letter-link.csv
ln -s db db-link
cp db.key key.tmp
at="--as-of 2026-08-31 --known-at 2026-09-21"
bad="medical swapped.csv --division 610724 --covers 2026-09-01..2026-09-30 --dry-run"
# shellcheck disable=SC2086
{
    kept "findings over the key" db.key "$fp" screen db $at --findings db.key
    kept "findings over the key, linked" db.key "$fp" screen db-link --key ./db.key $at --findings "$dir/db.key"
    kept "findings over the database" db/fangpin.db "$fp" screen db $at --findings db/fangpin.db
    kept "findings into the data, by a link" db/fangpin.db "$fp" screen db $at --findings db-link/f.csv
    [ ! -e db/f.csv ]
    count "nothing came into the data folder" $?
    kept "findings first written over the key" key.tmp "$fp" screen db --key key.tmp $at --findings key
    kept "findings over a letter" letter.txt "$fp" screen db $at --findings letter.txt
    kept "findings through a link" letter.txt "$fp" screen db $at --findings letter-link.csv
    kept "what-if over a letter" letter.txt "$fp" whatif db $at --set line=100 --out letter.txt
    kept "findings over a folder" letter.txt "$fp" screen db $at --findings books
    kept "errors over the file itself" swapped.csv "$fp" import db $bad --errors swapped.csv
    kept "errors over the key" db.key "$fp" import db $bad --errors db.key
    kept "errors over findings" f1.csv "$fp" import db $bad --errors f1.csv
    kept "errors into the data" db/fangpin.db "$fp" import db $bad --errors db/e.csv
    kept "generated files into the data" db/fangpin.db "$fp" generate db/gen --people 2000 --county 610724
}
printf '证件号码,姓名,结算日期,个人自付\n610724196501010012,孙戊,2026-09-03,1\n' >stranger.csv
fix_ids stranger.csv
for i in first again; do
    gives "errors over older errors, $i" 0 "own-errors.csv" "$fp" import db medical stranger.csv --division 610724 \
        --covers 2026-09-01..2026-09-30 --received 2026-10-05 --errors own-errors.csv --dry-run
done
grep -q 孙戊 own-errors.csv
count "errors over older errors: written" $?
cp letter.txt swapped.csv.errors.csv
kept "errors beside the file over a letter" swapped.csv.errors.csv "$fp" import db medical swapped.csv --division \
    610724 --covers 2026-09-01..2026-09-30
rm swapped.csv.errors.csv
: >fresh.csv
gives "findings over an empty file" 0 "fresh.csv" "$fp" screen db --as-of 2026-08-31 --known-at 2026-09-21 \
    --findings fresh.csv

# September: medical comes for one county only, the school roll of the term does not come at all.
printf '证件号码,姓名,结算日期,个人自付\n610724199001010012,李乙,2026-09-04,400\n' >medical-9.csv
fix_ids medical-9.csv
gives "September medical" 0 "1 matched" "$fp" import db medical medical-9.csv --division 610724 --covers 2026-09 \
    --received 2026-10-05
for c in 610724 140924; do
    sed 's/$//' housing-$c.csv >housing9-$c.csv
    printf '\n' >>housing9-$c.csv
    "$fp" import db housing housing9-$c.csv --division $c --covers 2026-09 --received 2026-10-05 >/dev/null 2>&1
done
"$fp" param db set line 100 --division 140924 --by office --document "no. 2" --received 2026-10-01 >/dev/null 2>&1
gives "screen of September" 0 "Compared with" "$fp" screen db --as-of 2026-09-30 --known-at 2026-10-20 \
    --findings f3.csv --with-unknown
says "month missing: named" "2026-09"
grep -q '^S1,ill,risk,true,still,' f3.csv && grep -q '^S2,ill,risk,true,new,' f3.csv
count "states: still, new" $?
grep -q '^S1,out_of_school,risk,unknown,,' f3.csv
count "school roll late: cannot judge" $?
grep -qE '^T2,ill,risk,unknown,,' f3.csv
count "month missing for one county only" $?
gives "school roll late: explained" 0 "2026-09" "$fp" explain db S1 out_of_school --as-of 2026-09-30 --known-at \
    2026-10-20
gives "replay" 0 "replay" "$fp" screen db --as-of 2026-08-31 --known-at 2026-09-21
gives "as-of after known-at" 1 "--known-at" "$fp" screen db --as-of 2026-09-30 --known-at 2026-09-01

# A delivery withdrawn.
id=$("$fp" deliveries db | awk '$2 == "medical" && /2026-10-05/ { print $1; exit }')
gives "withdraw needs a reason" 2 "--reason" "$fp" withdraw db "$id"
gives "withdraw nothing" 1 "9999" "$fp" withdraw db 9999 --reason x
gives "withdraw" 0 "is withdrawn" "$fp" withdraw db "$id" --reason "wrong month"
gives "deliveries after it" 0 "wrong month" "$fp" deliveries db
gives "withdraw twice" 1 "$id" "$fp" withdraw db "$id" --reason again
json "deliveries" "$fp" deliveries db --json
json "status" "$fp" status db --json
json "screen" "$fp" screen db --as-of 2026-09-30 --known-at 2026-10-20 --json
json "check" "$fp" check db --json
gives "check" 0 "sound" "$fp" check db

# Books, keys, divisions.
sed 's/>= line }/>= line * 2 }/' books/county/book.md >book2.md
mkdir -p books2/county && cp -r books/other books2/ && cp book2.md books2/county/book.md
cp -r books books-c
sed -i "s/when oop >= line/when oop >= 0 yuan/" books-c/county/book.md
gives "policy diff on a db" 0 "when: oop >= line  =>  oop >= 0" "$fp" policy diff books books-c --db db --as-of 2026-08-31
says "policy diff on a db: who enters" "enter"
says "policy diff on a db: by rule and county" "ill "
gives "policy diff on a db: the same books" 0 "nobody enters or leaves" "$fp" policy diff books books --db db --as-of 2026-08-31
json "policy diff on a db" "$fp" policy diff books books-c --db db --as-of 2026-08-31 --json
gives "policy diff: --db needs --as-of" 2 "go together" "$fp" policy diff books books-c --db db
gives "policy load: same" 0 "nothing changed" "$fp" policy load db books
gives "policy load" 0 "In force" "$fp" policy load db books2
gives "policy load: broken" 1 "nothing was loaded" "$fp" policy load db bad
gives "policy list of a db" 0 "out_of_school" "$fp" policy list db
gives "policy explain of a db" 0 "ill" "$fp" policy explain ill db --division 610724
gives "key rotate" 0 "sealed anew" "$fp" key rotate db
gives "after rotation" 0 "sound" "$fp" check db
gives "divisions find" 0 "西乡县" "$fp" divisions db find 610724
gives "divisions find by name" 0 "610724" "$fp" divisions db find 西乡县
gives "divisions find nothing" 1 "no division" "$fp" divisions db find 亚特兰蒂斯
printf 'code,name,from,flags,document\n610724,西乡县,,demo_county,test 1\n' >divisions.csv
gives "divisions import" 0 "hold from now on" "$fp" divisions db import divisions.csv
gives "divisions flag" 0 "demo_county" "$fp" divisions db find 610724
json "divisions find" "$fp" divisions db find 610724 --json

# ---------------------------------------------------------------- a generated county with the shipped books
gives "generate" 0 "households" "$fp" generate gen --people 2000 --county 610724 --seed 3
gives "generate: not a county" 2 "not the code of a county" "$fp" generate gen2 --people 2000 --county 61
"$fp" init big --policy "$root/policy" >/dev/null 2>&1
gives "generated roster" 0 "0 refused" "$fp" import big roster gen/2026-08/roster.csv --received 2026-09-05
gives "generated medical" 0 "not on the roster" "$fp" import big medical gen/2026-08/medical.csv --received 2026-09-05
says "events: days read off the rows" "Covers: 2025-08-01 to 2026-08-31"
says "events: division read off the rows" "610724000000 (from the rows)"
[ -s gen/2026-08/medical.csv.errors.csv ]
count "error file to send back" $?
gives "generated income" 0 "matched" "$fp" import big income gen/2026-08/income.csv --received 2026-09-05
gives "generated school" 0 "Covers: 2026-03-01 to 2026-08-31" "$fp" import big school gen/2026-08/school.csv \
    --received 2026-09-05
for d in housing disability vehicle dibao relation authorised monitored measure_given; do
    gives "generated $d" 0 "Covers: 2026-08-01 to 2026-08-31" "$fp" import big $d gen/2026-08/$d.csv \
        --received 2026-09-05
done
gives "screen of the county" 0 "Risks" "$fp" screen big --as-of 2026-08-31 --known-at 2026-09-20 --findings g1.csv
"$fp" screen big --as-of 2026-08-31 --known-at 2026-09-20 --findings g2.csv >/dev/null 2>&1
cmp -s g1.csv g2.csv
count "the same screen again gives the same bytes" $?
LC_ALL=C sort -c -t, -k1,1 -k2,2 g1.csv 2>/dev/null || tail -n +2 g1.csv | LC_ALL=C sort -c -t, -k1,2 2>out
count "findings are ordered" $?
# What-if says what a screen of a copy with that value says: rules on households, true before and after.
gives "what-if of the county" 0 "Money" "$fp" whatif big --as-of 2026-08-31 --known-at 2026-10-01 --set \
    rural_dibao_month@610724=1200 --by county,township,category,cause --out w2.csv
says "what-if of the county: reasons of those it cannot judge" "Why these can then not be judged"
cp -r big copy && cp big.key copy.key
"$fp" param copy set rural_dibao_month 1200 --division 610724 --from 2026-08-31 --by office --document 1 \
    --received 2026-10-01 >/dev/null 2>&1
"$fp" screen copy --as-of 2026-08-31 --known-at 2026-10-01 --findings g3.csv >/dev/null 2>&1
"$fp" screen big --as-of 2026-08-31 --known-at 2026-10-01 --findings g1.csv >/dev/null 2>&1
true_of() { # true_of FINDINGS
    awk -F, '$4 == "true" { print $1 "," $2 }' "$1" | LC_ALL=C sort
}
true_of g1.csv >true1
true_of g3.csv >true3
{
    awk -F, '$5 == "true" { print "+" $1 "," $2 } $4 == "true" { print "-" $1 "," $2 }' w2.csv | LC_ALL=C sort -u
} >moves
{
    LC_ALL=C comm -13 true1 true3 | sed 's/^/+/'
    LC_ALL=C comm -23 true1 true3 | sed 's/^/-/'
} | LC_ALL=C sort >expected
cmp moves expected >out 2>&1 && [ -s moves ]
count "what-if equals a screen with that value" $?

rows=$("$fp" status big --json | tr ',{}' '\n\n\n' | awk -F: '
    /"rows"/ { n += $2 }
    /"matched"|"invalid"|"unmatched"|"name"|"refused"/ { m += $2 }
    END { print n - m }')
[ "$rows" = 0 ]
count "rows = matched + waiting + refused" $?

"$fp" import big roster gen/2026-09/roster.csv --received 2026-10-05 --dry-run >dry.txt 2>&1
"$fp" import big roster gen/2026-09/roster.csv --received 2026-10-05 >real.txt 2>&1
grep -v -e "^Dry run" -e "^Delivery" dry.txt >dry2.txt
grep -v -e "^Dry run" -e "^Delivery" real.txt | diff - dry2.txt >out 2>&1 && grep -q "another value for" dry.txt
count "a dry run of a roster counts every changed field as the import does" $?
end
