#!/bin/sh
# A pair of stray quotation marks makes rows of a CSV the inside of a cell: they are told, never lost. Run by make check.
# FANGPIN names another program to test (default: the release build).
set -u
cd "$(dirname "$0")/.." || exit 3
. tests/lib.sh
export FANGPIN_TODAY=2026-11-21
tour=$root/tests/tour

"$fp" init db --policy "$tour/books" >out 2>&1
count "init" $?
gives "roster" 0 "27 matched" "$fp" import db roster "$tour/roster.csv" --received 2026-09-05
# The last cell of line 3 opens a quotation that the first of line 6 closes.
awk 'NR == 3 { $0 = $0 "x"; sub(/,[^,]*$/, ",\"x") } NR == 6 { sub(/,/, "\",") } { print }' "$tour/medical.csv" >m.csv
gives "marks" 0 "Warning: a quotation mark in line 3 makes the lines up to 6 one cell: that row is refused, and 3 lines are lost" \
    "$fp" import db medical m.csv --received 2026-09-05 --covers 2025-08-01..2026-08-31
says "the days" "its days are taken as NOT delivered"
grep -q 'a quoted cell holds whole lines, up to line 6' m.csv.errors.csv
count "the list of errors has the lines" $?
gives "as it is told in Chinese" 0 "第 3 行的引号使直到第 6 行的内容成为一个单元格" env FANGPIN_LANG=zh "$fp" import db medical m.csv \
    --adds --dry-run --errors dry.csv --covers 2025-07-01..2026-08-31
gives "as JSON" 0 '"swallowed_lines":3,"swallowed_from":3,"swallowed_to":6' "$fp" import db medical m.csv --adds \
    --dry-run --errors dry.csv --covers 2025-07-01..2026-08-31 --json
gives "sent back as it is" 0 "0 rows are right now" "$fp" import db m.csv.errors.csv
says "which is not mended" "they stay as they were"
gives "the file without them" 0 "18 rows = 14 matched" "$fp" import db medical "$tour/medical.csv" --replaces 2 \
    --received 2026-09-05 --covers 2025-08-01..2026-08-31 --errors whole.errors.csv
silent "the file without them" "quotation mark"
end
