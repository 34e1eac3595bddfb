#!/bin/sh
# setup.sh [check|all]: sees to it that what the build needs is installed (with "check": also what the checks need; with
# "all": and what make check-all needs).
# Debian 12. Does nothing when all is there.
set -eu

need=
want() { # want PACKAGE COMMAND…: the package is missing when the command fails
    package=$1
    shift
    "$@" >/dev/null 2>&1 || need="$need $package"
}

runtime_there() { # the part of clang that fuzzers are linked with
    file=$(clang -print-file-name="libclang_rt.fuzzer-$(uname -m).a") && [ -f "$file" ]
}

want build-essential sh -c 'command -v gcc && command -v make && [ -f /usr/include/stdlib.h ]'
want pkg-config command -v pkg-config
want libsqlite3-dev pkg-config --exists sqlite3
want libsodium-dev pkg-config --exists libsodium
want libssl-dev pkg-config --exists libcrypto
want libzstd-dev pkg-config --exists libzstd
want libzip-dev pkg-config --exists libzip
want libexpat1-dev pkg-config --exists expat
want libxlsxwriter-dev pkg-config --exists xlsxwriter
want libfreexl-dev pkg-config --exists freexl
if [ "${1:-}" = all ]; then want valgrind command -v valgrind; fi
if [ "${1:-}" = check ] || [ "${1:-}" = all ]; then
    want clang command -v clang
    want libclang-rt-dev runtime_there
fi
[ -n "$need" ] || exit 0

if [ "$(id -u)" = 0 ]; then as_root=
elif sudo -n true 2>/dev/null; then as_root=sudo
else
    echo "These packages are missing:$need" >&2
    echo "Installing them needs an administrator. Please run: sudo apt-get install$need" >&2
    echo "缺少上列软件包，需要管理员安装，请执行：sudo apt-get install$need" >&2
    exit 3
fi
if ! command -v apt-get >/dev/null; then
    echo "These packages are missing:$need (Debian's names). Please install them with your system's tool." >&2
    exit 3
fi
echo "installing:$need"
export DEBIAN_FRONTEND=noninteractive
# Old lists of packages often still do; they are only renewed when they do not.
$as_root apt-get install -y -qq --no-install-recommends $need >/dev/null 2>&1 && exit 0
$as_root apt-get update -qq >/dev/null || true
if ! $as_root apt-get install -y -qq --no-install-recommends $need >/dev/null; then
    echo "Installing failed; see the lines above. Check the network and run: sudo apt-get install$need" >&2
    exit 3
fi
