#!/bin/sh
# One table saved by LibreOffice in each format (tests/fixtures/sheets.sh): each gives the same delivery; formats that
# are not read are refused by name, alone and in a folder. Run by make check. FANGPIN names another program to test.
set -u
cd "$(dirname "$0")/.." || exit 3
. tests/lib.sh
export FANGPIN_TODAY=2026-11-21
office=$root/tests/fixtures/sheets/office
tour=$root/tests/tour

"$fp" init none --policy "$tour/books" >out 2>&1
count "data folder" $?
gives "roster" 0 "27 matched" "$fp" import none roster "$tour/roster.csv" --received 2026-09-05

# What a delivery says of its content, whatever format it came in.
summary() {
    sed 's/.*\("division":[0-9]*,"from":"[^"]*","to":"[^"]*"\)/\1/; s/"known_from":"[^"]*",//; s/"encoding":"[^"]*",//
        s/"sheets":"[^"]*",//; s/"sheets_left":"[^"]*",//; s/"hidden[a-z_]*":[^][{}",]*,//g; s/"hidden_lines":\[[^]]*\],//
        s/"merged[a-z_]*":"[^"]*",//g; s/"merged[a-z_]*":[0-9a-z]*,//g; s/"errors":.*//' "$1"
}
# same NAME: as a delivery of its own it says what the first one said
same() {
    rm -rf db db.key && cp -r none db && cp none.key db.key
    cp "$office/$1" given
    gives "$1: taken in" 0 '"dataset":"medical"' "$fp" import db medical given --received 2026-09-05 --json --errors e.csv --covers 2026-06-01..2026-08-31
    summary out >summary.now
    [ -f summary.first ] || cp summary.now summary.first
    cmp -s summary.now summary.first
    count "$1: another summary" $?
    cut -d, -f1 e.csv | tail -n +2 >lines.now
    [ -f lines.first ] || cp lines.now lines.first
    cmp -s lines.now lines.first
    count "$1: other bad lines" $?
    says "$1: $2" "$2"
    rm -f e.csv
}
for f in table.xlsx table-ooxml.xlsx table.xlsm table.xltx table.xltm; do same $f '"encoding":"XLSX"'; done
for f in table.xls table.xlt table-95.xls; do same $f '"encoding":"XLS"'; done
same table-utf8.csv '"encoding":"UTF-8"'
same table-gb18030.csv '"encoding":"GB18030"'
same table-utf16.csv '"encoding":"UTF-16'
grep -q '"rows":18,"matched":14' summary.first
count "and that is 18 rows of which 14 match" $?

# ---------------------------------------------------------------- hidden rows
new() { rm -rf db db.key && cp -r none db && cp none.key db.key; }
take() { "$fp" import db "$@" --received 2026-09-05; }
for f in table.xlsx table.xls; do
    new
    cp "$office/$f" given
    gives "$f: hidden rows are read" 0 "18 rows = 14 matched" take medical given --errors e.csv
    says "$f: and told" "3 rows are hidden (or filtered out); they were read like the others: 10-11, 15"
    gives "$f: without them it is another delivery" 0 "15 rows = 11 matched" take medical given --hidden skip --adds --errors e.csv
    says "$f: which are told" "3 rows are hidden (or filtered out) and were left out, as --hidden skip says: 10-11, 15"
    gives "$f: and the same again" 0 "taken in before" take medical given --hidden skip --errors e.csv
    gives "$f: as JSON" 0 '"hidden_rows":3,"struck_rows":0,"hidden_skipped":true,"hidden_lines":[{"sheet":"医保结算","from":10,"to":11},{"sheet":"医保结算","from":15,"to":15}]' \
        take medical given --hidden skip --adds --covers 2026-05-01..2026-08-31 --errors e.csv --json
done
new
mkdir some && cp "$office/table.xls" some/医保.xls
gives "a folder without hidden rows" 0 "15 rows = 11 matched" take some --hidden skip
says "which are told" "were left out, as --hidden skip says: 10-11, 15"
gives "neither" 2 '--hidden is read or skip, not "show"' take some --hidden show
if command -v zip >/dev/null; then
    new
    (cd some && zip -q ../some.zip 医保.xls)
    gives "an archive without hidden rows" 0 "15 rows = 11 matched" take some.zip --hidden skip
    says "its are told" "were left out, as --hidden skip says: 10-11, 15"
fi

# ---------------------------------------------------------------- what is not read
not_read() { # not_read NAME ENGLISH CHINESE
    gives "$1 in English" 1 "$2" "$fp" import db medical "$office/$1" --received 2026-09-05
    gives "$1 in Chinese" 1 "$3" "$fp" import db medical "$office/$1" --received 2026-09-05 --lang zh
}
not_read table.ods "this is an OpenDocument file (.ods); save it as .xlsx" "这是 OpenDocument 文件（.ods）；请另存为 .xlsx"
not_read table.ots "this is an OpenDocument file" "这是 OpenDocument 文件"
not_read table.fods "this is an OpenDocument file (.fods); save it as .xlsx" "这是 OpenDocument 文件（.fods）；请另存为 .xlsx"
not_read table.uos "this is a Chinese office document (UOF); save it as .xlsx" "这是标文通文件（UOF）；请另存为 .xlsx"
not_read table.dif "(DIF); save it as .xlsx" "这是 DIF 交换格式的表格；请另存为 .xlsx"
not_read table.slk "(SYLK), whatever its name says; save it as .xlsx" "请另存为 .xlsx"
not_read table.dbf "(.dbf); save it as .xlsx" "（.dbf）；请另存为 .xlsx"
not_read table.xml "an XML spreadsheet of 2003" "2003 版 XML 表格"
not_read table.html "a web page (HTML)" "网页（HTML）"
not_read table.xhtml "a web page (HTML)" "网页（HTML）"
not_read table.pdf "a PDF, not a table" "这是 PDF，不是表格"
not_read macros.xlsm "holds macros (programs), which may harm: refused. Save it as an ordinary .xlsx" "工作簿含有宏"
not_read macros.xls "holds macros (programs), which may harm: refused. Save it as an ordinary .xlsx" "工作簿含有宏"

# A system's export: a web page, called .xls. In a folder each is told, and the one that can be read goes in.
mkdir all
for f in ods ots fods uos dif slk dbf xml html xhtml pdf; do cp "$office/table.$f" "all/$f.xls"; done
cp "$office/macros.xlsm" "$office/macros.xls" "$office/table.xltx" all
new
gives "a folder of all" 1 "= 1 taken in + 0 there before + 13 not recognised" "$fp" import db all --received 2026-09-05
for f in ods ots fods uos dif slk dbf xml html xhtml pdf; do says "told of all/$f.xls" "all/$f.xls: this is "; done
end
