/* Force-included into every file except base/mem.c: what is banned is a compile error.
 * The standard headers come first because they may name what is poisoned after them. */
#ifndef BASE_BANNED_H
#define BASE_BANNED_H
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <wchar.h>

/* Some are macros in some builds, which poisoning would only warn of. */
#undef alloca
#undef asprintf
#undef sprintf
#undef vasprintf
#undef vsprintf

/* Unbounded or stateful: use str, buf and arena. */
#pragma GCC poison strcpy strcat sprintf vsprintf strtok gets strncpy strncat
/* No errors reported, or locale-dependent: use str_to_i64, dec_parse, date_parse_iso. */
#pragma GCC poison atoi atol atoll atof strtol strtoul strtoll strtoull strtod sscanf
/* Shared buffers and the machine's time zone: use clock and date. */
#pragma GCC poison localtime gmtime asctime ctime
/* Not replayable: use rng. */
#pragma GCC poison srand random srandom
/* Not poisoned, because OpenSSL's headers name a parameter so. */
/* clang-format off */
#define rand() ((int)sizeof(struct { _Static_assert(0, "rand is banned: use rng"); int x; }))
/* clang-format on */
/* All memory goes through base/mem.h, where its failure can be tested. */
#pragma GCC poison malloc calloc realloc reallocarray free strdup strndup asprintf vasprintf alloca
#endif
