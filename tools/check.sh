#!/bin/sh
# What "make check" runs: lint, all builds without a warning, all tests, all fuzz seeds. The last line is the sum.
set -u
cd "$(dirname "$0")/.." || exit 3
. tools/check_lib.sh

replay() { # each seed, and the empty input when a fuzzer has none yet
    corpus=$(corpus_of "$1")
    [ -d "$corpus" ] || corpus=
    # shellcheck disable=SC2086
    "build/fuzz/$1" -runs=0 -timeout=20 $corpus
}

script() { # one of several that run beside each other: what it told and its counts, for told()
    rm -f "$logs/${1#tests/}.counts"
    step "$1" 600 "$1" >"$logs/${1#tests/}.told"
    echo "$passed $failed" >"$logs/${1#tests/}.counts"
}

told() {
    cat "$logs/${1#tests/}.told"
    # shellcheck disable=SC2046
    set -- $(cat "$logs/${1#tests/}.counts" || echo 0 1)
    passed=$((passed + $1))
    failed=$((failed + $2))
}

scripts() {
    for s in tests/*.sh; do if [ -x "$s" ]; then echo "$s"; fi; done
}

case "${1:-}" in
replay) replay "$2"; exit ;;
script) script "$2"; exit ;;
esac

strict=EXTRA_CFLAGS=-Werror
step "lint" 120 make -s lint
step "headers stand alone" 300 make -s -j"$jobs" headers
step "build release (gcc)" 900 make -s -j"$jobs" $strict all build/release/test benches
step "build asan+ubsan (gcc)" 900 make -s -j"$jobs" V=asan $strict build/asan/test
step "warnings of clang in tests" 900 make -s -k -j"$jobs" CC=clang $strict warnings
step "tests, release" 600 tools/test-shards.sh build/release/test
step "tests, asan+ubsan" 900 tools/test-shards.sh build/asan/test
if [ -n "$(fuzzers)" ]; then
    step "build fuzzers (clang)" 900 make -s -k -j"$jobs" V=fuzz $strict fuzz-build
    for fuzzer in $(fuzzers); do step "replay $fuzzer" 300 tools/check.sh replay "$fuzzer"; done
fi
scripts | xargs -P "$jobs" -n 1 tools/check.sh script
for s in $(scripts); do told "$s"; done
finish
