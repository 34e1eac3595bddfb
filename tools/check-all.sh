#!/bin/sh
# What "make check-all" runs: make check, the slow tests, one allocation in four of every command failing, kill -9
# loops, a million random programs, the tests under tsan and of the tuned program, a tour under valgrind, each fuzzer
# for FUZZ_SECONDS (60), the covered lines. docs/proof.md says what each proves.
set -u
cd "$(dirname "$0")/.." || exit 3
. tools/check_lib.sh

least_covered=90 # per cent of the lines, in the folders that decide

coverage() { # covered lines by folder, tests and fuzzers left out
    find build/cov -name '*.gcda' -delete
    tools/test-shards.sh build/cov/test >"$logs/coverage-tests.log" || return 1
    for s in $(grep -l '^\. tests/lib\.sh' tests/*.sh | grep -v -e crash -e strict); do
        FANGPIN=build/cov/fangpin "$s" >>"$logs/coverage-tests.log" || return 1
    done
    lines_covered | tee "$logs/coverage-folders.log"
    awk -v least=$least_covered '
        $1 ~ /^(rules|columns|match|ident|base)$/ {
            if ($2 >= least) good++
            else bad++
        }
        END { printf "%d passed, %d failed\n", good, bad; exit good != 5 }' "$logs/coverage-folders.log"
}

lines_covered() {
    for folder in src/*/; do
        folder=$(basename "$folder")
        [ -d "build/cov/$folder" ] || continue
        # shellcheck disable=SC2046
        gcov -n $(find "build/cov/$folder" -name '*.gcda') 2>/dev/null |
            awk -v folder="$folder" '
                /^File/ { own = $0 ~ ("src/" folder "/") && $0 !~ /_test\.c/ }
                /^Lines executed/ && own {
                    split($0, part, /[:% ]+/)
                    lines += $NF
                    hit += part[3] * $NF / 100
                    own = 0
                }
                END { if (lines) printf "%-10s %5.1f %% of %d lines\n", folder, 100 * hit / lines, lines }'
    done
}

case "${1:-}" in
coverage) coverage; exit ;;
esac

SHOW_LINES=100000
step "check" 1800 tools/check.sh
cat "$logs/check.log"
SHOW_LINES=60
step "slow tests, release" 7200 tools/test-shards.sh build/release/test --slow
step "slow tests, asan+ubsan" 7200 tools/test-shards.sh build/asan/test --slow
step "build faults" 900 make -s -j"$jobs" V=faults build/faults/test
step "one allocation in four failing" 7200 tools/allocations.sh
step "kill -9 loops" 7200 tools/crash-loop.sh
step "a million random programs" 7200 tools/random-cases.sh
step "build tsan" 900 make -s -j"$jobs" V=tsan build/tsan/test
step "tests, tsan" 1800 tools/test-shards.sh build/tsan/test
step "build tuned" 1800 make -s V=tuned all build/tuned/test
step "tests, tuned" 1800 tools/test-shards.sh build/tuned/test
for s in cli import import_screen sheets match checks time; do
    step "tests/$s.sh, tuned" 600 env FANGPIN=build/tuned/fangpin tests/$s.sh
done
step "valgrind" 3600 tools/valgrind.sh
SHOW_LINES=100000
step "fuzz" $((3600 + $(fuzzers | wc -l) * (${FUZZ_SECONDS:-60} + 300))) tools/fuzz.sh
step "build coverage" 900 make -s -j"$jobs" V=cov build/cov/test build/cov/fangpin
step "coverage" 3600 tools/check-all.sh coverage
cat "$logs/coverage.log"
finish
