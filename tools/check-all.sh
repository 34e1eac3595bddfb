#!/bin/sh
# What "make check-all" runs: make check, the slow tests, the tests under tsan, each fuzzer for FUZZ_SECONDS (60),
# the covered lines.
set -u
cd "$(dirname "$0")/.." || exit 3
. tools/check_lib.sh

coverage() { # covered lines by folder, tests and fuzzers left out
    find build/cov -name '*.gcda' -delete
    build/cov/test >/dev/null || return 1
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
step "slow tests, release" 3600 build/release/test --slow
step "slow tests, asan+ubsan" 7200 build/asan/test --slow
step "build tsan" 900 make -s -j"$jobs" V=tsan build/tsan/test
step "tests, tsan" 1800 build/tsan/test
SHOW_LINES=100000
step "fuzz" $((3600 + $(fuzzers | wc -l) * (${FUZZ_SECONDS:-60} + 300))) tools/fuzz.sh
step "build coverage" 900 make -s -j"$jobs" V=cov build/cov/test
step "coverage" 1800 tools/check-all.sh coverage
cat "$logs/coverage.log"
finish
