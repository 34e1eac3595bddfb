/* Reading JSON (RFC 8259), value by value: the caller asks for what it expects. For files of a few megabytes. */
#ifndef BASE_JSON_IN_H
#define BASE_JSON_IN_H
#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

enum { JSON_DEPTH_MAX = 32 };

struct json_in {
    struct str text; /* UTF-8, borrowed */
    size_t at;
    struct arena *a; /* for strings with escapes */
    const char *file;
};

/* The next sign that is no white space; 0 at the end. */
char json_in_peek(struct json_in *j);
/* Take it when it is c. */
bool json_in_take(struct json_in *j, char c);
/* A string; it points into the text, or into the arena. RC_INPUT with the line: there is none, or it is malformed. */
enum rc json_in_string(struct json_in *j, struct str *out, struct err *e) MUST_USE;
/* Pass over any value. RC_INPUT: malformed, or deeper than JSON_DEPTH_MAX. */
enum rc json_in_skip(struct json_in *j, struct err *e) MUST_USE;
/* Something else was expected here. */
enum rc json_in_bad(const struct json_in *j, struct err *e) MUST_USE;
#endif
