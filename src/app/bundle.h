/* A folder or a zip of files, as departments send them: what is in it, and of which dataset each file is. A zip in a
 * folder is opened; a workbook whose sheets are of several datasets is as many items. */
#ifndef APP_BUNDLE_H
#define APP_BUNDLE_H
#include "app/session.h"

struct zip_box;

/* An archive. */
struct bundle_box {
    const char *path;
    struct zip_box *zip;
    int fd;
    struct bundle_box *next;
};

struct bundle_item {
    const char *name;       /* as the user is told: path in the folder, or archive.zip/path */
    const char *flat;       /* the same without folders, for the name of its list of errors */
    struct bundle_box *box; /* the archive that it is in; NULL: none */
    size_t entry;           /* in the archive */
    struct str sheets;      /* of a workbook: for source_options.sheets; empty: those that fit */
    const char *table;      /* of a workbook of several tables: the names of the sheets, for people; NULL: not one */
    const char *dataset;    /* NULL: not known; several with "+" between them: all of them */
    bool roster;
    const char *why; /* it is not taken in, and why; NULL: it is */
    bool beside;     /* a table beside data that go in: of no dataset, a summary; told, and no error */
    uint32_t rows;   /* with beside */
    bool list;       /* named as the lists of errors are that an import writes */
    bool harmless;   /* nothing that somebody could have meant as data */
};

struct bundle {
    const char *path;
    struct bundle_item *item;
    size_t n, cap;
    struct bundle_box *box; /* the archives */
};

/* Is it a folder or an archive of files? RC_ENV when it cannot be read. */
enum rc bundle_is(const char *path, bool *out, struct err *e) MUST_USE;
struct bundle_options {
    const char *dataset; /* of all files; NULL: each is looked at to find its own */
    struct str sheets;   /* of workbooks that are meant; empty: those that fit */
    struct str sender;   /* whose layouts are remembered; may be empty */
    bool skip_hidden;    /* rows of workbooks that are hidden do not count */
};
/* List the files in the order of their names, rosters first. b is freed with bundle_close in any case. Texts are in the
 * session's arena. RC_INPUT: a broken archive, too many files. */
enum rc bundle_open(struct bundle *b, struct session *s, const char *path, const struct bundle_options *o,
                    struct err *e) MUST_USE;
void bundle_close(struct bundle *b);
/* The bytes of a file of an archive, unpacked to a file without a name; *fd is the caller's. -1 for files of a folder,
 * which have a path. */
enum rc bundle_fd(const struct bundle_item *item, const char *dir, int *fd, struct err *e) MUST_USE;
#endif
