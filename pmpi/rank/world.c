/* SPDX-License-Identifier: MIT */
#include "pmpi/rank/world.h"

#include "collector/base/starters.h"
#include "collector/base/token.h"
#include "collector/journal/procmem.h"
#include "pmpi/rank/agent.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <time.h>
#include <unistd.h>

/* Variables that identify a world. PMIx: the namespace; with Open MPI 4, which reuses names in later jobs, also what
 * its mpirun adds. They are the same on all hosts; the addresses of PMIx servers are not. */
static const char *const pmix_variables[] = {"PMIX_NAMESPACE", "OMPI_MCA_orte_hnp_uri",
                                             "OMPI_MCA_orte_precondition_transports"};

/* Launchers that give each job a number, independent of the PMI protocol. */
static const char *const pals_variables[] = {"PALS_APID"};
static const char *const flux_variables[] = {"FLUX_JOB_ID"};

/* Slurm, with or without PMIx: its PMIx servers differ between nodes, these variables do not. The port of srun
 * distinguishes jobs with the same number. */
static const char *const slurm_variables[] = {"SLURM_STEP_ID", "SLURM_JOB_ID", "SLURM_STEP_LAUNCHER_PORT"};
#define SLURM_NAMESPACE "slurm."

/* Processes that start ranks of a numbered job, by the name of their process (comm). */
static const char *const job_id_starters[] = {"slurmstepd", "flux-shell"};

#define HASH_START 0xCBF29CE484222325ULL /* FNV-1a */

static uint64_t hash_bytes(uint64_t hash, const void *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++)
        hash = (hash ^ ((const unsigned char *)bytes)[i]) * 0x100000001B3ULL;
    return hash;
}

/* Hashes the values of variables. Returns 0 if the first is not set. */
static uint64_t hash_environment(const char *const names[], size_t count)
{
    uint64_t hash = HASH_START;

    if (!getenv(names[0]))
        return 0;
    for (size_t i = 0; i < count; i++) {
        const char *value = getenv(names[i]);
        hash = hash_bytes(hash, value ? value : "", value ? strlen(value) + 1 : 1);
    }
    return hash;
}

#define HASH(variables) hash_environment(variables, sizeof(variables) / sizeof((variables)[0]))

/* Finds the value of an option in a command line whose words are separated by spaces. Returns its length. */
static size_t option_value(const char *line, const char *option, const char **value)
{
    const char *at = strstr(line, option);

    *value = at ? at + strlen(option) : line;
    return at ? strcspn(*value, " ") : 0;
}

/* The command line of Hydra's proxies names the control port and the process group, the same on all hosts. Returns 0
 * if it is not such a proxy. */
static uint64_t hash_hydra(pid_t proxy)
{
    int procfd = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    const char *port, *group;
    char line[1024] = "";
    size_t port_length, group_length;

    if (procfd >= 0) {
        mw_procmem_command(procfd, proxy, line, sizeof(line));
        close(procfd);
    }
    port_length = option_value(line, " --control-port ", &port);
    group_length = option_value(line, " --pgid ", &group);
    if (!port_length || !group_length)
        return 0;
    return hash_bytes(hash_bytes(HASH_START, port, port_length), group, group_length);
}

static bool read_stat(int procfd, pid_t pid, struct mw_procmem_stat *stat)
{
    int fd = mw_procmem_open(procfd, pid, "stat");
    bool ok = fd >= 0 && !mw_procmem_stat_read(fd, stat);

    if (fd >= 0)
        close(fd);
    return ok;
}

/* The process at the other end of the rank's PMI socket: Hydra's proxy or a similar one, whatever its name. Returns
 * 0 if there is none, or if it is in another PID namespace. */
static pid_t pmi_peer(void)
{
    const char *text = getenv("PMI_FD");
    struct ucred peer = {0};
    socklen_t size = sizeof(peer);

    if (!text || getsockopt((int)strtol(text, NULL, 10), SOL_SOCKET, SO_PEERCRED, &peer, &size) || peer.pid == getpid())
        return 0;
    return peer.pid > 0 ? peer.pid : 0;
}

/* Whether /proc belongs to this PID namespace; if not, pids there are those of other processes. */
static bool proc_matches_pid_namespace(void)
{
    char self[24] = "";

    return readlink("/proc/self", self, sizeof(self) - 1) > 0 && strtol(self, NULL, 10) == (long)getpid();
}

/* The process that started this rank: its PMI peer; else the nearest ancestor that starts ranks; else the process
 * itself. */
static struct mw_procmem_stat find_starter(pid_t *starter)
{
    int procfd = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    struct mw_procmem_stat own = {0}, stat;
    pid_t pid = *starter = getpid();
    bool known = procfd >= 0 && proc_matches_pid_namespace();
    pid_t peer = known ? pmi_peer() : 0;

    if (procfd >= 0 && !known)
        read_stat(procfd, MW_PROCMEM_SELF, &own);
    if (peer && read_stat(procfd, peer, &stat)) {
        close(procfd);
        *starter = peer;
        return stat;
    }
    for (int level = 0; known && level < 16 && pid > 1 && read_stat(procfd, pid, &stat); level++) {
        if (level == 0)
            own = stat;
        if (level > 0 && mw_starters_has_comm(stat.comm)) {
            *starter = pid;
            own = stat;
            break;
        }
        pid = stat.ppid;
    }
    if (procfd >= 0)
        close(procfd);
    return own;
}

static bool is_slurm(const char *namespace)
{
    return !strncmp(namespace, SLURM_NAMESPACE, strlen(SLURM_NAMESPACE));
}

/* Flux and PALS first: Slurm may have started them. */
static uint64_t job_id(void)
{
    uint64_t id = HASH(flux_variables);

    if (!id)
        id = HASH(pals_variables);
    return id ? id : HASH(slurm_variables);
}

static bool has_job_id(pid_t starter, const char *comm)
{
    if (starter == getpid()) /* no starter is known */
        return true;
    for (size_t i = 0; i < sizeof(job_id_starters) / sizeof(job_id_starters[0]); i++)
        if (!strcmp(comm, job_id_starters[i]))
            return true;
    return false;
}

/* The id that is the same on all hosts; 0: none. Ranks of another launcher inherit the variables that Slurm, Flux or
 * PALS set for that launcher: these do not identify the ranks' world. */
static uint64_t shared_id(pid_t starter, const char *comm)
{
    uint64_t id = hash_hydra(starter);

    return !id && has_job_id(starter, comm) ? job_id() : id;
}

static bool has_namespace(void)
{
    const char *namespace = getenv(pmix_variables[0]);

    return namespace && !is_slurm(namespace);
}

static uint32_t own_pid_ns(void)
{
    int procfd = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    uint32_t pid_ns = procfd < 0 ? 0 : mw_procmem_pid_ns(procfd, MW_PROCMEM_SELF);

    if (procfd >= 0)
        close(procfd);
    return pid_ns;
}

/* Includes the PID namespace, since each has the same pids. */
static uint64_t hash_starter(pid_t starter, uint64_t start_ticks)
{
    uint32_t pid_ns = own_pid_ns();
    uint64_t hash = hash_bytes(HASH_START, &starter, sizeof(starter));

    return hash_bytes(hash_bytes(hash, &start_ticks, sizeof(start_ticks)), &pid_ns, sizeof(pid_ns));
}

struct mw_world mw_world_find(void)
{
    struct mw_procmem_stat stat;
    pid_t starter;
    uint64_t id;

    if (has_namespace())
        return (struct mw_world){HASH(pmix_variables), MW_WORLD_WHOLE};
    stat = find_starter(&starter);
    id = shared_id(starter, stat.comm);
    if (id)
        return (struct mw_world){id, MW_WORLD_WHOLE};
    return (struct mw_world){hash_starter(starter, stat.start_ticks),
                             starter == getpid() ? MW_WORLD_PROCESS : MW_WORLD_STARTER};
}

/* ---- the run directory ---- */

/* The previous job's ranks may be removing the directory at the same time. */
#define JOIN_TRIES 100
#define JOIN_PAUSE_US 2000

/* Opens a directory that ranks create themselves, and joins its users. */
static int join(const char *path, int *joined, struct mw_err *err)
{
    const struct timespec pause = {0, JOIN_PAUSE_US * 1000};
    const char *id = mw_token_id(path);

    for (int i = 0; i < JOIN_TRIES; i++) {
        int fd;
        if (mkdir(path, 0700) && errno != EEXIST)
            return mw_err_set(err,
                              "cannot create the run directory %s on this host: %s; choose one with "
                              "--run-dir that can be created on all hosts",
                              path, strerror(errno));
        fd = mw_token_open_private(path, err);
        if (fd < 0 && errno != ENOENT)
            return -1;
        if (fd >= 0 && (!id || (*joined = mw_token_join(fd, id)) >= 0 || (errno != EAGAIN && errno != ENOENT)))
            return fd;
        if (fd >= 0)
            close(fd);
        nanosleep(&pause, NULL);
    }
    return mw_err_set(err, "the run directory %s is being removed", path);
}

static int open_standalone(uint64_t world, char *path, size_t size, int *joined, struct mw_err *err)
{
    const char *bases[] = {"/dev/shm", getenv("TMPDIR"), "/tmp"};

    for (size_t i = 0; i < sizeof(bases) / sizeof(bases[0]); i++) {
        struct statfs fs;
        int fd;
        if (!bases[i] || bases[i][0] != '/' || statfs(bases[i], &fs) || access(bases[i], W_OK))
            continue;
        snprintf(path, size, "%s/memwatch-%ld-%016llx", bases[i], (long)geteuid(), (unsigned long long)world);
        fd = join(path, joined, err);
        if (fd >= 0)
            return fd; /* if another user owns the name, use the next place: all ranks see the same */
    }
    return mw_err_set(err, "no directory for journals: cannot write to /dev/shm, TMPDIR or /tmp");
}

static int open_given(const char *given, char *path, size_t size, int *joined, struct mw_err *err)
{
    if (given[0] != '/' || strlen(given) >= size)
        return mw_err_set(err, "MEMWATCH_RUN_DIR is not a usable path: unset it, or run under 'memwatch run'");
    memcpy(path, given, strlen(given) + 1);
    if (!mw_agent_is_launchers_host())
        return join(path, joined, err);
    return mw_token_open_private(path, err);
}

int mw_world_open_dir(uint64_t world, struct mw_world_dir *dir, char *path, size_t size, struct mw_err *err)
{
    const char *given = getenv("MEMWATCH_RUN_DIR");
    struct mw_token token;
    int token_fd;

    *dir = (struct mw_world_dir){.fd = -1, .joined = -1, .standalone = !given || !*given};
    dir->fd = dir->standalone ? open_standalone(world, path, size, &dir->joined, err)
                              : open_given(given, path, size, &dir->joined, err);
    dir->removed = dir->fd < 0 && !dir->standalone && given[0] == '/' && mw_agent_is_launchers_host();
    if (dir->fd < 0)
        return -1;
    token_fd = mw_token_open(dir->fd, &token);
    if (token_fd < 0)
        return 0;
    if (mw_token_is_of_kernel(&token))
        dir->pid_ns = token.pid_namespace;
    mw_token_note_outside(dir->fd, &token);
    close(token_fd);
    return 0;
}

void mw_world_close_dir(struct mw_world_dir *dir)
{
    if (dir->joined >= 0)
        close(dir->joined);
    close(dir->fd);
    dir->fd = dir->joined = -1;
}
