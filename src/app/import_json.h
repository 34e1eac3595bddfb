/* What is said of deliveries and imports as JSON. */
#ifndef APP_IMPORT_JSON_H
#define APP_IMPORT_JSON_H
#include "app/commands.h"
#include "app/say.h"
#include "match/import.h"
#include "store/delivery.h"

/* Waiting rows that found their person by this import: of other files by a roster, of this one by earlier decisions. */
struct linked {
    int64_t rematched, remembered;
};

/* The members of an open object that tell what a delivery is. */
void json_delivery_body(struct json *j, const struct delivery *d);
/* Print one import as an object on a line. lock_us: the longest time the database was locked against other writers, so
 * far. */
enum rc json_import(const struct import_report *r, bool dry, struct linked l, int64_t lock_us, struct app *app,
                    struct err *e) MUST_USE;
#endif
