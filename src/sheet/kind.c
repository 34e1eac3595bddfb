/* What a file is, by what it holds: portals call HTML and CSV ".xls". */
#include <errno.h>
#include <unistd.h>
#include "base/limits.h"
#include "base/out.h"
#include "sheet/ole.h"
#include "sheet/sheet_int.h"

enum { HEAD_BYTES = 4096 };

static enum rc refuse(const char *name, const char *en, const char *zh, enum sheet_format *out, struct err *why)
{
    *out = SHEET_REFUSED;
    (void)err_set(why, RC_INPUT, (struct pos){.file = name}, "%s", "%s", lang_pick(why->lang, en, zh));
    return RC_OK;
}

#define SAVE_EN "; save it as .xlsx (Excel workbook) or CSV"
#define SAVE_ZH "；请另存为 .xlsx（Excel 工作簿）或 CSV"
#define UOF_EN "this is a Chinese office document (UOF)" SAVE_EN
#define UOF_ZH "这是标文通文件（UOF）" SAVE_ZH

/* ---- formats known by their first bytes */

struct magic {
    const char *bytes;
    size_t n;
    const char *en, *zh;
};

static const struct magic MAGIC[] = {
    {"7z\xBC\xAF\x27\x1C", 6, "this is a 7z archive; send the files themselves or a .zip",
     "这是 7z 压缩包；请直接发送文件或改用 .zip"},
    {"Rar!\x1A\x07", 6, "this is a RAR archive; send the files themselves or a .zip",
     "这是 RAR 压缩包；请直接发送文件或改用 .zip"},
    {"\x1F\x8B", 2, "this is a gzip archive; send the files themselves or a .zip",
     "这是 gzip 压缩包；请直接发送文件或改用 .zip"},
    {"%PDF", 4, "this is a PDF, not a table; ask for the spreadsheet it was made from",
     "这是 PDF，不是表格；请对方发送原始电子表格"},
    {"\x89PNG", 4, "this is a picture, not a table; ask for the spreadsheet", "这是图片，不是表格；请对方发送电子表格"},
    {"\xFF\xD8\xFF", 3, "this is a picture, not a table; ask for the spreadsheet",
     "这是图片，不是表格；请对方发送电子表格"},
    {"{\\rtf", 5, "this is a text document (RTF), not a table" SAVE_EN, "这是文档（RTF），不是表格" SAVE_ZH},
    {"ID;P", 4, "this is a table of an exchange format (SYLK), whatever its name says" SAVE_EN,
     "这是 SYLK 交换格式的表格（不论扩展名）" SAVE_ZH},
    {"TABLE\n0,1", 9, "this is a table of an exchange format (DIF)" SAVE_EN, "这是 DIF 交换格式的表格" SAVE_ZH},
    {"TABLE\r\n0,1", 10, "this is a table of an exchange format (DIF)" SAVE_EN, "这是 DIF 交换格式的表格" SAVE_ZH},
    {"\x09\x08\x10\x00", 4, "this is a spreadsheet of a very old kind" SAVE_EN, "这是非常旧的电子表格格式" SAVE_ZH},
    {"\x09\x04\x06\x00", 4, "this is a spreadsheet of a very old kind" SAVE_EN, "这是非常旧的电子表格格式" SAVE_ZH},
    {"\x09\x02\x06\x00", 4, "this is a spreadsheet of a very old kind" SAVE_EN, "这是非常旧的电子表格格式" SAVE_ZH},
    {"\x09\x00\x04\x00", 4, "this is a spreadsheet of a very old kind" SAVE_EN, "这是非常旧的电子表格格式" SAVE_ZH},
};

static const struct magic *magic_of(struct str head)
{
    for (size_t i = 0; i < sizeof MAGIC / sizeof *MAGIC; i++)
        if (str_starts(head, str_make(MAGIC[i].bytes, MAGIC[i].n))) return &MAGIC[i];
    return NULL;
}

/* Tables of dBASE and FoxPro, still common in old systems: a version, a day, and a head whose length fits its fields.
 */
static bool is_dbase(struct str head)
{
    const unsigned char *p = (const void *)head.p;
    if (head.n < 65 || !strchr("\x03\x30\x31\x32\x43\x83\x8B\xF5", p[0])) return false;
    size_t length = p[8] | (size_t)p[9] << 8, fields = length % 32;
    return p[0] && p[2] >= 1 && p[2] <= 12 && p[3] >= 1 && p[3] <= 31 && length >= 65 && (fields == 1 || fields == 8);
}

/* ---- pages called .xls */

static bool begins(struct str s, const char *word)
{
    return str_eq_nocase(str_sub(s, 0, strlen(word)), str_from(word));
}

static bool has_word(struct str s, const char *word)
{
    size_t n = strlen(word);
    for (size_t i = 0; i + n <= s.n; i++)
        if (str_eq_nocase(str_sub(s, i, i + n), str_from(word))) return true;
    return false;
}

static bool is_page(struct str head)
{
    static const char *const BEGIN[] = {"<html", "<!doctype html", "<table", "<meta", "<head", "<body", "<style"};
    for (size_t i = 0; i < sizeof BEGIN / sizeof *BEGIN; i++)
        if (begins(head, BEGIN[i])) return true;
    return begins(head, "<") && (has_word(head, "<html") || has_word(head, "<table"));
}

static bool text_kind(struct str head, const char *name, enum sheet_format *out, struct err *why)
{
    head = str_trim(head);
    while (head.n && (head.p[0] == '\r' || head.p[0] == '\n' || head.p[0] == '\t')) head = str_sub(head, 1, head.n);
    if (begins(head, "<?xml") && has_word(head, "urn:schemas-microsoft-com:office:spreadsheet"))
        (void)refuse(
            name,
            "this is an XML spreadsheet of 2003, whatever its name says; open it in a spreadsheet program" SAVE_EN,
            "这是 2003 版 XML 表格（不论扩展名）；请用表格软件打开" SAVE_ZH, out, why);
    else if (begins(head, "<?xml") && has_word(head, "urn:oasis:names:tc:opendocument"))
        (void)refuse(name, "this is an OpenDocument file (.fods)" SAVE_EN, "这是 OpenDocument 文件（.fods）" SAVE_ZH,
                     out, why);
    else if (begins(head, "<?xml") && has_word(head, "schemas.uof.org")) (void)refuse(name, UOF_EN, UOF_ZH, out, why);
    else if (begins(head, "mime-version:"))
        (void)refuse(name, "this is a saved web page, whatever its name says; open it in a spreadsheet program" SAVE_EN,
                     "这是保存的网页（不论扩展名）；请用表格软件打开" SAVE_ZH, out, why);
    else if (is_page(head))
        (void)refuse(
            name,
            "this is a web page (HTML) with a table in it, as some systems export under the name .xls; open it in "
            "a spreadsheet program" SAVE_EN,
            "这是含表格的网页（HTML），有的系统导出时把它命名为 .xls；请用表格软件打开" SAVE_ZH, out, why);
    return *out != SHEET_NONE;
}

/* ---- archives */

static bool any_below(const struct zip_box *z, const char *folder)
{
    for (size_t i = 0; i < zip_box_count(z); i++)
        if (str_starts(zip_box_entry(z, i)->name, str_from(folder))) return true;
    return false;
}

static enum rc package_kind(const struct zip_box *z, const char *name, enum sheet_format *out, struct err *why)
{
    bool office = zip_box_find(z, STR("[Content_Types].xml")) != SIZE_MAX;
    *out = SHEET_ZIP;
    if (office && zip_box_find(z, STR("xl/workbook.bin")) != SIZE_MAX)
        return refuse(name, "this is a binary workbook (.xlsb)" SAVE_EN, "这是二进制工作簿（.xlsb）" SAVE_ZH, out, why);
    if (office && any_below(z, "word/"))
        return refuse(name, "this is a text document (Word), not a spreadsheet", "这是 Word 文档，不是电子表格", out,
                      why);
    if (office && any_below(z, "ppt/"))
        return refuse(name, "this is a presentation, not a spreadsheet", "这是演示文稿，不是电子表格", out, why);
    if (zip_box_find(z, STR("mimetype")) == 0 && zip_box_find(z, STR("content.xml")) != SIZE_MAX)
        return refuse(name, "this is an OpenDocument file (.ods)" SAVE_EN, "这是 OpenDocument 文件（.ods）" SAVE_ZH,
                      out, why);
    if (zip_box_find(z, STR("uof.xml")) != SIZE_MAX) return refuse(name, UOF_EN, UOF_ZH, out, why);
    if (zip_box_find(z, STR("Index/Document.iwa")) != SIZE_MAX)
        return refuse(name, "this is a document of Apple's programs (.numbers)" SAVE_EN,
                      "这是苹果软件的文件（.numbers）" SAVE_ZH, out, why);
    if (office) *out = SHEET_XLSX;
    return RC_OK;
}

/* A broken archive is told when it is read. */
static enum rc zip_kind(int fd, const char *name, enum sheet_format *out, struct err *why, struct err *e)
{
    struct zip_box *z = NULL;
    enum rc rc = zip_box_open(&z, fd, name, why);
    if (rc == RC_NOMEM) return err_nomem(e);
    if (rc) {
        *out = SHEET_REFUSED;
        return RC_OK;
    }
    rc = package_kind(z, name, out, why);
    zip_box_close(z);
    return rc;
}

/* ---- compound files of the old office programs */

static enum rc ole_kind(int fd, const char *name, enum sheet_format *out, struct err *why, struct err *e)
{
    struct ole_streams has;
    TRY(ole_look(fd, &has, e));
    *out = SHEET_XLS;
    if (has.encrypted)
        return refuse(name, "the workbook has a password; ask for it without one (save as, tools, general options)",
                      "工作簿设有密码；请对方去掉打开密码后重发", out, why);
    if (has.macros)
        return refuse(
            name,
            "the workbook holds macros (programs), which may harm: refused. Save it as an ordinary .xlsx workbook "
            "without macros",
            "工作簿含有宏（程序），可能有害：已拒绝。请另存为不含宏的普通 .xlsx 工作簿", out, why);
    if (has.workbook) return RC_OK;
    if (has.document)
        return refuse(name, "this is a text document (Word or WPS), not a spreadsheet",
                      "这是文字文档（Word 或 WPS），不是电子表格", out, why);
    return refuse(name, "this is an office file without a workbook in it, or it is broken" SAVE_EN,
                  "这个文件里没有工作簿，或文件已损坏" SAVE_ZH, out, why);
}

enum rc sheet_format_of(int fd, const char *name, enum sheet_format *out, struct err *why, struct err *e)
{
    char bytes[HEAD_BYTES];
    ssize_t n = pread(fd, bytes, sizeof bytes, 0);
    *out = SHEET_NONE;
    if (n < 0) return err_set(e, RC_ENV, (struct pos){.file = name}, "reading failed", "读取失败");
    struct str head = {bytes, (size_t)n};
    const struct magic *m = magic_of(head);
    if (m) return refuse(name, m->en, m->zh, out, why);
    if (is_dbase(head))
        return refuse(name, "this is a table of dBASE or FoxPro (.dbf)" SAVE_EN,
                      "这是 dBASE 或 FoxPro 表（.dbf）" SAVE_ZH, out, why);
    if (str_starts(head, STR("PK\x03\x04")) || str_starts(head, STR("PK\x05\x06")))
        return zip_kind(fd, name, out, why, e);
    if (str_starts(head, STR("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"))) return ole_kind(fd, name, out, why, e);
    (void)text_kind(head, name, out, why);
    return RC_OK;
}
