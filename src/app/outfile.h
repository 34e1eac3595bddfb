/* Where a file may be written: never over something that is not ours to lose. */
#ifndef APP_OUTFILE_H
#define APP_OUTFILE_H
#include "app/args.h"

enum outfile_kind {
    OUTFILE_FINDINGS,
    OUTFILE_ERRORS,
    OUTFILE_BACKTEST,
    OUTFILE_LINKS,
    OUTFILE_CHECKS,
    OUTFILE_CHECKS_SHEET,
    OUTFILE__MAX
};

/* May `path` be written by a command on the data folder that is its first argument? RC_USAGE with the mend when it is
 * the key file or `input` (NULL: none), or lies inside the data folder; RC_INPUT when something is there that is not an
 * earlier file of this kind (an empty file is nothing); RC_ENV when the folder takes no file (but of an error file). */
enum rc outfile_check(const struct app *app, const struct args *a, enum outfile_kind kind, const char *path,
                      const char *input, struct err *e) MUST_USE;
/* RC_USAGE when the folder is a data folder or lies inside one. */
enum rc outfile_check_folder(const char *path, struct err *e) MUST_USE;
#endif
