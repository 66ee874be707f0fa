/* SPDX-License-Identifier: MIT */
#include "collector/symbols/fortran_name.h"

#include "collector/base/mem.h"

#include <stdio.h>
#include <string.h>

/* Length of a lower-case name, as all compilers write them. */
static size_t word(const char *text)
{
    return strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789_");
}

static char *join(const char *module, size_t length, const char *procedure, size_t procedure_length)
{
    char *name = mw_mem_alloc(1, length + procedure_length + 3);

    snprintf(name, length + procedure_length + 3, "%.*s::%.*s", (int)length, module, (int)procedure_length, procedure);
    return name;
}

/* "<before>mesh<between>total<behind>" */
static char *split(const char *name, const char *before, const char *between, const char *behind)
{
    const char *module = name + strlen(before), *at = strstr(name, between), *procedure = at ? at + strlen(between) : NULL;
    size_t end = strlen(name), cut = strlen(behind);

    if (!at || strncmp(name, before, strlen(before)) != 0 || at <= module || name + end < procedure + cut + 1 ||
        strcmp(name + end - cut, behind) != 0 || module + word(module) < at || procedure + word(procedure) < name + end - cut)
        return NULL;
    return join(module, (size_t)(at - module), procedure, (size_t)(name + end - cut - procedure));
}

/* "_QMmeshFtotalPinner": a capital letter starts each part: module, submodule, enclosing function, procedure. */
static char *of_flang(const char *name)
{
    char out[1024] = "";
    size_t used = 0, length;

    if (strncmp(name, "_QM", 3) != 0)
        return NULL;
    for (const char *at = name + 2; *at; at += 1 + length) {
        length = word(at + 1);
        if (!strchr("MSFP", *at) || !length || used + length + 3 > sizeof(out))
            return NULL;
        used += (size_t)snprintf(out + used, sizeof(out) - used, "%s%.*s", used ? "::" : "", (int)length, at + 1);
    }
    return mw_mem_copy(out);
}

char *mw_fortran_name(const char *name)
{
    char *plain = split(name, "__", "_MOD_", "");

    if (!plain)
        plain = split(name, "", "_mp_", "_");
    return plain ? plain : of_flang(name);
}
