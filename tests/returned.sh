#!/bin/sh
# Lists of errors of a roster, mended and returned: recognised by what they hold, applied to that roster as corrections,
# refused where they cannot be. Run by make check. FANGPIN names another program to test (default: the release build).
set -u
cd "$(dirname "$0")/.." || exit 3
. tests/lib.sh
export FANGPIN_TODAY=2026-11-21
tour=$root/tests/tour

set_up() {
    "$fp" init "$1" --policy "$tour/books" >out 2>&1
    count "init $1" $?
}
people() { # people DB [OPTION…]: how many people and households a screen judges
    db=$1
    shift
    "$fp" screen "$db" --as-of 2026-08-31 "$@" 2>&1 | sed -n 's/^Screen .*: \(.*households, .*people\).*/\1/p'
}
is() { # is NAME WANTED GOT
    [ "$2" = "$3" ]
    count "$1: $3, wanted $2" $?
}
# Four of 27 rows are not right: a date, a place (and so the household H02, which has no other row), a row without
# household, a row that is there twice.
{
    sed -n '1,4s/1962-03-03/不详/; 1,4p; 5s/610724100201$/某地/p; 8,28p' "$tour/roster.csv"
    echo
    sed -n '6s/^H02//p; 2p' "$tour/roster.csv"
} >r08.csv
set_up db
gives "sent" 0 "27 rows = 23 matched" "$fp" import db roster r08.csv --received 2026-09-05 --errors back.csv
says "sent: refused" "+ 4 refused"
is "sent: who is there" "8 households, 23 people" "$(people db --known-at 2026-09-06)"
[ "$(grep -c -- '-[bcdfghjkmnpqrtvw]*.$' back.csv)" = 4 ]
count "every row has a key" $?

# What a spreadsheet would run goes back with an apostrophe, numbers and texts do not; taken back it is what was sent.
cat >formula.csv <<'END'
户编号,姓名,证件号码,出生日期,行政区划代码
,=1+1,610724196203031239,1962-03-03,610724100201
,"@SUM(A1,""x"")",610724196203031239,-5,610724100201
,"""=a""","a""=b",+1+1,
END
set_up dbf
gives "formulas: sent" 0 "3 rows = 0 matched" "$fp" import dbf roster formula.csv --received 2026-09-05 --errors run.csv
tr -d '\r' <run.csv >run.txt
grep -q ",'=1+1,6107" run.txt
count "a formula has an apostrophe" $?
grep -q ',"'"'"'@SUM(A1,""x"")",610724196203031239,-5,' run.txt
count "in quotation marks too, and a number has none" $?
grep -q ',"""=a""","a""=b",'"'"'+1+1,' run.txt
count "what stands within a cell is left" $?

# Columns moved, ours left out but for the key, one row deleted, one mended, two not.
tr -d '\r' <back.csv | sed 's/不详/1962-03-03/g; /,周五,/d' | awk -F, -v OFS=, '{
    print $NF, $(NF - 1), $(NF - 2), $(NF - 3), $(NF - 4), $(NF - 5), NR == 1 ? "原因" : "改了日期" }' >moved.csv
head -n 1 moved.csv | grep -q '^回传键,行政区划代码,出生日期,姓名,证件号码,户编号,原因'
count "the columns were moved" $?
gives "dry run" 0 "1 rows are right now" "$fp" import db roster moved.csv --received 2026-09-10 --errors still.csv --dry-run
says "dry run: nothing" "Nothing was stored"
gives "columns moved, rows deleted" 0 "Corrections of delivery 1: 1 rows are right now, 2 still are not" \
    "$fp" import db roster moved.csv --received 2026-09-10 --errors still.csv
says "one is new" "People: 1 new, 0 changed. New households: 0"
is "he is there" "8 households, 24 people" "$(people db --known-at 2026-09-11)"
is "before the return he is not" "8 households, 23 people" "$(people db --known-at 2026-09-06)"
gives "the same list again" 0 "taken in before" "$fp" import db roster moved.csv --errors no.csv
{ cat moved.csv; echo; } >moved2.csv
gives "the same rows again" 0 "1 rows were mended before" "$fp" import db roster moved2.csv --errors no.csv
says "the same rows again: nothing" "0 rows are right now, 2 still are not"
is "nobody is there twice" "8 households, 24 people" "$(people db --known-at 2026-09-11)"
says "the rows that were left out" "1 rows that are not right were left out of the list"
gives "status: one row less is refused" 0 "27 rows = 24 matched + 0 waiting (0 invalid ID or date, 0 unmatched, 0 name) + 3 refused" \
    "$fp" status db
says "status: nobody falls off" "0 are not in the newest roster"
"$fp" deliveries db >out 2>&1
grep -q "^ 2 .*2026-09-10" out
count "the list is received on the day that is said" $?
gives "history" 0 "moved.csv (delivery 2, roster, received 2026-09-10), mended rows of r08.csv (delivery 1)" "$fp" history db H01
gives "history: the line of the first file" 0 "孙三: joined (delivery 2 line 3)" "$fp" history db H01
sed -n '2p' still.csv | grep -q 'a repetition of line 2,.*,1-28-'
count "what is still wrong is listed again, with its lines and keys" $?

# The list of what was still wrong comes back in its turn, and the household that was missing with it, as a workbook.
{
    sed 's/,,610724196506060052/,H02,610724196506060052/' still.csv
    grep ',周五,' back.csv | sed 's/某地/610724100201/g'
} >second.csv
gives "a list of the list" 0 "2 rows are right now, 1 still are not" "$fp" import db roster second.csv --received 2026-09-12 \
    --errors third.xlsx
says "the household comes in whole" "People: 2 new, 0 changed. New households: 1"
is "and is judged" "9 households, 26 people" "$(people db --known-at 2026-09-13)"
gives "evidence: the line of the first file, and where it was mended" 0 \
    "r08.csv (delivery 1) line 5, mended in second.csv (delivery 3)" "$fp" explain db H02 elder --as-of 2026-08-31 --known-at 2026-11-20
set_up again
"$fp" import again roster r08.csv --received 2026-09-05 --errors aback.csv >out 2>&1
sed 's/不详/1962-03-03/g; s/某地/610724100201/g; s/,,610724196506060052/,H02,610724196506060052/' aback.csv >amended.csv
gives "whole: all mended" 0 "3 rows are right now, 1 still" "$fp" import again roster amended.csv --received 2026-09-10 --errors no.csv
set_up whole
sed '7d' "$tour/roster.csv" >whole.csv
gives "whole: what would have been right at once" 0 "26 matched" "$fp" import whole roster whole.csv --received 2026-09-05
for db in again whole; do
    for d in medical school housing; do
        "$fp" import $db $d "$tour/$d.csv" --covers 2026-08 --received 2026-09-06 --errors no.csv >out 2>&1
    done
    "$fp" screen $db --as-of 2026-08-31 --known-at 2026-11-20 --findings found-$db.csv >out 2>&1
    count "whole: screened $db" $?
done
[ "$(wc -l <found-whole.csv)" -gt 3 ] && cmp found-again.csv found-whole.csv
count "whole: the same findings as without a list of errors" $?
gives "a workbook as it was sent" 0 "0 rows are right now, 1 still are not" "$fp" import db roster third.xlsx --errors fourth.xlsx
is "four times: nobody is there twice" "9 households, 26 people" "$(people db --known-at 2026-11-20)"
gives "whole" 0 "" "$fp" check db

# As a workbook, and as LibreOffice saves it.
set_up lo
gives "lo: sent" 0 "+ 4 refused" "$fp" import lo roster r08.csv --received 2026-09-05 --errors list.xlsx
if command -v soffice >/dev/null; then
    timeout 100 soffice -env:UserInstallation="file://$dir/office" --headless --convert-to ods --outdir saved list.xlsx >out 2>&1 &&
        timeout 100 soffice -env:UserInstallation="file://$dir/office" --headless --convert-to xlsx --outdir saved saved/list.ods >out 2>&1
    if [ -s saved/list.xlsx ]; then
        gives "lo: saved by LibreOffice" 0 "Corrections of delivery 1: 0 rows are right now, 4 still are not" \
            "$fp" import lo roster saved/list.xlsx --errors no.csv
    fi
fi
if command -v zip >/dev/null; then
    mkdir x && (cd x && unzip -q ../list.xlsx && find . -name '*.xml' -exec sed -i 's/不详/1962-03-03/; s/某地/610724100201/' {} + &&
        zip -qr "../发回 (改).xlsx" .)
    gives "lo: a workbook, mended" 0 "2 rows are right now, 2 still are not" "$fp" import lo roster "发回 (改).xlsx" \
        --received 2026-09-10 --errors no.xlsx
    is "lo: both are there" "9 households, 25 people" "$(people lo --known-at 2026-09-11)"
fi

# In a folder, its dataset unsaid; a list of another data folder beside it.
set_up f
gives "f: sent" 0 "+ 4 refused" "$fp" import f roster r08.csv --received 2026-09-05 --errors fback.csv
mkdir folder && sed 's/不详/1962-03-03/g' fback.csv >folder/发回.csv && cp back.csv folder/z.csv
gives "f: found in a folder" 1 "2 files = 1 taken in + 0 there before + 1 not recognised" "$fp" import f folder --received 2026-09-10 \
    --errors .
says "f: a correction" "Corrections of delivery 1: 1 rows are right now"
says "f: the other one" "z.csv: a list of errors that another data folder sent"
gives "f: again" 1 "0 taken in + 1 there before" "$fp" import f folder --errors .
gives "f: a workbook by itself" 1 "another data folder sent" "$fp" import f list.xlsx --errors .

# ---------------------------------------------------------------- lists in a folder under their own name
set_up b
mkdir month
cp r08.csv month/花名册.csv
gives "b: sent" 0 "+ 4 refused" "$fp" import b month --received 2026-09-05
list=month/花名册.csv.errors.csv
gives "b: untouched beside the data" 0 "0 rows are right now, 4 still are not" "$fp" import b month --received 2026-09-06
says "b: it was there before" "2 files = 0 taken in + 2 there before"
[ -s $list ] && [ ! -e $list.errors.csv ]
count "b: what did not change gets no other list" $?
mkdir back && sed 's/某地/610724100201/g' $list >back/花名册.csv.errors.csv
gives "b: a mended list comes back" 0 "1 rows are right now, 3 still are not" "$fp" import b back --received 2026-09-10
says "b: it counts" "1 files = 1 taken in"
[ "$(wc -l <back/花名册.csv.errors.csv.errors.csv)" = 4 ]
count "b: what is wrong yet is listed" $?
gives "b: and the old one in the month's folder" 0 "1 rows were mended before" "$fp" import b month --received 2026-09-11
set_up e
gives "b: the list of another data folder is told" 0 "a list of errors that another data folder sent" "$fp" import e back
sed 's/,回传键/,x/' $list >back/花名册.csv.errors.csv && rm back/*.errors.csv.errors.csv
gives "b: a list without keys is told" 0 "a list of errors without keys" "$fp" import b back

# ---------------------------------------------------------------- what cannot be
gives "another data folder's list" 1 "the list was sent by another one" "$fp" import lo roster back.csv --errors no.csv
gives "the same in Chinese" 1 "该清单来自另一个数据文件夹" "$fp" --lang zh import lo roster back.csv --errors no.csv
sed 's/,1-29-/,1-28-/' back.csv >altered.csv
gives "an altered key" 1 "altered.csv:5: the key in column" "$fp" import db roster altered.csv --errors no.csv
sed '$ s/,1-29-.*/,/' back.csv >new.csv
gives "a row that was not in the list" 0 "1 lines without a key were not in the list as it was sent (totals, remarks?) and were \
passed over: line 5. Give new rows" "$fp" import db roster new.csv --errors no.csv --dry-run
{ tr -d '\r' <back.csv; printf '合计,4\n,,备注：无\n'; } >total.csv
gives "totals and remarks below" 0 "2 lines without a key" "$fp" import db roster total.csv --errors no.csv --dry-run
says "with their lines" "passed over: line 6, 7."
awk -F, -v OFS=, 'NR > 1 { $NF = "" } 1' back.csv >nokeys.csv
gives "no key at all" 1 "no row has a key" "$fp" import db roster nokeys.csv --errors no.csv
tr -d '\r' <back.csv | awk -F, -v OFS=, '{ print $(NF - 5), $(NF - 4), $(NF - 3), $(NF - 1), $NF }' >short.csv
gives "a column is gone" 1 'column "出生日期" of the list as it was sent is not in it any more' "$fp" import db roster short.csv \
    --errors no.csv
gives "of another dataset" 1 "give it as roster" "$fp" import db housing back.csv --errors no.csv
head -n 1 back.csv >none.csv
gives "no rows" 1 "" "$fp" import db roster none.csv --errors no.csv
is "nothing of it did anything" "9 households, 26 people" "$(people db --known-at 2026-11-20)"

# ---------------------------------------------------------------- withdrawn, replaced, followed by a newer one
set_up w
gives "w: sent" 0 "+ 4 refused" "$fp" import w roster r08.csv --received 2026-09-05 --errors wback.csv
gives "w: a department's file" 0 "not on the roster" "$fp" import w housing "$tour/housing.csv" --covers 2026-08 \
    --received 2026-09-06 --errors no.csv
sed 's/某地/610724100201/g' wback.csv >wmended.csv
gives "w: returned" 0 "1 rows are right now" "$fp" import w roster wmended.csv --received 2026-09-10 --errors no.csv
says "w: rows of others match now" "waiting rows of other files now match"
gives "w: withdrawn, but for who is spoken of" 1 "Withdraw that first" "$fp" withdraw w 1 --reason 试
gives "w: that first" 0 "withdrawn" "$fp" withdraw w 2 --reason 试
gives "w: withdrawn" 0 "withdrawn" "$fp" withdraw w 1 --reason 试
gives "w: its corrections with it" 0 "No household is known" "$fp" screen w --as-of 2026-08-31
gives "w: before that they were there" 0 "9 households, 24 people" "$fp" screen w --as-of 2026-08-31 --known-at 2026-09-11
sed 's/,,6/,H02,6/' wback.csv >wagain.csv
gives "w: a list of it" 1 "delivery 1, which was withdrawn" "$fp" import w roster wagain.csv --errors no.csv
set_up r
gives "r: sent" 0 "+ 4 refused" "$fp" import r roster r08.csv --received 2026-09-05 --errors rback.csv
sed 's/不详/1962-03-03/g' rback.csv >rmended.csv
gives "r: returned" 0 "1 rows are right now" "$fp" import r roster rmended.csv --received 2026-09-10 --errors no.csv
gives "r: replaced by the whole" 0 "27 matched" "$fp" import r roster "$tour/roster.csv" --received 2026-09-12 --replaces 1
says "r: who was mended keeps his number" "People: 3 new, 0 changed"
is "r: everybody" "9 households, 27 people" "$(people r --known-at 2026-09-13)"
sed 's/,,6/,H02,6/' rback.csv >ragain.csv
gives "r: a list of the one replaced" 1 "delivery 1, which delivery 3 has replaced" "$fp" import r roster ragain.csv --errors no.csv
gives "r: withdrawn" 0 "withdrawn" "$fp" withdraw r 3 --reason 试
gives "r: nobody is left" 0 "No household is known" "$fp" screen r --as-of 2026-08-31
gives "r: whole" 0 "" "$fp" check r
set_up n
gives "n: sent" 0 "+ 4 refused" "$fp" import n roster r08.csv --received 2026-09-05 --errors nback.csv
sed 's/1980-09-21/1980-09-22/' "$tour/roster.csv" >r09.csv
gives "n: the next month's" 0 "27 matched" "$fp" import n roster r09.csv --received 2026-10-05
sed 's/不详/1962-03-03/g' nback.csv >nmended.csv
gives "n: a list of the month before" 1 "roster 2 has come since" "$fp" import n roster nmended.csv --errors no.csv
gives "n: the same in Chinese" 1 "此后又来了花名册 2" "$fp" --lang zh import n roster nmended.csv --errors no.csv
is "n: nothing changed" "9 households, 27 people" "$(people n --known-at 2026-11-20)"

# ---------------------------------------------------------------- keys and rows that do not belong together
set_up k
gives "k: sent" 0 "+ 4 refused" "$fp" import k roster r08.csv --received 2026-09-05 --errors kback.csv
tr -d '\r' <kback.csv | sed 's/不详/1962-03-03/g; s/某地/610724100201/g' >kmended.csv
awk -F, -v OFS=, 'NR > 1 { key[NR] = $NF } { row[NR] = $0 } END { print row[1]
    for (i = 2; i <= NR; i++) { n = split(row[i], c, ","); c[n] = key[i < NR ? i + 1 : 2]; t = c[1]
        for (k = 2; k <= n; k++) t = t OFS c[k]; print t } }' kmended.csv >sorted.csv
gives "k: keys that were not sorted with their rows" 1 "sorted.csv:2: this row is not the one that its key in column" \
    "$fp" import k roster sorted.csv --errors no.csv
says "k: of which lines" "the key is that of line 5, the cells are those of line 3"
gives "k: in Chinese" 1 "键是第 5 行的，内容却是第 3 行的" "$fp" --lang zh import k roster sorted.csv --errors no.csv
head -n 1 kmended.csv >two.csv
sed -n '2{p; s/,1962-03-03,6107/,1962-03-04,6107/; p}' kmended.csv >>two.csv
gives "k: a key that stands twice, rows that differ" 1 "two.csv:3: this row and that in line 2 have the same key" \
    "$fp" import k roster two.csv --errors no.csv
{ sed -n 1,2p kmended.csv && sed -n 2p kmended.csv; } >twice.csv
gives "k: a key that stands twice, the same row" 0 "Corrections of delivery 1: 1 rows are right now, 0 still are not" \
    "$fp" import k roster twice.csv --received 2026-09-10 --errors no.csv --dry-run
says "k: it counts once" "1 rows were mended before, or stand in it twice"
{ sed -n 1p kmended.csv && sed -n '3,$p' kmended.csv | sort -t, -k6 -r && sed -n 2p kmended.csv | sed 's/孙三/孙三丰/'; } >other.csv
gives "k: whole rows sorted, another cell changed too" 0 "Corrections of delivery 1: 2 rows are right now, 2 still are not" \
    "$fp" import k roster other.csv --received 2026-09-10 --errors no.csv
is "k: who is there" "9 households, 25 people" "$(people k --known-at 2026-09-11)"
sed 's/1962-03-03/1962-03-05/' kmended.csv >later.csv
gives "k: another value for a row that was mended" 0 "What was taken in before counts, whatever they say now" \
    "$fp" import k roster later.csv --errors no.csv
end
