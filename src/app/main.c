/* fangpin: the command line program. */
#include <locale.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include "app/args.h"
#include "base/mem.h"
#include "columns/seal.h"

static void say_error(const struct err *e)
{
    char text[ERR_MSG_MAX + 512];
    if (!e->msg[0]) return;
    (void)err_format(e, text, sizeof text);
    (void)fprintf(stderr, "fangpin: %s\n", text);
}

/* A crash must not write names, IDs and the key to a file. The leak checker has to trace the program. */
static void forbid_core(void)
{
    (void)setrlimit(RLIMIT_CORE, &(struct rlimit){0});
#ifndef __SANITIZE_ADDRESS__
    (void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
#endif
}

int main(int argc, char **argv)
{
    forbid_core();
    mem_keep_freed();
    seal_begin();
    struct args args;
    struct app app = {.lang = args_lang(argc, argv), .clock = clock_system()};
    struct err e = {.lang = app.lang};
    out_init(&app.out, stdout, app.lang);
    enum rc rc = args_parse(&args, argc, argv, &e);
    if (!rc && args.help) args_help(args.command, &app.out);
    else if (!rc) rc = args.command->run(&app, &args, &e);
    if (!rc) rc = out_flush(&app.out, &e);
    (void)fflush(stdout);
    if (rc) say_error(&e);
    return rc_exit(rc);
}
