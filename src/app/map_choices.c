#include "app/map_choices.h"

enum rc map_choices(const struct args *a, struct column_choice *v, size_t *n, struct err *e)
{
    *n = 0;
    for (size_t i = 0; i < a->list_n; i++)
        if (a->list_option[i] == OPTION_MAP) TRY(column_choice_parse(a->list[i], &v[(*n)++], e));
    return RC_OK;
}
