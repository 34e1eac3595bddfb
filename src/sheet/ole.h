/* Compound files (MS-CFB), the wrapper of old office formats: which streams are in one, and the workbook's. */
#ifndef SHEET_OLE_H
#define SHEET_OLE_H
#include "base/buf.h"

struct ole_streams {
    bool workbook;  /* "Workbook" or "Book": BIFF 8 or 5 */
    bool encrypted; /* "EncryptedPackage": a new workbook with a password */
    bool macros;    /* "_VBA_PROJECT_CUR" */
    bool document;  /* "WordDocument" */
};

/* Of a file that begins as such files do; nothing is found in a broken one. */
enum rc ole_look(int fd, struct ole_streams *out, struct err *e) MUST_USE;
/* The workbook's stream appended to b. RC_INPUT when there is none, or it is broken or longer than b may be. */
enum rc ole_stream(int fd, struct buf *b, struct err *e) MUST_USE;
#endif
