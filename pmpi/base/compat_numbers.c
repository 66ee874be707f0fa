/* SPDX-License-Identifier: MIT */
/* Functions that read numbers. Since C23 has 0b11, the headers of glibc 2.38 and later call them by new names, which older
 * glibc and musl lack. Hidden, and in preloaded libraries only, as pmpi/base/compat.c. */
#include <stdarg.h>
#include <stdio.h>

extern long old_strtol(const char *text, char **end, int base) __asm__("strtol");
extern unsigned long long old_strtoull(const char *text, char **end, int base) __asm__("strtoull");
extern int old_vsscanf(const char *text, const char *format, va_list list) __asm__("vsscanf");
extern long __isoc23_strtol(const char *text, char **end, int base) __attribute__((visibility("hidden")));
extern unsigned long long __isoc23_strtoull(const char *text, char **end, int base) __attribute__((visibility("hidden")));
extern int __isoc23_sscanf(const char *text, const char *format, ...) __attribute__((visibility("hidden")));

long __isoc23_strtol(const char *text, char **end, int base)
{
    return old_strtol(text, end, base);
}

unsigned long long __isoc23_strtoull(const char *text, char **end, int base)
{
    return old_strtoull(text, end, base);
}

int __isoc23_sscanf(const char *text, const char *format, ...)
{
    va_list list;
    int count;

    va_start(list, format);
    count = old_vsscanf(text, format, list);
    va_end(list);
    return count;
}
