#!/bin/sh
# valgrind.sh: a tour of all commands on a tiny folder (tests/tour) under valgrind: no invalid or undefined access, no
# block that is lost. The last line is the sum. Run by make check-all; FANGPIN names another program.
set -u
cd "$(dirname "$0")/.." || exit 3
command -v valgrind >/dev/null || { echo "valgrind is missing: tools/setup.sh all"; exit 3; }
root=$PWD
fp=${FANGPIN:-$root/bin/fangpin}
files=$root/tests/tour
unset FANGPIN_KEY
export FANGPIN_LANG=en LC_ALL=C.UTF-8 FANGPIN_TODAY=2026-11-21 USER=tester
# Memcheck takes bits of libcrypto's assembler for AES-NI and carry-less products for undefined, of defined input: without.
export OPENSSL_ia32cap='~0x200000200000000'
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir" || exit 3
passed=0
failed=0

run() { ends 0 "$@"; }
ends() { # ends CODE WORDS…: the command ends with it and valgrind has nothing to say
    code=$1
    shift
    valgrind -q --error-exitcode=99 --leak-check=full --show-leak-kinds=definite,indirect,possible \
        --errors-for-leak-kinds=definite,indirect,possible "$fp" "$@" >out 2>&1
    rc=$?
    if [ $rc = "$code" ]; then passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "tools/valgrind.sh: fangpin $*: exit $rc"
        sed 's/^/    /' out | head -n 40
    fi
}
number() { "$fp" deliveries db | awk -v d="$1" '$2 == d { print $1; exit }'; }

run help
run version --json
run policy check "$files/books"
for form in ast ir sql; do run policy check "$files/books" --dump $form; done
run policy test "$files/books"
run policy list "$files/books" --json
run policy explain house "$files/books" --division 14
run init db --policy "$files/books"
run import db roster "$files/roster.csv" --received 2026-09-05
run import db medical "$files/medical.csv" --covers 2025-08-01..2026-08-31 --received 2026-09-05 --errors m1.csv
run import db housing "$files/housing.csv" --covers 2026-08-31 --received 2026-09-05 --errors h1.csv
run import db medical "$files/medical-mended.csv" --replaces "$(number medical)" --covers 2025-08-01..2026-08-31 \
    --received 2026-09-06 --errors m2.csv
run layout db list --json
run layout db look "$files/school.csv" school --sender x --map 学段= --json
run match db list --json
run match db show 4:5
run match db decide 4:5 same 7 --by office --reason asked
run match db undo 1 --by office --reason wrong
run match db auto --by office
run match db duplicates --json
run match db merge 1 2 --by office --reason asked --anyway
run match db undo 2 --by office --reason wrong
run match db apart 4 5 --by office --reason asked
run match db log
run match db links --all --out links.csv
run param db set line 200 --by office --document 1 --received 2026-09-07
run param db list
run screen db --as-of 2026-08-31 --known-at 2026-09-21 --findings f1.csv
run import db school "$files/school.csv" --covers 2026-03-01 --received 2026-10-05 --errors s1.csv
run import db medical "$files/medical-september.csv" --covers 2026-09 --received 2026-10-06 --errors m3.csv
run import db roster "$files/roster-later.csv" --received 2026-10-07
run withdraw db "$(number housing)" --reason wrong
run screen db --as-of 2026-09-30 --known-at 2026-10-20 --findings f2.csv --with-unknown
run screen db --replay 2026-08-31
run whatif db --as-of 2026-09-30 --known-at 2026-10-20 --set line=100 --by county,cause --out moves.csv
run whatif db --as-of 2026-09-30 --known-at 2026-10-20 --policy "$files/later" --json
run backtest db ill --from 2026-08 --to 2026-09 --decided medical.settled_on
run history db H03
run policy diff "$files/books" "$files/later" --json
run policy diff "$files/books" "$files/later" --db db --as-of 2026-09-30 --known-at 2026-10-20
run explain db H03 ill --as-of 2026-09-30 --known-at 2026-10-20
run explain db H02 out_of_school --as-of 2026-09-30 --json
run status db --all
run deliveries db --json
run key rotate db
run divisions db import "$files/divisions.csv"
run divisions db find 西乡县
run policy load db "$files/later"
run policy list db --kind risk
run policy explain ill db --json
run screen db --as-of 2026-10-31 --known-at 2026-11-20
run checks db --as-of 2026-10-31 --known-at 2026-11-20 --json
run checks db list --as-of 2026-10-31 --known-at 2026-11-20 --out checks.xlsx --names
run checks db list --as-of 2026-10-31 --known-at 2026-11-20 --out checks.csv
awk 'NR == 2 { sub(/,,,,[^,]*$/, "申请例外,,户口待核,2027-06-30&"); sub(/2027-06-30,,,,/, "2027-06-30,") } { print }' checks.csv >answers.csv
run checks db return answers.csv --by village
run checks db answers
run checks db accept 1 --by office
run checks db exceptions --json
run checks db revoke 1 --by office --reason wrong
run layout db forget 1
run import db medical "$root/tests/fixtures/sheets/medical.xlsx" --covers 2025-08-01..2026-08-31 --adds --dry-run --received 2026-11-05 --errors m4.csv
ends 1 policy check "$files/books" --strict
run check db
run upgrade db
run key new other
run generate gen --people 2000 --county 610724 --months 1
if "$fp" help compact >out 2>&1; then run compact db; fi
rm -rf db && tar xzf "$root/tests/fixtures/format1.tar.gz" && chmod 600 db.key
run upgrade db
run check db
echo "$passed passed, $failed failed"
[ $failed = 0 ]
