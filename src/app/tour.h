/* Tests only: a walk through all commands on a tiny folder, run inside the test's process, so that faults can be put
 * into any of them. The books and files are in tests/tour. */
#ifndef APP_TOUR_H
#define APP_TOUR_H
#include "app/args.h"
#include "base/test.h"

enum { TOUR_PATH = 512, TOUR_LINE = 8192 };

struct tour {
    struct test *t;
    char top[TOUR_PATH], dir[TOUR_PATH]; /* dir is in top */
    int64_t now_us;
    struct err e;   /* of the last command */
    struct buf out; /* what it printed */
    /* Around a command, when set: faults are put in and taken out here. */
    void (*arm)(void *ctx, FILE *out);
    void (*disarm)(void *ctx);
    void *ctx;
    char line[TOUR_LINE];                       /* of the step under test, numbers of deliveries filled in */
    bool quick;                                 /* leave the books and divisions out of the state */
    unsigned wrong;                             /* what tour_wrong has told */
    struct buf before, after, now, file, whole; /* of tour_prepare and tour_judge */
    struct buf told;                            /* what the step printed in tour_prepare */
};

/* One step of the walk. `again` is what the command says when its work is done already. */
struct tour_step {
    const char *line;
    enum rc again;
    const char *fixture; /* begins with this in the folder, unpacked; "" with nothing; NULL with what the last left */
    bool answers;        /* before it @/../answers.csv is written: a list of data checks that comes back */
    bool parts;   /* may be interrupted between two parts, each whole by itself; the repetition does the other one */
    bool several; /* files, each with its own reason when it fails; those that are in change the numbers of the others:
                     for kills and losses of power alone */
};
extern const struct tour_step tour_steps[]; /* each changes the folder */
extern const size_t tour_steps_n;
extern const char *const tour_looks[]; /* these do not; run after the steps */
extern const size_t tour_looks_n;

bool tour_init(struct tour *w, struct test *t, const char *name);
void tour_fini(struct tour *w);
/* Run a command line: words between blanks; @ is the tour's folder, % tests/tour, #medical the number of the delivery
 * of that dataset which came last and is in force, _ a blank. */
enum rc tour_run(struct tour *w, const char *line);
/* Step i at its own time. */
enum rc tour_step(struct tour *w, size_t i);
/* The same with the numbers of deliveries as they were at tour_prepare. */
enum rc tour_again(struct tour *w, size_t i);
/* What the folder holds as its readers see it, without numbers that an interrupted command may have used up. */
void tour_state(struct tour *w, struct buf *out);
/* What the last command printed and the files that its line names (@/x.csv, the folder @/../gen). */
void tour_told(struct tour *w, const char *line, struct buf *out);
/* A file of the folder, empty when it is not there. */
void tour_file(struct tour *w, const char *name, struct buf *out);
/* Copy the tour's folder to top/name, and back. */
void tour_save(struct tour *w, const char *name);
void tour_load(struct tour *w, const char *name);
/* Remove top/name. */
void tour_drop(struct tour *w, const char *name);
/* Do step i to see what it makes of the folder, and undo it. */
void tour_prepare(struct tour *w, size_t i);
/* After step i has met fault `nth` and returned rc: the folder is sound and as before or as after the step (after, if
 * it succeeded); doing the step again ends where it should. Then the folder is as before the step again. */
void tour_judge(struct tour *w, size_t i, uint64_t nth, enum rc rc);
/* The folder as after step i of tour_prepare. */
void tour_proceed(struct tour *w);
/* Print in the test's log what went wrong with a command under a fault, and fail the case. */
void tour_wrong(struct tour *w, const char *line, uint64_t nth, const char *what);
#endif
