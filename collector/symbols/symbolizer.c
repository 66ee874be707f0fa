/* SPDX-License-Identifier: MIT */
#include "collector/symbols/symbolizer.h"

#include "collector/base/child_time.h"
#include "collector/base/clock.h"
#include "collector/base/mem.h"
#include "collector/symbols/debug_files.h"
#include "collector/symbols/symbolizer_child.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define STARTS_MAX 16 /* maximum number of children of one symbolizer; a file that crashes them uses up two */
#define DEBUGINFOD_DEFAULT_S 90

/* Time limit of one reply (collector/base/child_time.h); the first one of a module opens its files. */
static const uint64_t answer_ns[] = {[MW_SYMBOL_LINES] = 3 * MW_NS_PER_SEC, [MW_SYMBOL_NAMES] = MW_NS_PER_SEC};

struct mw_symbolizer {
    int fd; /* -1: no child */
    pid_t pid;
    unsigned starts;
    uint64_t spent_ns;
    char first[256]; /* path of the first file that was abandoned */
    char why[128];
    unsigned given_up; /* number of files */
    char problem[600];
};

static enum mw_symbolizer_sources allowed = MW_SYMBOLIZER_FILES;
static uint64_t lost_ns; /* time lost by replies that did not come, in this process */

void mw_symbolizer_use(enum mw_symbolizer_sources sources)
{
    allowed = sources;
    mw_debug_files_allow_network(sources == MW_SYMBOLIZER_DEBUGINFOD);
}

/* libdebuginfod's time limit for each file. */
static uint64_t network_ns(void)
{
    const char *text = getenv("DEBUGINFOD_TIMEOUT");
    long seconds = text ? strtol(text, NULL, 10) : 0;

    if (allowed != MW_SYMBOLIZER_DEBUGINFOD)
        return 0;
    return (uint64_t)(seconds > 0 && seconds < 86400 ? seconds : DEBUGINFOD_DEFAULT_S) * MW_NS_PER_SEC;
}

struct mw_symbolizer *mw_symbolizer_create(void)
{
    struct mw_symbolizer *symbolizer = mw_mem_alloc(1, sizeof(*symbolizer));

    symbolizer->fd = -1;
    return symbolizer;
}

/* Ends the child, and does not wait if it does not end at once. Returns the signal that had ended it, or 0. */
static int end_child(struct mw_symbolizer *symbolizer)
{
    const struct timespec pause = {0, 1000000};
    int status = 0;
    pid_t ended = 0;

    if (symbolizer->fd < 0)
        return 0;
    close(symbolizer->fd);
    symbolizer->fd = -1;
    for (int i = 0; i < 100 && ended == 0; i++) {
        if (i == 5)
            kill(symbolizer->pid, SIGKILL);
        ended = waitpid(symbolizer->pid, &status, WNOHANG);
        if (ended == 0)
            nanosleep(&pause, NULL);
    }
    return ended > 0 && WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

void mw_symbolizer_destroy(struct mw_symbolizer *symbolizer)
{
    if (!symbolizer)
        return;
    end_child(symbolizer);
    free(symbolizer);
}

static bool start_child(struct mw_symbolizer *symbolizer)
{
    int ends[2];
    pid_t self = getpid();

    if (symbolizer->starts++ == STARTS_MAX || socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends))
        return false;
    symbolizer->pid = fork();
    if (symbolizer->pid == 0)
        mw_symbolizer_child(ends[1], self, MW_SYMBOLIZER_S + 1 + (unsigned)(network_ns() / MW_NS_PER_SEC));
    close(ends[1]);
    if (symbolizer->pid < 0) {
        close(ends[0]);
        return false;
    }
    symbolizer->fd = ends[0];
    return true;
}

/* ---- one request ---- */

enum outcome { ANSWERED, LATE, CHILD_ENDED };

/* Receives the complete reply within a limit of the child's time. */
static enum outcome receive(int fd, void *bytes, size_t size, struct mw_child_time *time, uint64_t limit_ns)
{
    for (size_t done = 0; done < size;) {
        ssize_t n = recv(fd, (char *)bytes + done, size - done, MSG_DONTWAIT);
        struct pollfd entry = {fd, POLLIN, 0};
        if (n > 0)
            done += (size_t)n;
        else if (n == 0 || (errno != EAGAIN && errno != EINTR))
            return CHILD_ENDED;
        else if (mw_child_time_note(time) >= limit_ns)
            return LATE;
        else
            poll(&entry, 1, (int)(MW_CHILD_TIME_STEP_NS / MW_NS_PER_MS));
    }
    return ANSWERED;
}

/* Sends a request to the child. The reply is not trusted: a crafted file may have taken over the child. */
static enum outcome ask(struct mw_symbolizer *symbolizer, const struct mw_symbolizer_question *question,
                        struct mw_child_time *time, uint64_t limit_ns, struct mw_symbol_frame *frames, uint32_t *count)
{
    enum outcome outcome;

    if (send(symbolizer->fd, question, sizeof(*question), MSG_NOSIGNAL) != (ssize_t)sizeof(*question))
        return CHILD_ENDED;
    outcome = receive(symbolizer->fd, count, sizeof(*count), time, limit_ns);
    if (outcome == ANSWERED && (*count < 1 || *count > MW_SYMBOL_FRAMES))
        return CHILD_ENDED;
    if (outcome == ANSWERED)
        outcome = receive(symbolizer->fd, frames, *count * sizeof(*frames), time, limit_ns);
    for (uint32_t i = 0; outcome == ANSWERED && i < *count; i++) {
        frames[i].function[sizeof(frames[i].function) - 1] = '\0';
        frames[i].path[sizeof(frames[i].path) - 1] = '\0';
    }
    return outcome;
}

/* ---- abandoned files ---- */

static void __attribute__((format(printf, 3, 4)))
give_up(struct mw_symbolizer *symbolizer, const struct mw_symbolizer_module *module, const char *format, ...)
{
    va_list args;

    if (module->detail == MW_SYMBOL_LINES && symbolizer->given_up++ == 0) {
        snprintf(symbolizer->first, sizeof(symbolizer->first), "%s", module->key.path);
        va_start(args, format);
        vsnprintf(symbolizer->why, sizeof(symbolizer->why), format, args);
        va_end(args);
    }
    snprintf(symbolizer->problem, sizeof(symbolizer->problem), "no source lines of %s", symbolizer->first);
    if (symbolizer->given_up > 1)
        snprintf(symbolizer->problem + strlen(symbolizer->problem), 64, " and %u other file%s", symbolizer->given_up - 1,
                 symbolizer->given_up == 2 ? "" : "s");
    snprintf(symbolizer->problem + strlen(symbolizer->problem), sizeof(symbolizer->why) + 2, ": %s", symbolizer->why);
}

const char *mw_symbolizer_problem(const struct mw_symbolizer *symbolizer)
{
    return symbolizer->given_up ? symbolizer->problem : NULL;
}

/* Time limit of a reply. */
static uint64_t time_of_one(enum mw_symbol_detail detail)
{
    return answer_ns[detail] + (detail == MW_SYMBOL_LINES ? network_ns() : 0);
}

/* The same, as far as there is time; 0 if none is left. */
static uint64_t time_left(const struct mw_symbolizer *symbolizer, enum mw_symbol_detail detail)
{
    uint64_t total = MW_SYMBOLIZER_S * MW_NS_PER_SEC + network_ns(), one = time_of_one(detail);
    uint64_t used = symbolizer->spent_ns > lost_ns ? symbolizer->spent_ns : lost_ns;

    return used >= total ? 0 : total - used < one ? total - used : one;
}

#define ALL_TOGETHER "reading symbols took more than %d s in total"

/* Tries with the current level of detail of the module, which is lowered after a failure. */
static bool find(struct mw_symbolizer *symbolizer, struct mw_symbolizer_module *module, uint64_t offset,
                 struct mw_symbol_frame *frames, uint32_t *count)
{
    const struct mw_symbolizer_question question = {module->key, offset, module->detail, 0};
    uint64_t limit = time_left(symbolizer, module->detail);
    struct mw_child_time time;
    enum outcome outcome;
    int signo;

    if (!limit || (symbolizer->fd < 0 && !start_child(symbolizer))) {
        give_up(symbolizer, module, limit ? "cannot start a process to read them" : ALL_TOGETHER, MW_SYMBOLIZER_S);
        module->detail = MW_SYMBOL_ADDRESSES;
        return false;
    }
    mw_child_time_start(&time, symbolizer->pid);
    outcome = ask(symbolizer, &question, &time, limit, frames, count);
    symbolizer->spent_ns += mw_child_time_note(&time);
    if (outcome == ANSWERED)
        return true;
    if (outcome == LATE) {
        lost_ns += time.taken_ns;
        kill(symbolizer->pid, SIGKILL);
    }
    signo = end_child(symbolizer);
    if (outcome == LATE && limit < time_of_one(module->detail))
        give_up(symbolizer, module, ALL_TOGETHER, MW_SYMBOLIZER_S);
    else if (outcome == LATE)
        give_up(symbolizer, module, "reading its debug information took more than %llu s",
                (unsigned long long)(limit / MW_NS_PER_SEC));
    else
        give_up(symbolizer, module, "the process that read its debug information ended (%s)",
                signo ? strsignal(signo) : "out of memory");
    module->detail--;
    return false;
}

unsigned mw_symbolizer_find(struct mw_symbolizer *symbolizer, struct mw_symbolizer_module *module, uint64_t offset,
                            struct mw_symbol_frame frames[MW_SYMBOL_FRAMES])
{
    uint32_t count = 1;

    /* (a name without an absolute path is not a file: "[vdso]") */
    while (allowed != MW_SYMBOLIZER_NONE && module->key.path[0] == '/' && module->detail != MW_SYMBOL_ADDRESSES)
        if (find(symbolizer, module, offset, frames, &count))
            return count;
    frames[0] = (struct mw_symbol_frame){.line = 0};
    return 1;
}
