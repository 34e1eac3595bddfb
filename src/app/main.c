/* fangpin: the command line program. */
#include <locale.h>
#include "app/args.h"

static void say_error(const struct err *e)
{
    char text[ERR_MSG_MAX + 512];
    if (!e->msg[0]) return;
    (void)err_format(e, text, sizeof text);
    (void)fprintf(stderr, "fangpin: %s\n", text);
}

int main(int argc, char **argv)
{
    struct args args;
    struct app app = {.lang = args_lang(argc, argv), .clock = clock_system()};
    struct err e = {.lang = app.lang};
    out_init(&app.out, stdout, app.lang);
    enum rc rc = args_parse(&args, argc, argv, &e);
    if (!rc && args.help) args_help(args.command, &app.out);
    else if (!rc) rc = args.command->run(&app, &args, &e);
    if (!rc && fflush(stdout)) rc = err_set(&e, RC_ENV, pos_none(), "the output cannot be written.", "无法写出结果。");
    (void)fflush(stdout);
    if (rc) say_error(&e);
    return rc_exit(rc);
}
