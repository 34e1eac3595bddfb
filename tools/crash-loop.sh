#!/bin/sh
# crash-loop.sh [N]: tests/crash.sh with N kills of each command (default 60) and another seed each day.
cd "$(dirname "$0")/.." || exit 3
exec tests/crash.sh "${1:-60}" "$(date +%Y%m%d)"
