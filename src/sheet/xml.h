/* The XML inside spreadsheets, streamed by expat: no DOCTYPE (so no entities but the five), no depth and no single tag
 * beyond base/limits.h. Names are given without their prefix. */
#ifndef SHEET_XML_H
#define SHEET_XML_H
#include "sheet/zipbox.h"

struct xml_calls {
    void (*start)(void *ctx, const char *name, const char **attributes);
    void (*end)(void *ctx, const char *name);
    void (*text)(void *ctx, const char *p, int n); /* NULL: texts are of no interest */
};

struct xml_run {
    const struct xml_calls *calls;
    void *ctx;
    const char *file, *part; /* for messages */
    /* Set by the calls: stop now. rc RC_OK: enough was seen; else err says why. */
    bool stop;
    enum rc rc;
    struct err *err;
};

/* Parse an entry of an archive to its end, or until the calls stop it. */
enum rc xml_read_entry(struct xml_run *x, struct zip_box *z, size_t entry, bool ahead, struct err *e) MUST_USE;
/* The same for bytes in memory. */
enum rc xml_read_bytes(struct xml_run *x, struct str bytes, struct err *e) MUST_USE;
/* In a call: give up with an error of err_set. */
void xml_fail(struct xml_run *x, enum rc rc);
/* Value of an attribute by its name without prefix; NULL: not there. */
const char *xml_attribute(const char **attributes, const char *name);
#endif
