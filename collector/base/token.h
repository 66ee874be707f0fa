/* SPDX-License-Identifier: MIT */
/* What proves that a directory is a run directory, whose it is, and whether somebody uses it.
 *
 * memwatch writes the file MW_FILE_TOKEN into each run directory: the 16 hex digits that end the directory's name, and
 * the host, boot and PID namespace in which it was made. Who uses the directory holds a lock on that file (an open file
 * description lock of fcntl(2): it works across PID namespaces, containers and, on most file systems, hosts; it ends
 * with its holder, however that ends). Who removes the directory locks all of it.
 *
 * A lock that is held proves that the run goes on. A lock that is free proves something only on the kernel on which it
 * was taken, and a pid only in its PID namespace: mw_token_is_here(). */
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
    char boot[40];          /* the kernel's boot id; "-" unknown */
    uint64_t pid_namespace; /* its inode number; 0 unknown */
};

/* The digits in the name "memwatch-<our effective uid>-<16 hex digits>" at the end of a path; NULL when it ends otherwise. */
const char *mw_token_id(const char *path);

/* Of the process that calls. */
void mw_token_here(struct mw_token *token, const char *id);

/* Whether pids and locks here mean what they meant where the token was made: same host, boot and PID namespace. */
bool mw_token_is_here(const struct mw_token *token);

/* Whether it was made on this host since it booted, in whichever PID namespace. */
bool mw_token_is_of_kernel(const struct mw_token *token);

/* Opens a directory without following a link at its end: one of our own that nobody else may enter. Returns a descriptor
 * or -1 with a line in err. */
int mw_token_open_private(const char *path, struct mw_err *err);

/* Opens the token in a directory and reads it. Returns a descriptor, or -1: there is none that memwatch wrote. */
int mw_token_open(int dirfd, struct mw_token *token);

/* Opens one that says nothing: somebody has truncated it, or no file might grow (ulimit -f). Returns a descriptor, or -1. */
int mw_token_open_blank(int dirfd);

/* Writes into one that is open what must be in it, when somebody has damaged it. */
void mw_token_repair(int fd, const char *id);

/* Makes the token of a new directory and takes the launcher's lock. Returns a descriptor, or -1 with errno. */
int mw_token_create(int dirfd, const char *id);

/* Takes a user's lock, and makes the token where there is none. Returns a descriptor that holds it, or -1 with errno;
 * EAGAIN: somebody removes the directory just now. */
int mw_token_join(int dirfd, const char *id);

enum mw_token_lock { MW_TOKEN_FREE, MW_TOKEN_HELD, MW_TOKEN_UNKNOWN /* the file system has no such locks */ };

/* Whether somebody else holds the launcher's lock, or a user's (an agent, a rank that is about to make its journal). */
enum mw_token_lock mw_token_launcher(int fd);
enum mw_token_lock mw_token_users(int fd);

/* Locks all of it against everybody, in order to remove the directory. Returns false when somebody uses it. */
bool mw_token_claim(int fd);

/* Removes the directory `path` when it is still the one that `dirfd` is open on, and empty. Returns 0, or -1 with errno. */
int mw_token_rmdir(int dirfd, const char *path);

/* Removes the directory when nobody uses it and only the token is left in it. */
void mw_token_leave(int dirfd, const char *path);

/* Leaves the mark outside-<host> where this process is not where the token was made. */
void mw_token_note_outside(int dirfd, const struct mw_token *token);

#endif
