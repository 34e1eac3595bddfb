#!/bin/sh
# The shipped books keep themselves honest: every simple change of a rule, feature or table is noticed by an example or
# explained in the book. Run by make check. FANGPIN names another program to test (default: the release build).
set -u
cd "$(dirname "$0")/.." || exit 3
. tests/lib.sh
export FANGPIN_TODAY=2026-11-21

"$fp" policy check "$root/policy" --strict >out 2>&1
count "all shipped books" $?
end
