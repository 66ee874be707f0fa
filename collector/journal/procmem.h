/* SPDX-License-Identifier: MIT */
/* Reads what the kernel reports about processes and their memory in /proc.
 *
 * Every function has a parameter `procfd`, a directory descriptor of /proc (or of a recorded tree in a test), and uses paths
 * relative to it ("1234/statm"). Units are bytes unless a name says another. Source of each fact: Linux
 * Documentation/filesystems/proc.rst.
 *
 * Functions return 0, or -1 with errno: ENOENT/ESRCH if the process has ended, EPROTO if the text is not in the kernel's
 * format.
 */
#ifndef MW_COLLECTOR_JOURNAL_PROCMEM_H
#define MW_COLLECTOR_JOURNAL_PROCMEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* The memory lines of /proc/PID/status. Kernel threads and zombies have none: all 0. */
struct mw_procmem_status {
    uint64_t rss; /* VmRSS */
    uint64_t hwm; /* VmHWM: the high-water mark of RSS */
    uint64_t rss_anon, rss_file, rss_shmem;
    uint64_t swap;         /* VmSwap; not part of RSS */
    uint64_t huge;         /* HugetlbPages; not part of RSS */
    uint64_t address;      /* VmSize: the address space, against which RLIMIT_AS counts */
    uint64_t address_peak; /* VmPeak: its maximum since exec; exact */
    uint64_t data;         /* VmData: private writable memory, touched or not, against which RLIMIT_DATA counts (Linux 4.7) */
};

/* The lines of /proc/PID/smaps_rollup about shared memory. */
struct mw_procmem_rollup {
    uint64_t rss;
    uint64_t pss;
    uint64_t pss_shmem; /* its part that is shared memory; UINT64_MAX if unknown (Linux before 5.4) */
};

/* Which libraries of interest a process has mapped, from /proc/PID/maps. */
struct mw_procmem_maps {
    bool shim;    /* libmemwatch-pmpi.so */
    char mpi[64]; /* base name of the MPI library, "libmpi.so.40"; "" if none, or of an unknown name */
};

/* Bits of the flags in /proc/PID/stat (linux/sched.h): the process is exiting (it closes its files); it is dumping core, or
 * a fatal signal is pending. */
#define MW_PROCMEM_EXITING 0x4u
#define MW_PROCMEM_ENDING (MW_PROCMEM_EXITING | 0x200u | 0x400u)

/* The fields of /proc/PID/stat that identify a process. */
struct mw_procmem_stat {
    char comm[32];
    char state; /* 'R', 'S', 'Z', ... */
    int32_t ppid;
    int32_t threads;
    uint32_t flags;       /* field 9: the kernel's PF_* bits; MW_PROCMEM_* */
    uint64_t start_ticks; /* field 22 */
    uint64_t start_stack; /* field 28; changes at every exec, and may once more at its end; 0 without permission, and in the
                           * middle of an exec: until command and environment can be read (field 51) */
    bool is_killed;       /* field 31: SIGKILL, as which the kernel enters any fatal signal without a core dump, is pending */
    uint64_t arg_start;   /* field 48; changes at every exec, and when a program moves its title; 0 likewise */
    int32_t exit_code;    /* field 52, as returned by wait(2); only of a zombie and with permission, else 0 */
};

/* Read a file that is already open, from its start. The parsers work on text alone. */
int mw_procmem_statm_rss(int fd, uint64_t page_bytes, uint64_t *rss);
int mw_procmem_status_read(int fd, struct mw_procmem_status *status);
int mw_procmem_stat_read(int fd, struct mw_procmem_stat *stat);

/* Whether the complete process has ended. A main thread that ended before the other threads is a zombie as well. */
bool mw_procmem_has_ended(const struct mw_procmem_stat *stat);

int mw_procmem_parse_statm(const char *text, uint64_t page_bytes, uint64_t *rss);
int mw_procmem_parse_status(const char *text, struct mw_procmem_status *status);
int mw_procmem_parse_stat(const char *text, struct mw_procmem_stat *stat);
int mw_procmem_parse_rollup(const char *text, struct mw_procmem_rollup *rollup);

/* Parses one line of /proc/PID/maps, without its newline. */
void mw_procmem_parse_map(const char *line, struct mw_procmem_maps *maps);

/* Reads all lines. Costs some microseconds per hundred lines. */
int mw_procmem_maps_read(int procfd, pid_t pid, struct mw_procmem_maps *maps);

/* Use as a pid: the calling process ("self"). Its number may not exist in a /proc of another PID namespace. */
#define MW_PROCMEM_SELF 0

/* Opens procfd/PID/name read-only (O_CLOEXEC). Returns the descriptor or -1. */
int mw_procmem_open(int procfd, pid_t pid, const char *name);

/* RSS and PSS of a process, counted page by page. Expensive: about 10 ms per GiB of small pages. */
int mw_procmem_rollup(int procfd, pid_t pid, struct mw_procmem_rollup *rollup);

/* The command line, arguments separated by spaces, cut at size - 1. */
int mw_procmem_command(int procfd, pid_t pid, char *buffer, size_t size);

/* The inode of a process's PID namespace; 0 without permission. */
uint32_t mw_procmem_pid_ns(int procfd, pid_t pid);

/* The pid of a process in its PID namespace, from the text of its status; 0 if unknown (Linux before 4.1). */
pid_t mw_procmem_parse_own_pid(const char *text);
pid_t mw_procmem_own_pid(int procfd, pid_t pid);

/* The program's path (readlink of exe), cut at size - 1. */
int mw_procmem_exe(int procfd, pid_t pid, char *buffer, size_t size);

#endif
