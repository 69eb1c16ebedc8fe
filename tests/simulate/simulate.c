/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Years of an institution in seconds, and at the end every certificate's notices are exactly those that its life called for.
 *
 *     simulate                            some seeds
 *     simulate --seeds 100 --years 10     more of them, longer
 *     simulate --seed 4711                one seed again, as it was printed when it failed
 *
 * A seed is a whole institution: its profile, its contracts and people and what they do (people.c), its workers and how
 * they die (workers.c), its mail server (mail.c), its clock and its mistakes. All of them use the library by its public
 * calls over a clock of their own; nothing depends on the real time, and a seed does the same on every machine.
 *
 * Beside it runs a model, written from the specification and without the library: facts.c says what has happened to whom,
 * calls_for.c what that calls for, ledger.c compares it with what workers are given, and reconcile.c with what the library
 * lists. fault.h names faults that can be planted, so that one sees them found.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "simulation.h"

struct request {
    struct options options;
    uint64_t first;
    int32_t seeds, jobs;
};

/* What a job says about one seed. */
struct report {
    uint64_t seed;
    bool reconciled;
    struct counts counts;
    char wrong[1024];
};

static int usage(FILE *out)
{
    fprintf(out, "simulate [--certificates N] [--years Y] [--seeds N | --seed S] [--profile P] [--store memory|lmdb]\n"
                 "         [--fault NAME] [--jobs J] [--verbose]\n\nfaults that can be planted:\n");
#define FAULT_LINE(NAME, name, what) fprintf(out, "  %-20s %s\n", name, what);
    FAULTS(FAULT_LINE)
#undef FAULT_LINE
    return 2;
}

/* ---- arguments ---- */

static enum fault fault_of(const char *text)
{
#define FAULT_TEXT(NAME, name, what)                                                                                   \
    if (strcmp(text, name) == 0)                                                                                       \
        return FAULT_##NAME;
    FAULTS(FAULT_TEXT)
#undef FAULT_TEXT
    return NO_FAULT;
}

static bool read_number(const char *text, uint64_t least, uint64_t most, uint64_t *out)
{
    char *end = NULL;
    *out = strtoull(text, &end, 10);
    return text[0] >= '0' && text[0] <= '9' && *end == '\0' && *out >= least && *out <= most;
}

static bool read_argument(const char *name, const char *value, struct request *out)
{
    uint64_t number = 0;
    bool fits = true;
    if (strcmp(name, "--certificates") == 0 && (fits = read_number(value, 1, 10000000, &number)))
        out->options.certificates = (int32_t)number;
    else if (strcmp(name, "--years") == 0 && (fits = read_number(value, 1, 100, &number)))
        out->options.years = (int32_t)number;
    else if (strcmp(name, "--seeds") == 0 && (fits = read_number(value, 1, 1000000, &number)))
        out->seeds = (int32_t)number;
    else if (strcmp(name, "--jobs") == 0 && (fits = read_number(value, 1, 256, &number)))
        out->jobs = (int32_t)number;
    else if (strcmp(name, "--seed") == 0 && (fits = read_number(value, 0, UINT64_MAX, &out->first)))
        out->seeds = 1;
    else if (strcmp(name, "--profile") == 0)
        out->options.profile = value;
    else if (strcmp(name, "--store") == 0 && (fits = strcmp(value, "lmdb") == 0 || strcmp(value, "memory") == 0))
        out->options.lmdb = value[0] == 'l';
    else if (strcmp(name, "--fault") == 0)
        fits = (out->options.fault = fault_of(value)) != NO_FAULT;
    else
        fits = false;
    return fits;
}

static bool read_arguments(int argc, char **argv, struct request *out)
{
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--verbose") == 0)
            out->options.verbose = true;
        else if (i + 1 >= argc || !read_argument(argv[i], argv[i + 1], out))
            return false;
        else
            i++;
    }
    return true;
}

/* ---- jobs: each is a process that runs every so-manieth seed ---- */

static void run_seed(uint64_t seed, const struct options *options, struct report *out)
{
    static struct simulation sim;
    out->seed = seed;
    out->reconciled = simulation_run(&sim, seed, options);
    out->counts = sim.counts;
    memcpy(out->wrong, sim.wrong, sizeof out->wrong);
}

static void run_job(const struct request *request, int32_t job, int to)
{
    for (int32_t i = job; i < request->seeds; i += request->jobs) {
        struct report report = {0};
        run_seed(request->first + (uint64_t)i, &request->options, &report);
        if (write(to, &report, sizeof report) != (ssize_t)sizeof report)
            _exit(2);
    }
    fflush(stdout);
    _exit(0);
}

static int start_jobs(const struct request *request)
{
    int ends[2];
    if (pipe(ends) != 0)
        exit(2);
    fflush(stdout);
    for (int32_t job = 0; job < request->jobs; job++) {
        pid_t child = fork();
        if (child < 0)
            exit(2);
        if (child == 0) {
            close(ends[0]);
            run_job(request, job, ends[1]);
        }
    }
    close(ends[1]);
    return ends[0];
}

static void add(struct counts *sum, const struct counts *more)
{
    sum->certificates += more->certificates;
    sum->sent += more->sent;
    sum->skipped += more->skipped;
    sum->withdrawn += more->withdrawn;
    sum->parked += more->parked;
    sum->repeats += more->repeats;
    sum->claims += more->claims;
}

/* How one gets to see the same again. */
static void print_failure(const struct request *request, const struct report *report)
{
    const struct options *o = &request->options;
    printf("seed %" PRIu64 ": %s\n", report->seed, report->wrong);
    printf("simulate --seed %" PRIu64 " --certificates %d --years %d%s%s%s", report->seed, o->certificates, o->years,
           o->lmdb ? " --store lmdb" : "", o->profile != NULL ? " --profile " : "",
           o->profile != NULL ? o->profile : "");
#define FAULT_AGAIN(NAME, name, what)                                                                                  \
    if (o->fault == FAULT_##NAME)                                                                                      \
        printf(" --fault " name);
    FAULTS(FAULT_AGAIN)
#undef FAULT_AGAIN
    printf(" replays it\n");
}

static int run(const struct request *request)
{
    struct counts sum = {0};
    struct report report;
    int32_t finished = 0, failed = 0;
    int from = start_jobs(request), status = 0;
    while (read(from, &report, sizeof report) == (ssize_t)sizeof report) {
        finished++;
        add(&sum, &report.counts);
        if (!report.reconciled && failed++ < 5)
            print_failure(request, &report);
        if (isatty(STDERR_FILENO))
            fprintf(stderr, "simulate: %d of %d seeds, %d failed\r", finished, request->seeds, failed);
    }
    if (isatty(STDERR_FILENO))
        fprintf(stderr, "\n");
    while (wait(&status) > 0) {
        if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
            failed++;
    }
    printf("%d seeds: %" PRId64 " certificates issued, %" PRId64 " claims, %" PRId64 " notices sent, %" PRId64
           " skipped, %" PRId64 " withdrawn, %" PRId64 " parked, %" PRId64 " repeats: %s\n",
           finished, sum.certificates, sum.claims, sum.sent, sum.skipped, sum.withdrawn, sum.parked, sum.repeats,
           failed == 0 && finished == request->seeds ? "reconciled" : "NOT reconciled");
    return failed == 0 && finished == request->seeds ? 0 : 1;
}

int main(int argc, char **argv)
{
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    struct request request = {.options = {.certificates = 100, .years = 4}, .first = 1, .seeds = 80};
    request.jobs = processors > 0 ? (int32_t)processors : 1;
    if (!read_arguments(argc, argv, &request))
        return usage(stderr);
    if (request.jobs > request.seeds)
        request.jobs = request.seeds;
    return run(&request);
}
