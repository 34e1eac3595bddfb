#include "sheet/xml.h"
#include <expat.h>
#include "base/limits.h"
#include "base/mem.h"

struct parse {
    struct xml_run *x;
    XML_Parser parser;
    unsigned depth;
    bool doctype, deep;
    uint64_t events, events_before, quiet; /* bytes fed since the last event */
};

static const char *local(const char *name)
{
    const char *colon = strchr(name, ':');
    return colon ? colon + 1 : name;
}

const char *xml_attribute(const char **a, const char *name)
{
    for (; a[0]; a += 2)
        if (strcmp(local(a[0]), name) == 0) return a[1];
    return NULL;
}

void xml_fail(struct xml_run *x, enum rc rc)
{
    x->stop = true;
    x->rc = rc;
}

static void on_start(void *ctx, const char *name, const char **attributes)
{
    struct parse *p = ctx;
    p->events++;
    if (p->x->stop) return;
    p->deep |= ++p->depth > XML_DEPTH_MAX;
    if (!p->deep) p->x->calls->start(p->x->ctx, local(name), attributes);
    if (p->deep || p->x->stop) (void)XML_StopParser(p->parser, XML_FALSE);
}

static void on_end(void *ctx, const char *name)
{
    struct parse *p = ctx;
    p->events++;
    if (p->x->stop) return;
    p->depth--;
    p->x->calls->end(p->x->ctx, local(name));
    if (p->x->stop) (void)XML_StopParser(p->parser, XML_FALSE);
}

static void on_text(void *ctx, const char *s, int n)
{
    struct parse *p = ctx;
    p->events++;
    if (!p->x->stop) p->x->calls->text(p->x->ctx, s, n);
}

static void on_doctype(void *ctx, const char *name, const char *system_id, const char *public_id, int internal)
{
    struct parse *p = ctx;
    (void)name;
    (void)system_id;
    (void)public_id;
    (void)internal;
    p->doctype = true;
    (void)XML_StopParser(p->parser, XML_FALSE);
}

static enum rc refuse(const struct parse *p, struct err *e)
{
    struct pos at = {.file = p->x->file};
    const char *part = p->x->part;
    if (p->doctype)
        return err_set(e, RC_INPUT, at, "the part %s has a DOCTYPE, which no spreadsheet program writes: refused",
                       "%s 部分含有 DOCTYPE 声明，正常的表格软件不会写出：已拒绝", part);
    if (p->deep)
        return err_set(e, RC_INPUT, at, "the part %s is nested deeper than %d levels: refused",
                       "%s 部分嵌套超过 %d 层：已拒绝", part, XML_DEPTH_MAX);
    if (XML_GetErrorCode(p->parser) == XML_ERROR_NO_MEMORY) return err_nomem(e);
    return err_set(e, RC_INPUT, at, "the part %s is broken; open the file in a spreadsheet program and save it anew",
                   "%s 部分已损坏；请用表格软件打开后重新保存", part);
}

/* A token that goes on and on is kept whole by expat: it is not to. */
static enum rc check_token(struct parse *p, size_t fed, struct err *e)
{
    p->quiet = p->events == p->events_before ? p->quiet + fed : 0;
    p->events_before = p->events;
    if (p->quiet <= XML_TOKEN_MAX) return RC_OK;
    return err_set(e, RC_INPUT, (struct pos){.file = p->x->file},
                   "the part %s has a tag of more than %d bytes: refused", "%s 部分有超过 %d 字节的标记：已拒绝",
                   p->x->part, XML_TOKEN_MAX);
}

static enum rc feed(struct parse *p, const char *s, size_t n, bool last, struct err *e)
{
    if (p->x->stop) return p->x->rc;
    enum XML_Status st = XML_Parse(p->parser, s, (int)n, last);
    if (p->x->stop) return p->x->rc;
    return st == XML_STATUS_OK ? RC_OK : refuse(p, e);
}

static void *resize(void *p, size_t n) { return mem_resize_array(p, n, 1); }

static enum rc begin(struct parse *p, struct xml_run *x, struct err *e)
{
    static const XML_Memory_Handling_Suite MEMORY = {mem_alloc, resize, mem_free};
    *p = (struct parse){.x = x, .parser = XML_ParserCreate_MM(NULL, &MEMORY, NULL)};
    if (!p->parser) return err_nomem(e);
    x->stop = false;
    x->rc = RC_OK;
    x->err = e;
    XML_SetUserData(p->parser, p);
    XML_SetElementHandler(p->parser, on_start, on_end);
    if (x->calls->text) XML_SetCharacterDataHandler(p->parser, on_text);
    XML_SetStartDoctypeDeclHandler(p->parser, on_doctype);
    return RC_OK;
}

enum rc xml_read_bytes(struct xml_run *x, struct str bytes, struct err *e)
{
    struct parse p;
    TRY(begin(&p, x, e));
    enum rc rc = RC_OK;
    for (size_t i = 0; i < bytes.n && !rc && !x->stop;) {
        size_t n = bytes.n - i < KIB(64) ? bytes.n - i : KIB(64);
        rc = feed(&p, bytes.p + i, n, false, e);
        i += n;
        if (!rc && !x->stop) rc = check_token(&p, n, e);
    }
    if (!rc && !x->stop) rc = feed(&p, "", 0, true, e);
    XML_ParserFree(p.parser);
    return rc;
}

static enum rc read_stream(struct parse *p, struct zip_stream *s, struct err *e)
{
    const char *bytes;
    size_t n;
    for (;;) {
        TRY(zip_stream_next(s, &bytes, &n, e));
        TRY(feed(p, bytes, n, n == 0, e));
        if (n == 0 || p->x->stop) return RC_OK;
        TRY(check_token(p, n, e));
    }
}

enum rc xml_read_entry(struct xml_run *x, struct zip_box *z, size_t entry, bool ahead, struct err *e)
{
    struct parse p;
    struct zip_stream *s = NULL;
    TRY(zip_stream_open(&s, z, entry, ahead, e));
    enum rc rc = begin(&p, x, e);
    if (!rc) {
        rc = read_stream(&p, s, e);
        XML_ParserFree(p.parser);
    }
    zip_stream_close(s);
    return rc;
}
