/* SPDX-License-Identifier: MIT */
/* The first eight bytes of a file or a segment: they identify its format; the last one is often its version. */
#ifndef MW_COLLECTOR_BASE_MAGIC_H
#define MW_COLLECTOR_BASE_MAGIC_H

/* Attribute of a member `char magic[8]`, which is set from a literal of eight characters and has no NUL. */
#ifdef __has_attribute
#if __has_attribute(nonstring)
#define MW_MAGIC __attribute__((nonstring))
#endif
#endif
#ifndef MW_MAGIC
#define MW_MAGIC
#endif

#endif
