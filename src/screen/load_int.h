/* Inside of the loader. */
#ifndef SCREEN_LOAD_INT_H
#define SCREEN_LOAD_INT_H
#include "base/limits.h"
#include "screen/load.h"
#include "store/chunks.h"

/* Cells of a stored column, put together over deliveries, one int64 a row, blank rows marked. */
struct cells {
    int64_t *v;
    uint64_t *valid;     /* NULL: all */
    uint64_t *not_given; /* rows of deliveries without this column; NULL: none */
    uint32_t n;
};

/* How a stored cell becomes a frame cell. */
enum cell_form { FORM_INT, FORM_CODE, FORM_SET, FORM_TEXT, FORM_REF_PERSON, FORM_REF_HOUSEHOLD, FORM_KEY };

struct cell_spec {
    enum cell_form form;
    const struct decl *codes;
    struct str name; /* stored column */
};

enum rc cells_load(struct world *w, const struct world_rows *rows, const struct cell_spec *spec, struct cells *out,
                   struct err *e) MUST_USE;
void cells_fini(struct cells *c);
/* Rows from..to-1: no delivery gave this field. */
enum rc cells_not_given(struct cells *c, int64_t from, int64_t to, struct err *e) MUST_USE;
/* rows of the table from the deliveries' counts of the column "person". */
enum rc rows_plan(struct world *w, struct str dataset, struct world_rows *out, struct err *e) MUST_USE;
/* cells[order[i]] as a frame column (order NULL: as they are). */
enum rc fcol_from_cells(struct world *w, const struct cells *c, const uint32_t *order, uint32_t n, enum rep rep,
                        struct fcol *out, struct err *e) MUST_USE;
enum rc world_own(struct world *w, struct column c, struct err *e) MUST_USE;
enum rc load_people(struct world *w, struct err *e) MUST_USE;
enum rc load_people_columns(struct world *w, struct err *e) MUST_USE;
enum rc load_facts(struct world *w, uint32_t dataset, struct err *e) MUST_USE;
enum rc load_keys(struct world *w, struct err *e) MUST_USE;
enum rc load_places(struct world *w, const struct divisions *divs, struct err *e) MUST_USE;
enum rc spec_of_field(struct world *w, const struct field_ref *f, struct cell_spec *spec, enum rep *rep,
                      struct err *e) MUST_USE;
#endif
