#!/bin/sh
# make fuzz: each fuzzer for FUZZ_SECONDS (60), or only those whose name contains FUZZ. What it learns is kept under
# build/fuzz/corpus; an input that breaks the program is left under build/fuzz and named.
set -u
cd "$(dirname "$0")/.." || exit 3
. tools/check_lib.sh

fuzz_one() {
    seeds=$(corpus_of "$1")
    learned=build/fuzz/corpus/$(basename "$1")
    mkdir -p "$learned"
    [ -d "$seeds" ] || seeds=
    # shellcheck disable=SC2086
    "build/fuzz/$1" -max_total_time="${FUZZ_SECONDS:-60}" -timeout=20 -rss_limit_mb=2048 -print_final_stats=1 \
        -artifact_prefix="build/fuzz/$(basename "$1")-" "$learned" $seeds
}

case "${1:-}" in
one) fuzz_one "$2"; exit ;;
esac

SHOW_LINES=25
step "build fuzzers (clang)" 900 make -s -j"$jobs" V=fuzz fuzz-build
for fuzzer in $(fuzzers); do
    case $fuzzer in
    *"${FUZZ:-}"*) step "fuzz $fuzzer" $((${FUZZ_SECONDS:-60} + 300)) tools/fuzz.sh one "$fuzzer" ;;
    esac
done
finish
