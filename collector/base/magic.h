/* SPDX-License-Identifier: MIT */
/* The first bytes of a file or a segment: eight, which tell what it is, the last often its version. */
#ifndef MW_COLLECTOR_BASE_MAGIC_H
#define MW_COLLECTOR_BASE_MAGIC_H

/* Of a member `char magic[8]`: it is set by a literal of eight characters, and has no NUL. */
#ifdef __has_attribute
#if __has_attribute(nonstring)
#define MW_MAGIC __attribute__((nonstring))
#endif
#endif
#ifndef MW_MAGIC
#define MW_MAGIC
#endif

#endif
