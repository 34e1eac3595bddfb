#!/bin/sh
# Workbooks, folders and archives taken in: by one command, again, half of it before, with files that cannot be read. Run
# by make check. FANGPIN names another program to test (default: the release build).
set -u
cd "$(dirname "$0")/.." || exit 3
. tests/lib.sh
export FANGPIN_TODAY=2026-11-21
fix=$root/tests/fixtures/sheets
tour=$root/tests/tour

set_up() {
    "$fp" init "$1" --policy "$tour/books" >out 2>&1
    count "init $1" $?
}
take() { "$fp" import "$@" --received 2026-09-05; }

# ---------------------------------------------------------------- a workbook is its CSV
set_up csv && set_up xlsx
for db in csv xlsx; do gives "roster" 0 "27 matched" take $db roster "$tour/roster.csv"; done
cp "$fix/medical.xlsx" "$tour/medical.csv" .
gives "medical as CSV" 0 "18 rows = 14 matched" take csv medical medical.csv --covers 2025-08-01..2026-08-31
gives "medical as a workbook" 0 "18 rows = 14 matched" take xlsx medical medical.xlsx \
    --covers 2025-08-01..2026-08-31 --errors medical.xlsx.errors.csv
says "which sheet" "Workbook XLSX. Sheets read (rows): medical (19)"
[ "$(counts csv)" = "$(counts xlsx)" ]
count "the counts differ" $?
for f in csv xlsx; do sed 's/[a-z]*\r$//' medical.$f.errors.csv >list.$f; done # but for the letters of the keys, which are the folder's
cmp -s list.csv list.xlsx
count "the lists of errors differ" $?
gives "again" 0 "taken in before" take xlsx medical medical.xlsx
find xlsx -name '*.tmp' | grep -q . && rc=1 || rc=0
count "nothing is left in the data folder" $rc
gives "the same, its errors as a workbook" 0 "listed in medical.xlsx.errors.xlsx" take xlsx medical medical.xlsx --adds \
    --covers 2025-07-01..2026-08-31
gives "which is overwritten" 0 "listed in medical.xlsx.errors.xlsx" take xlsx medical medical.xlsx --adds \
    --covers 2025-06-01..2026-08-31
gives "and comes back" 0 "0 rows are right now, 4 still" take xlsx medical medical.xlsx.errors.xlsx
cp "$fix/two.xlsx" keep.xlsx && cp "$fix/two.xlsx" keep.xlsx.errors.xlsx
gives "another workbook is not overwritten" 1 "is no error file written by fangpin" take xlsx medical keep.xlsx --sheet 医保结算
gives "no such sheet" 1 "those that hold anything: medical" take xlsx medical medical.xlsx --sheet 不存在
gives "a sheet by its number" 0 "taken in before" take xlsx medical medical.xlsx --sheet '#1'

# ---------------------------------------------------------------- merged cells, formulas
cp "$fix/merged.xlsx" .
gives "merged names are no swapped columns" 1 "leave out --fill-merged none" take xlsx medical merged.xlsx --dry-run \
    --fill-merged none --map '个人自付=self_pay in 元'
grep -q 'swapped' out && rc=1 || rc=0
count "and nothing is said of another column" $rc
gives "merged, filled down" 0 "6 rows = 6 matched" take xlsx medical merged.xlsx --dry-run --adds \
    --map '个人自付=self_pay in 元'
says "what was filled" "8 cells that merged areas cover have the area's value, by columns: 证件号码 (4), 姓名 (4)"
says "what was rounded" "4 amounts have more than two decimals"
gives "the same as JSON" 0 '"merged_filled":8,"merged_filled_in":"证件号码 (4), 姓名 (4)","merged_blank":0' \
    take xlsx medical merged.xlsx --dry-run --adds --map '个人自付=self_pay in 元' --json

for f in xlsx xls; do
    cp "$fix/families.$f" "$fix/sums.$f" .
    set_up family
    gives "families, $f: none filled" 0 "27 rows = 9 matched" \
        take family roster families.$f --dry-run --fill-merged none
    says "which are blank" "36 cells that merged areas cover count as blank: 户编号 (18: A3:A5, A6:A8, A9:A11 …), 行政区划代码 (18: E3:E5"
    says "as it was said" "E9:E11 …), as --fill-merged none says"
    gives "families, $f: the reason" 0 "27 行 = 匹配 9" \
        take family roster families.$f --dry-run --fill-merged none --lang zh --errors e.csv
    grep -q "没有户编号；该单元格属于合并区域 A3:A5，其值只算在第一行" e.csv
    count "the list says so" $?
    gives "families, $f" 0 "27 rows = 27 matched" take family roster families.$f
    says "what was filled" "36 cells that merged areas cover have the area's value, by columns: 户编号 (18), 行政区划代码 (18)"
    says "as many households as the CSV has" "New households: $(tail -n +2 "$tour/roster.csv" | cut -d, -f1 | sort -u | wc -l)"
    gives "sums, $f: an amount that stands once counts once" 0 "3 rows = 3 matched" take family medical sums.$f --covers 2026-07
    says "and is told" "1 cells that merged areas cover count as blank (what stands once must not count in several rows): 个人自付（元） (1: D2:D3)"
    says "with what to say else" ". If it holds for every row of its area, say --fill-merged all"
    says "whose rows they are" "2 cells that merged areas cover have the area's value, by columns: 证件号码 (1), 姓名 (1)"
    gives "sums, $f: filled it is another delivery" 0 "3 rows = 3 matched" take family medical sums.$f --covers 2026-07 --adds \
        --fill-merged all
    says "all of it" "3 cells that merged areas cover have the area's value, by columns: 证件号码 (1), 姓名 (1), 个人自付（元） (1)"
    gives "sums, $f: and the same again" 0 "taken in before" take family medical sums.$f --covers 2026-07
    rm -rf family family.key
done
for f in xlsx xls; do
    cp "$fix/orders.$f" .
    set_up order
    gives "roster" 0 "27 matched" take order roster "$tour/roster.csv"
    gives "sheets with their columns in other orders, $f" 0 "6 rows = 5 matched" take order medical orders.$f --errors orders.csv
    says "which" "东村 (4), 西村 (4, by its own order of columns), 南村 (3, by its own order of columns)"
    says "a column that one sheet has more" "Columns not used: 备注"
    grep -q "^西村!4,证件号码,610724199001010016,.*,610724199001010016,冯某,2026-07-13,7,,2-" orders.csv
    count "the list of errors has the columns of the first" $?
    gives "the same by their names" 0 "taken in before" take order medical orders.$f --sheet 东村,西村,南村
    gives "a few of them are another delivery" 0 "4 rows = 3 matched" take order medical orders.$f --sheet 西村,东村 --adds --dry-run
    mkdir -p orders && cp orders.$f orders/
    gives "in a folder they are one table" 0 "1 files = 0 taken in + 1 there before" take order orders
    rm -rf order order.key orders
done
gives "no such way to fill" 2 "--fill-merged is usual, all or none" take xlsx medical sums.xlsx --fill-merged yes

# Names that lead out of an archive, an archive in an archive (odd-names.zip is made by hand: no program writes such names).
cp "$fix/odd-names.zip" .
set_up oddzip
gives "roster" 0 "27 matched" take oddzip roster "$tour/roster.csv"
gives "dangerous names" 1 "7 files = 1 taken in + 0 there before + 5 not recognised or not readable + 0 refused + 1 that hold no data" \
    take oddzip odd-names.zip
says "what is wrong with them" '住建.csv: a dangerous name, which leads out of the archive'
says "one folder up" '../up.csv: a dangerous name'
says "a drive" 'drive.csv: a dangerous name'
says "an archive in it" "里面.zip: an archive in an archive is not opened; unpack it and give its files"

# Most IDs were cut by a spreadsheet program: the column is one of IDs all the same, and what to do is said.
set_up cut
sed 's/\(,[0-9]\{15\}\)[0-9X]*,/\1,/; s/,\([0-9]\)\([0-9]\{5\}\)[0-9]\{9\},/,\1.\2E+17,/' "$tour/roster.csv" >cut-roster.csv
gives "a roster of cut IDs is refused for that" 1 "ID numbers are not whole: a spreadsheet program cut them" take cut roster cut-roster.csv
gives "roster" 0 "27 matched" take cut roster "$tour/roster.csv"
{ echo '证件号码,姓名,结算日期,个人自付（元）' && sed -n '2,9s/^[^,]*,\([0-9]\)\([0-9]\{5\}\)[^,]*,\([^,]*\),.*/\1.\2E+17,\3,2026-07-10,5/p' "$tour/roster.csv"; } >cut.csv
gives "a file of cut IDs waits" 0 "8 rows = 0 matched + 8 waiting" take cut medical cut.csv --division 610724
says "and why" "8 ID numbers are not whole: a spreadsheet program cut them (6.1E+17, the last digits 000) or they are masked"
{ echo '证件号码,姓名,结算日期,个人自付（元）' && sed -n '2,9s/^[^,]*,[^,]*,\([^,]*\),.*/13900000001,\1,2026-07-10,5/p' "$tour/roster.csv"; } >phones.csv
gives "telephone numbers are no IDs" 1 "should hold ID numbers" take cut medical phones.csv --division 610724

# As many columns as a workbook can have; those that are not used are named in sum.
letters='function l(i, s) { for (s = ""; i; i = int((i - 1) / 26)) s = sprintf("%c", 65 + (i - 1) % 26) s; return s }'
wide() { # wide COLUMNS: a table of so many
    awk -v n="$1" "$letters"' BEGIN { printf "证件号码,姓名,结算日期,个人自付（元）"; for (i = 5; i <= n; i++) printf ",扩展%s", l(i)
        for (k = 0; k < 20; k++) { printf "\n610724196102020011,钱二,2026-07-%02d,%d", k + 1, k; for (i = 5; i <= n; i++) printf "," k }
        print "" }'
}
wide 16384 >wide.csv
gives "16,384 columns" 0 "20 rows = 20 matched" take xlsx medical wide.csv --dry-run --adds
says "the others in sum" "扩展KR … (+16080)"
wide 16385 >wider.csv
gives "a header of 16,385 columns" 1 "the header has more than 16384 columns" take xlsx medical wider.csv --dry-run
cp "$fix/wide.xlsx" .
gives "a workbook as wide as can be" 0 "2 rows = 2 matched" take xlsx medical wide.xlsx --dry-run --adds
says "likewise" "(+16080)"

# ---------------------------------------------------------------- a folder
mkdir -p mixed/乡镇
cp "$tour/roster.csv" mixed/z花名册.csv
cp "$fix/medical.xlsx" mixed/医保.xlsx
cp "$tour/housing.csv" mixed/乡镇/住房2026-08.csv
cp "$tour/school.csv" mixed/学校.csv
cp "$fix/office/table.ods" mixed/别的.ods
printf '%%PDF-1.4\n' >mixed/通知.pdf
printf 'a,b\n1,2\n' >mixed/甲.csv
: >mixed/空.csv
: >mixed/.DS_Store
set_up one
gives "a folder" 1 "9 files = 3 taken in + 0 there before + 4 not recognised or not readable + 1 refused + 1 that hold no data" \
    take one mixed
says "the roster first" "roster: mixed/z花名册.csv"
says "why not: ods" "OpenDocument"
says "why not: pdf" "PDF"
says "why not: unknown" "甲.csv: no dataset has such columns"
says "why not: empty" "the file is empty"
says "why not: the day" "学校.csv: this dataset is a state at a date"
counts one >before
gives "the folder again" 1 "0 taken in + 5 there before" take one mixed
counts one | cmp -s - before
count "the second time changes nothing" $?
rm mixed/学校.csv mixed/别的.ods mixed/通知.pdf mixed/甲.csv mixed/空.csv
gives "without the bad ones" 0 "5 there before" take one mixed
# Half of it was there when the command broke off: it goes on.
set_up half
gives "the first half" 0 "27 matched" take half roster mixed/z花名册.csv
gives "the rest" 0 "2 taken in + 1 there before" take half mixed
[ "$(counts half)" = "$(cat before)" ]
count "the halves are the whole" $?
gives "a dry run" 0 "5 there before" take half mixed --dry-run
gives "one file, its dataset found" 0 "1 there before" take half mixed/医保.xlsx
gives "as json" 0 '"dataset":"medical"' take half mixed --json

# ---------------------------------------------------------------- a workbook of several datasets
set_up two
gives "two: roster" 0 "27 matched" take two roster "$tour/roster.csv"
cp "$fix/two.xlsx" 报送2026-08.xlsx
gives "two: both are taken in" 0 "3 files and tables of workbooks = 2 taken in + 0 there before + 0 not recognised or not \
readable + 0 refused + 1 that hold no data" take two 报送2026-08.xlsx
says "two: which sheet" "medical: 报送2026-08.xlsx [医保结算]"
says "two: the other" "housing: 报送2026-08.xlsx [住房鉴定]"
says "two: remarks" "[填表说明]: remarks, no table"
says "two: a list of errors each" "报送2026-08.xlsx.housing.errors.xlsx"
gives "two: again" 0 "2 there before" take two 报送2026-08.xlsx
[ "$(counts two)" = "$(grep -v roster before)
$(grep roster before)" ]
count "two: as from single files" $?
gives "two: one sheet named" 0 "1 there before" take two 报送2026-08.xlsx --sheet 医保结算
cp "$fix/odd-sheet.xlsx" "$fix/twice.xlsx" "$fix/villages.xlsx" .
set_up odd
gives "odd: roster" 0 "27 matched" take odd roster "$tour/roster.csv"
gives "odd: a sheet that fits none" 0 "1 taken in + 0 there before + 0 not recognised" take odd odd-sheet.xlsx
says "odd: its name, its rows and why" "odd-sheet.xlsx [杂项]: 3 rows were not taken in: no dataset has such columns"
says "odd: it is in the sum" "+ 1 beside the data, told above"
gives "odd: named, it is meant" 1 "[杂项]: no dataset has such columns; name the sheets" take odd odd-sheet.xlsx --sheet 医保结算,杂项
gives "odd: without it" 0 "1 there before" take odd odd-sheet.xlsx --sheet 医保结算
for f in summary.xlsx summary.xls; do
    set_up $f.db
    gives "$f: roster" 0 "27 matched" take $f.db roster "$tour/roster.csv"
    cp "$fix/office/$f" 报送$f
    gives "$f: the data go in, the summary is told" 0 "2 files and tables of workbooks = 1 taken in + 0 there before + 0 not \
recognised or not readable + 0 refused + 0 that hold no data + 1 beside the data, told above" take $f.db 报送$f
    says "$f: data" "15 rows = 14 matched"
    says "$f: name, rows, why" "[汇总]: 5 rows were not taken in: no dataset has such columns, and they hold no people"
    gives "$f: as JSON" 0 '"sheets":"汇总","dataset":"","error":"5 rows were not taken in' take $f.db 报送$f --json
    says "$f: marked" '"harmless":false,"beside":true,"rows":5}'
    gives "$f: in Chinese" 0 "[汇总]: 5 行未导入：没有数据集的列与它相符" take $f.db 报送$f --lang zh
    says "$f: the sum in Chinese" "数据旁的汇总表 1（见上）"
    gives "$f: with its dataset the summary is told too" 0 "Sheets not read: 汇总 (other columns, 5 rows)" take $f.db medical 报送$f --adds \
        --covers 2026-05-01..2026-08-31 --errors e.csv
done
set_up nearly
gives "nearly: roster" 0 "27 matched" take nearly roster "$tour/roster.csv"
cp "$fix/office/nearly.xlsx" 报送.xlsx
gives "nearly: is no summary" 1 "= 1 taken in + 0 there before + 3 not recognised" take nearly 报送.xlsx
says "nearly: people" "报送.xlsx [住院]: its dataset is not clear"
says "nearly: half of the columns" "报送.xlsx [补录]: its dataset is not clear"
says "nearly: people without a header" "报送.xlsx [无头]: no dataset has such columns; name the sheets"
set_up twice
gives "twice: roster" 0 "27 matched" take twice roster "$tour/roster.csv"
gives "twice: one has a column more" 0 "15 rows = 14 matched" take twice twice.xlsx --dry-run
cp "$fix/apart.xlsx" .
gives "twice: sheets of one dataset that differ" 1 "are of one dataset, medical: 东片; 西片" take twice apart.xlsx
gives "twice: which is said with the dataset too" 1 "several sheets have headers of this dataset, and they differ" take twice medical apart.xlsx
gives "twice: and of those that are named" 1 "the sheets named have different columns" take twice medical apart.xlsx --sheet 东片,西片
gives "twice: the one" 0 "2 rows = 2 matched" take twice medical apart.xlsx --sheet 东片
gives "twice: the other is another delivery" 0 "1 rows = 1 matched" take twice medical apart.xlsx --sheet 西片 --adds
gives "twice: again" 0 "taken in before" take twice medical apart.xlsx --sheet 西片 --adds
set_up villages
gives "villages: roster" 0 "27 matched" take villages roster "$tour/roster.csv"
gives "villages: sheets with one header are one delivery" 0 "18 rows = 14 matched" take villages villages.xlsx
says "villages: which" "Sheets read (rows): 东村 (10), 西村"
gives "villages: the list of errors" 0 "18 rows = 14 matched" take villages medical villages.xlsx --covers 2025-08-01..2026-08-31 \
    --adds --errors v.csv
gives "villages: names the sheet" 0 "西村!12," cat v.csv
gives "villages: so does the history" 0 "line 东村!" "$fp" history villages H02
cp "$fix/biff5.xls" old.xls
set_up biff5
gives "Excel 95: roster" 0 "27 matched" take biff5 roster "$tour/roster.csv"
gives "Excel 95, GBK" 0 "4 rows = 2 matched" take biff5 old.xls
says "Excel 95: its kind" "Workbook XLS. Sheets read (rows): 医保结算 (5)"

set_up named
gives "wrong names: roster" 0 "27 matched" take named roster "$tour/roster.csv"
cp "$tour/medical.csv" renamed.xlsx
gives "CSV called .xlsx" 0 "Encoding UTF-8" take named renamed.xlsx
says "CSV called .xlsx: its list" "listed in renamed.xlsx.errors.csv"
printf '<html><body><table><tr><td>姓名</td></tr></table></body></html>' >page.xls
gives "HTML called .xls" 1 "open it in a spreadsheet program; save it as .xlsx" take named page.xls

# ---------------------------------------------------------------- ten mixed files as departments send them
"$fp" generate made --people 100 --county 610724 --seed 4 --months 1 --export >out 2>&1
count "ten: made" $?
made=made/2026-08
mkdir ten lists
cp $made/export.csv ten/01系统导出.csv
cp "$fix/medical.xlsx" ten/02医保结算.xlsx
cp "$fix/dibao.xls" ten/03低保.xls
cp $made/disability.csv ten/04残疾人.csv
cp $made/school.csv ten/05就学.csv
iconv -f GB18030 -t UTF-8 ten/05就学.csv | grep -q 学生姓名
count "ten: one is in GB18030" $?
cp "$fix/names.zip" ten/06名册.zip
{ printf '某县家庭收入申报表,,,\n填报单位：农业农村局,,,单位：元\n' && sed 's/^\xEF\xBB\xBF//' $made/income.csv; } >ten/07收入.csv
cp "$fix/vehicles.xlsx" ten/08机动车.xlsx
cp "$fix/password.xlsx" ten/09加密.xlsx
printf '甲,乙,丙\n1,2,3\n' >ten/10不明.csv
"$fp" init tendb --policy "$root/policy/core" "$root/policy/national" >out 2>&1
count "ten: data folder" $?
gives "ten: by one command" 1 "ten: 10 files = 8 taken in + 0 there before + 2 not recognised or not readable + 0 refused + 0 \
that hold no data" take tendb ten --errors lists
says "ten: the export is roster and facts" "object_form: ten/01系统导出.csv"
says "ten: that it names nobody who is monitored" "object_form: all 103 lines are blank in its own columns"
says "ten: an archive in it" "roster: ten/06名册.zip/花名册/花名册（补充）.csv"
says "ten: titles" "Header in line 3, below 2 title rows"
says "ten: totals" "totals: 7"
says "ten: hidden rows" "1 rows are hidden"
says "ten: XLS" "Workbook XLS. Sheets read (rows): 低保 (4)"
says "ten: GB18030" "Encoding GB18030"
says "ten: a password" "09加密.xlsx: the workbook has a password"
says "ten: unknown" "10不明.csv: no dataset has such columns"
gives "ten: again" 1 "0 taken in + 8 there before + 2 not recognised" take tendb ten --errors lists
gives "ten: sound" 0 "" "$fp" check tendb

# ---------------------------------------------------------------- an archive
set_up zip
cp "$fix/folder-gb18030.zip" f.zip
gives "an archive with GB18030 names" 1 \
    "5 files = 3 taken in + 0 there before + 1 not recognised or not readable + 0 refused + 1 that hold no data" take zip f.zip
says "the names" "f.zip/示例县/住房2026-08.csv"
[ "$(counts zip)" = "$(cat before)" ]
count "the archive is the folder" $?
[ -f f.zip.示例县_医保.xlsx.errors.xlsx ]
count "the list of errors lies beside the archive" $?
gives "all files as one dataset" 1 "refused" take zip housing f.zip --dry-run
cp "$fix/bomb.zip" .
gives "a bomb" 1 "unpacks to more than is allowed" take zip bomb.zip
head -c 300 f.zip >cut.zip
gives "a cut archive" 1 "broken" take zip cut.zip
gives "neither file nor folder" 2 "argument is missing" take zip nowhere

# ---------------------------------------------------------------- stopped at any moment
set_up stopped
i=0
while [ $i -lt 12 ]; do
    i=$((i + 1))
    "$fp" import stopped mixed --received 2026-09-05 >/dev/null 2>&1 &
    sleep 0.0$((i * 7 % 90 + 10))
    kill -9 $! 2>/dev/null
    wait $! 2>/dev/null
done
: >mixed/tmp.abCD012345 # what a kill can leave between two calls
: >mixed/x.csv.errors.csv.tmp
gives "after many kills" 0 "left by an import that was interrupted" take stopped mixed
[ "$(counts stopped)" = "$(cat before)" ]
count "nothing lost, nothing twice" $?
gives "the folder is sound" 0 "" "$fp" check stopped

end
