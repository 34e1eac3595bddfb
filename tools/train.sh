#!/bin/sh
# train.sh: what the tuned build is made by (make tuned). Builds the program that counts, lets it do a county's work (the
# bench's workload, a folder of department files, checks, matching, a workbook) and leaves its counts in build/train.
# Does nothing when they are newer than the program that counted. TRAIN_PEOPLE (100000).
set -eu
cd "$(dirname "$0")/.."
unset MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES V
unset FANGPIN_KEY FANGPIN_LOG FANGPIN_THREADS
people=${TRAIN_PEOPLE:-100000}
make -s -j"$(nproc 2>/dev/null || echo 2)" V=train build/train/fangpin build/train/bench/gen build/train/bench/match_gen build/train/bench/xlsx
[ build/train/profile -nt build/train/fangpin ] && exit 0

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export FANGPIN="$PWD/build/train/fangpin" FANGPIN_LANG=zh FANGPIN_TODAY=2026-11-21 LC_ALL=C.UTF-8
forget() { find build/train -name '*.gcda' -delete; } # counts of another build of the program do not go with this one
# What builds data counts as well: it goes first, and its counts are thrown away.
forget
build/train/bench/gen "$people" "$work/data" >/dev/null 2>&1
"$FANGPIN" generate "$work/files" --people $((people / 4)) --county 610724 --months 3 >/dev/null
build/train/bench/xlsx "$work/data/medical.csv" $((people / 3)) "$work/medical.xlsx" >/dev/null
forget

counted() { # counted COMMAND…: whose answers are no matter here, but not its failure
    "$@" >"$work/log" 2>&1 || { cat "$work/log" >&2; echo "train.sh: failed: $*" >&2; exit 1; }
}
BENCH_APART=yes counted bench/run "$work/data" "$work/run"
counted "$FANGPIN" init "$work/db" --policy policy/core policy/national policy/shaanxi policy/shanxi policy/hebei policy/example
counted "$FANGPIN" import "$work/db" "$work/files" --received 2026-11-01 --errors "$work"
counted "$FANGPIN" screen "$work/db" --as-of 2026-10-31 --confirm all --by train --reason train
counted "$FANGPIN" checks "$work/db" --as-of 2026-10-31
counted "$FANGPIN" import "$work/run/db" medical "$work/medical.xlsx" --adds --received 2026-07-01
counted "$FANGPIN" whatif "$work/run/db" --as-of 2026-06-30 --policy bench/policy
MATCH_GEN=$PWD/build/train/bench/match_gen counted bench/match "$work/match" $((people / 2)) $((people / 4)) 11
counted "$FANGPIN" check "$work/run/db"
touch build/train/profile
