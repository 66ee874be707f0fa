/* SPDX-License-Identifier: MIT */
/* /proc/PID/cgroup, mountinfo, and the files of a control group: the input is all of them in turn, a NUL between. */
#include "launcher/sample/cgroups.h"
#include "launcher/sample/charges.h"
#include "tests/fuzz/fuzz.h"

#include <fcntl.h>
#include <sys/stat.h>

static const char *const files[] = {"/proc/self/cgroup", "/proc/self/mountinfo", "/proc/vmstat",       "/cg/memory.max",
                                    "/cg/memory.events", "/cg/memory.peak",      "/cg/memory.current", "/cg/memory.stat",
                                    "/cg/memory.high",   "/proc/meminfo"};
static const char *const directories[] = {"", "/proc", "/proc/self", "/cg"};
static char root[64];

static void make_root(void)
{
    char path[128];

    snprintf(root, sizeof(root), "/dev/shm/memwatch-fuzz-%ld", (long)getpid());
    for (size_t i = 0; i < sizeof(directories) / sizeof(directories[0]); i++) {
        snprintf(path, sizeof(path), "%s%s", root, directories[i]);
        mkdir(path, 0700);
    }
}

static void remove_root(void)
{
    char path[128];

    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
        snprintf(path, sizeof(path), "%s%s", root, files[i]);
        unlink(path);
    }
    for (size_t i = sizeof(directories) / sizeof(directories[0]); i-- > 0;) {
        snprintf(path, sizeof(path), "%s%s", root, directories[i]);
        rmdir(path);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct mw_view view;
    const uint8_t *end = data + size;

    if (!root[0]) {
        make_root();
        atexit(remove_root);
    }
    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
        const uint8_t *stop = memchr(data, '\0', (size_t)(end - data));
        size_t length = (size_t)((stop ? stop : end) - data);
        char path[128];
        int fd;
        snprintf(path, sizeof(path), "%s%s", root, files[i]);
        fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
        fuzz_expect(fd >= 0 && write(fd, data, length) == (ssize_t)length);
        close(fd);
        data += length + (stop != NULL);
    }
    memset(&view, 0, sizeof(view));
    mw_charges_begin(&view);
    mw_cgroups_begin(&view, root);
    mw_cgroups_look(&view, root);
    mw_charges_look(&view, root, size);
    fuzz_expect(view.cgroup_count <= 1 && view.charge_count <= MW_VIEW_CHARGES);
    return 0;
}
