/* SPDX-License-Identifier: MIT */
/* Proves that a directory is a run directory, identifies its owner, and shows whether it is in use.
 *
 * memwatch writes the file MW_FILE_TOKEN into each run directory: the 16 hex digits that end the directory's name, and the
 * host, boot and PID namespace in which it was made. Each user of the directory holds a lock on that file (an open file
 * description lock of fcntl(2): it works across PID namespaces, containers and, on most file systems, hosts; the kernel
 * releases it when its holder ends). Before the directory is removed, the complete file is locked.
 *
 * A held lock proves that the run is active. A free lock is conclusive only on the kernel on which it was acquired, and a
 * pid only in its PID namespace: mw_token_is_here(). */
#ifndef MW_COLLECTOR_BASE_TOKEN_H
#define MW_COLLECTOR_BASE_TOKEN_H

#include "collector/base/err.h"
#include "collector/base/file_names.h"
#include "collector/base/hostname.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MW_TOKEN_DIGITS 16

struct mw_token {
    char id[MW_TOKEN_DIGITS + 1];
    char host[MW_HOSTNAME_SIZE];
    char boot[40];          /* the kernel's boot id; "-" if unknown */
    uint64_t pid_namespace; /* its inode number; 0 if unknown */
};

/* The digits of the name "memwatch-<effective uid>-<16 hex digits>" at the end of a path; NULL if the path has another
 * form. */
const char *mw_token_id(const char *path);

/* Fills the token for the calling process. */
void mw_token_here(struct mw_token *token, const char *id);

/* Whether pids and locks have the same meaning here as where the token was made: same host, boot and PID namespace. */
bool mw_token_is_here(const struct mw_token *token);

/* Whether it was made on this host in this boot, in any PID namespace. */
bool mw_token_is_of_kernel(const struct mw_token *token);

/* Opens a directory that belongs to this user and that no other user may enter. Does not follow a link at the end of the
 * path. Returns a descriptor, or -1 with a line in err. */
int mw_token_open_private(const char *path, struct mw_err *err);

/* Opens the token in a directory and reads it. Returns a descriptor, or -1 if there is no valid token. */
int mw_token_open(int dirfd, struct mw_token *token);

/* Opens an empty token: it was truncated, or ulimit -f prevented writing. Returns a descriptor, or -1. */
int mw_token_open_blank(int dirfd);

/* Rewrites the content of an open token if it is damaged. */
void mw_token_repair(int fd, const char *id);

/* Makes the token of a new directory and acquires the launcher's lock. Returns a descriptor, or -1 with errno. */
int mw_token_create(int dirfd, const char *id);

/* Acquires a user's lock, and makes the token if there is none. Returns a descriptor that holds the lock, or -1 with errno;
 * EAGAIN: the directory is being removed. */
int mw_token_join(int dirfd, const char *id);

enum mw_token_lock { MW_TOKEN_FREE, MW_TOKEN_HELD, MW_TOKEN_UNKNOWN /* the file system has no such locks */ };

/* Whether another process holds the launcher's lock, or a user's (an agent, a rank that is about to make its journal). */
enum mw_token_lock mw_token_launcher(int fd);
enum mw_token_lock mw_token_users(int fd);

/* Locks the complete token exclusively, in order to remove the directory. Returns false if the directory is in use. */
bool mw_token_claim(int fd);

/* Removes the directory `path` if it is empty and still the one that `dirfd` refers to. Returns 0, or -1 with errno. */
int mw_token_rmdir(int dirfd, const char *path);

/* Removes the directory if it is not in use and contains only the token. */
void mw_token_leave(int dirfd, const char *path);

/* Creates the file outside-<host> if this process is not on the host, boot and PID namespace of the token. */
void mw_token_note_outside(int dirfd, const struct mw_token *token);

#endif
