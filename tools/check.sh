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

case "${1:-}" in
replay) replay "$2"; exit ;;
esac

strict=EXTRA_CFLAGS=-Werror
step "lint" 120 make -s lint
step "headers stand alone" 300 make -s -j"$jobs" headers
step "build release (gcc)" 900 make -s -j"$jobs" $strict all build/release/test
step "build asan+ubsan (gcc)" 900 make -s -j"$jobs" V=asan $strict build/asan/test
step "compile with clang" 900 make -s -k -j"$jobs" CC=clang $strict objects
step "tests, release" 600 tools/test-shards.sh build/release/test
step "tests, asan+ubsan" 900 tools/test-shards.sh build/asan/test
if [ -n "$(fuzzers)" ]; then
    step "build fuzzers (clang)" 900 make -s -k -j"$jobs" V=fuzz fuzz-build
    for fuzzer in $(fuzzers); do step "replay $fuzzer" 300 tools/check.sh replay "$fuzzer"; done
fi
for script in tests/*.sh; do
    if [ -x "$script" ]; then step "$script" 600 "$script"; fi
done
finish
