#!/bin/sh
# The build's own tools: each must find what it is there to find, and pass what is right. Run by make check.
set -u
cd "$(dirname "$0")/.." || exit 3
mkdir -p build
flock build/make.lock make -s build/release/tools/lint build/release/tools/depcheck build/release/tools/mksql || exit 3
tools=$PWD/build/release/tools
banned=$PWD/src/base/banned.h
mkassets=$PWD/tools/mkassets.sh
makefile=$PWD/Makefile
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir" || exit 3
mkdir -p src/base src/ident src/book src/store
passed=0
failed=0

count() { # count NAME RESULT
    if [ "$2" = 0 ]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "tests/tools.sh: $1"
        sed 's/^/    /' out
    fi
}

# finds NAME TEXT COMMAND…: the command fails and says TEXT.
finds() {
    name=$1
    text=$2
    shift 2
    if "$@" >out 2>&1; then count "$name: passed what is wrong" 1
    else
        grep -qF "$text" out
        count "$name: did not say \"$text\"" $?
    fi
}

# accepts NAME COMMAND…
accepts() {
    name=$1
    shift
    "$@" >out 2>&1
    count "$name: refused what is right" $?
}

good_header() {
    printf '#ifndef BASE_A_H\n#define BASE_A_H\nint a(void);\n#endif\n' >src/base/a.h
}

lint_case() { # lint_case NAME TEXT: what stands in src/base/a.c is found
    finds "lint: $1" "$2" "$tools/lint" src
}

good_header
cat >src/base/a.c <<'END'
#include "base/a.h"
/* a double "float" in a comment */
static const int K[] = {1, 2};
static const char *const NAMES[] = {"float", "a;b{"};
struct pair { int a, b; };
struct pair;
enum { ONE = 1 };
extern const unsigned char asset_x[];
static int twice(int x) { return 2 * x; }
#define EACH(x) \
    { x }
int a(void)
{
    static const char text[] = "x";
    return K[0] + twice(text[0]) + NAMES[0][0];
}
END
accepts "lint: good code" "$tools/lint" src
body() { awk -v n="$1" 'BEGIN { print "int a(void)\n{"; for (i = 2; i < n; i++) print "    ;"; print "}" }'; }
body 70 >src/base/a.c
accepts "lint: a function of 70 lines" "$tools/lint" src
body 71 >src/base/a.c
lint_case "a long function" "src/base/a.c:2: a function over 70 lines"
awk 'BEGIN { for (i = 0; i < 801; i++) print "" }' >src/base/a.c
lint_case "a long file" "a file over 800 lines"
awk 'BEGIN { printf "/* "; for (i = 0; i < 114; i++) printf "字"; print " */" }' >src/base/a.c
accepts "lint: a line of 120 characters" "$tools/lint" src
awk 'BEGIN { printf "/* "; for (i = 0; i < 115; i++) printf "字"; print " */" }' >src/base/a.c
lint_case "a wide line" "src/base/a.c:1: a line over 120 columns"
for word in TO''DO FIX''ME XX''X HA''CK 'For n''ow'; do
    echo "/* $word: later */" >src/base/a.c
    lint_case "$word" "src/base/a.c:1: work left behind"
done
for word in float double; do
    printf 'int a(void);\n%s b(void);\n' $word >src/base/a.c
    lint_case "$word" "src/base/a.c:2: floating point"
done
for code in 'static int count;' 'int count = 1;' 'static const char *name;' 'struct pair { int a; } p;' \
    'int v[3] = {1};' 'extern int count;' 'static _Thread_local int x;' 'int (*hook)(void);' 'struct pair p;' \
    'int a(void) { static int n; return n++; }' 'static struct pair { int a; } p = {0};'; do
    echo "$code" >src/base/a.c
    lint_case "$code" "src/base/a.c:1: a variable that lives for ever"
done
echo 'int a(void);' >src/base/a.h
lint_case "no guard" "src/base/a.h:1: a header without a guard"
good_header
echo 'void b_test(struct test *t) { (void)t; }' >src/base/a_test.c
lint_case "a test's name" "src/base/a_test.c:1: a test file that does not define"
rm src/base/a_test.c
echo '#include "base/a.h"' >src/base/a.c

dep_case() { # dep_case FILE INCLUDE TEXT
    echo "$2" >"$1"
    finds "depcheck: $2 in $1" "$3" "$tools/depcheck" src
    rm "$1"
}
dep_case src/base/b.c '#include "ident/x.h"' "src/base/b.c:1: base includes ident"
dep_case src/store/b.c '#  include "book/x.h"' "src/store/b.c:1: store includes book"
dep_case src/book/b.c '#include "ident/x_int.h"' "*_int.h is private"
dep_case src/book/b.c '#include <sqlite3.h>' "src/book/b.c:1: sqlite3.h outside store"
mkdir src/other
dep_case src/other/b.c '#include "base/a.h"' "a folder without a rule"
rmdir src/other
echo '#include "ident/d.h"' >src/ident/c.h
dep_case src/ident/d.h '#include "ident/c.h"' "closes a circle"
rm src/ident/c.h
printf '/* #include "ident/x.h" */\n// #include "store/x.h"\n#include "base/a.h"\n#include <stdio.h>\n' >src/base/b.c
echo '#include "base/a.h"' >src/book/c.c
echo '#include <sqlite3.h>' >src/store/c.c
accepts "depcheck: good includes" "$tools/depcheck" src

cat >a.sql <<'END'
-- text
-- name: one
SELECT $2, "a -- b"
  FROM t /* x
 */ WHERE $1 = 'it''s $3'; -- end
-- name: two
SELECT	1
END
cat >want <<'END'
SQL_STATEMENT(one,
    "SELECT ?2, \"a -- b\" FROM t WHERE ?1 = 'it''s $3';")
SQL_STATEMENT(two,
    "SELECT 1")
END
"$tools/mksql" a.sql >got 2>out && cmp got want >>out 2>&1
count "mksql: statements" $?
"$tools/mksql" >got 2>out && [ ! -s got ]
count "mksql: no file" $?
sql_case() { # sql_case SQL TEXT
    printf '%b' "$1" >a.sql
    finds "mksql: $1" "$2" "$tools/mksql" a.sql
}
sql_case '-- name: a\nSELECT 1\n-- name: a\nSELECT 2\n' "is there twice"
sql_case '-- name: A b\nSELECT 1\n' "a name is"
sql_case 'SELECT 1\n' "SQL before"
sql_case '-- name: a\n-- nothing\n' "is empty"
sql_case "-- name: a\nSELECT 'x\n" "not closed"
sql_case '-- name: a\nSELECT $x\n' 'a parameter is'

for call in 'strcpy(a, b)' 'strcat(a, b)' 'sprintf(a, "x")' 'vsprintf(a, b, c)' 'strtok(a, b)' 'atoi(b)' \
    'strtol(b, &a, 10)' 'sscanf(b, "%d")' 'localtime(c)' 'gmtime(c)' 'ctime(c)' 'rand()' 'srand(1)' 'malloc(1)' \
    'calloc(1, 1)' 'realloc(a, 1)' 'free(a)' 'strdup(b)' 'asprintf(&a, "x")'; do
    printf 'void f(char *a, const char *b, void *c);\nvoid f(char *a, const char *b, void *c) { (void)%s; }\n' \
        "$call" >banned.c
    for cc in gcc clang; do
        command -v $cc >/dev/null || continue
        finds "banned.h: $call with $cc" "error" \
            $cc -O2 -D_FORTIFY_SOURCE=2 -D_GNU_SOURCE -include "$banned" -c banned.c
    done
done

printf 'hello' >a-b.txt
"$mkassets" a-b.txt >a.S && gcc -c -o a.o a.S 2>out && nm a.o >out && [ "$(grep -c ' [rR] asset_a_b_txt' out)" = 2 ]
count "mkassets: symbols" $?
"$mkassets" >a.S && gcc -c -o a.o a.S 2>out
count "mkassets: no file" $?

# Runs that call make themselves begin when all else is made, and not together.
mkdir tools
for run in check bench setup; do
    printf '#!/bin/sh\n[ %s = setup ] && exit\necho begin %s >>log\nsleep 0.2\necho end %s >>log\n' $run $run $run \
        >tools/$run.sh
    chmod +x tools/$run.sh
done
cp "$makefile" Makefile && printf 'slow:\n\t@sleep 0.4; echo slow >>log\n' >>Makefile
env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL make -s -j4 check slow bench >out 2>&1
[ "$(tr '\n' ' ' <log)" = "slow begin check end check begin bench end bench " ]
count "make: runs wait for each other" $?

echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
