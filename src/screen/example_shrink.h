/* Tests only: an example that fails made small, so that it can be read and kept. */
#ifndef SCREEN_EXAMPLE_SHRINK_H
#define SCREEN_EXAMPLE_SHRINK_H
#include "base/test.h"
#include "rules/example.h"

/* Does the text still fail as it did? Any text may come, also one that is no example: that is no failure. */
typedef bool (*example_fails)(void *ctx, struct str text);

/* Leave out expectations, rows, fields, givens, periods that were not delivered, and parts of expressions, as long as
 * the text (a policy block with one example, one clause of it a line or a member) still fails. How many texts were
 * tried. */
unsigned example_shrink(struct buf *text, example_fails fails, void *ctx);
/* A book of the world of tests/semantics and this text, in a folder. False: it could not be written (checked). */
bool found_book(struct test *t, const char *folder, struct str text);
/* A text of one example (named by digits) on which the engine ends with RC_ENV: shrunk, and every expectation as the
 * reference has it, so that it can be kept in tests/semantics, where all engines run it. */
void example_found(struct test *t, example_engine engine, struct buf *text);
#endif
