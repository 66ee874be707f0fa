/* SPDX-License-Identifier: MIT */
#include "collector/symbols/demangle.h"

#include "collector/base/mem.h"
#include "collector/symbols/fortran_name.h"
#include "collector/symbols/rust_name.h"

#include <dlfcn.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

typedef char *demangler(const char *name, char *buffer, size_t *length, int *status);

/* As a union, since ISO C has no cast from an object's address to a function's. */
static demangler *load(void)
{
    static const char *const libraries[] = {"libstdc++.so.6", "libc++abi.so.1"};
    union {
        void *address;
        demangler *function;
    } found = {NULL};

    for (size_t i = 0; i < sizeof(libraries) / sizeof(libraries[0]) && !found.address; i++) {
        void *library = dlopen(libraries[i], RTLD_LAZY | RTLD_LOCAL);
        if (library)
            found.address = dlsym(library, "__cxa_demangle");
    }
    return found.function;
}

static void cut_suffix(char *name, const char *suffix)
{
    size_t length = strlen(name), cut = strlen(suffix);

    if (length > cut && strcmp(name + length - cut, suffix) == 0)
        name[length - cut] = '\0';
}

/* The parenthesis that the last character closes, or NULL. */
static char *opening(char *name)
{
    int depth = 0;

    for (char *at = name + strlen(name); at-- > name;) {
        depth += *at == ')';
        depth -= *at == '(';
        if (depth == 0)
            return *at == '(' ? at : NULL;
    }
    return NULL;
}

/* Decodes Rust's escapes for characters that C++ names cannot have, "$LT$" and "..". The result is never longer. */
static void unescape(char *name)
{
    static const char *const escapes[][2] = {
        {"$SP$", "@"},  {"$BP$", "*"},  {"$RF$", "&"},  {"$LT$", "<"},  {"$GT$", ">"},  {"$LP$", "("},
        {"$RP$", ")"},  {"$C$", ","},   {"$u20$", " "}, {"$u27$", "'"}, {"$u5b$", "["}, {"$u5d$", "]"},
        {"$u7b$", "{"}, {"$u7d$", "}"}, {"$u7e$", "~"}, {"..", "::"},
    };
    char *to = name;

    for (const char *from = name; *from;) {
        size_t i = 0, count = sizeof(escapes) / sizeof(escapes[0]);
        if (*from == '_' && from[1] == '$' && (from == name || from[-1] == ':')) /* only announces an escape */
            from++;
        while (i < count && strncmp(from, escapes[i][0], strlen(escapes[i][0])) != 0)
            i++;
        if (i < count) {
            memcpy(to, escapes[i][1], strlen(escapes[i][1]));
            to += strlen(escapes[i][1]);
            from += strlen(escapes[i][0]);
        } else
            *to++ = *from++;
    }
    *to = '\0';
}

/* "::h0123456789abcdef": a Rust name */
static void cut_hash(char *name)
{
    size_t length = strlen(name);
    char *hash = name + length - 19;

    if (length > 19 && strncmp(hash, "::h", 3) == 0 && strspn(hash + 3, "0123456789abcdef") == 16) {
        *hash = '\0';
        unescape(name);
    }
}

/* Instances of function templates start with the return type: "double mesh::sum<int>". */
static void cut_return(char *name)
{
    char *start = name;
    int depth = 0;

    for (char *at = name; *at; at++) {
        depth += *at == '<' || *at == '(' || *at == '{' || *at == '[';
        depth -= (*at == '>' && at > name && at[-1] != '-') || *at == ')' || *at == '}' || *at == ']';
        if (*at == ' ' && depth == 0)
            start = at + 1;
        if (strncmp(at, "operator", 8) == 0) /* "operator new", "operator<" */
            break;
    }
    memmove(name, start, strlen(start) + 1);
}

void mw_demangle_shorten(char *name)
{
    static const char *const qualifiers[] = {" &&", " &", " volatile", " const"};
    char *clone = strstr(name, " [clone "), *parameters;

    if (clone)
        *clone = '\0';
    for (size_t i = 0; i < sizeof(qualifiers) / sizeof(qualifiers[0]); i++)
        cut_suffix(name, qualifiers[i]);
    parameters = opening(name);
    /* part of the name, as in "operator()" without parameters */
    if (parameters && parameters > name && strcmp(parameters, "(anonymous namespace)") != 0 &&
        (parameters - name < 8 || strncmp(parameters - 8, "operator", 8) != 0))
        *parameters = '\0';
    cut_hash(name);
    cut_return(name);
}

/* "solve.constprop.0", "solve.cold": a part or variant of a function made by the compiler. */
static char *without_suffix(const char *name)
{
    static const char *const suffixes[] = {".constprop.", ".isra.", ".part.", ".cold", ".lto_priv.", ".llvm."};
    const char *end = NULL;
    char *copy;

    for (size_t i = 0; i < sizeof(suffixes) / sizeof(suffixes[0]); i++) {
        const char *at = strstr(name + (*name != '\0'), suffixes[i]);
        if (at && (!end || at < end))
            end = at;
    }
    if (!end)
        return NULL;
    copy = mw_mem_copy(name);
    copy[end - name] = '\0';
    return copy;
}

char *mw_demangle(const char *name)
{
    static bool loaded;
    static demangler *demangle;
    int status = 0;
    char *plain;

    if (strncmp(name, "_R", 2) == 0 && (plain = mw_rust_name(name)))
        return plain;
    if (strncmp(name, "_Z", 2) != 0)
        return (plain = mw_fortran_name(name)) ? plain : without_suffix(name);
    if (!loaded) {
        demangle = load();
        loaded = true;
    }
    plain = demangle ? demangle(name, NULL, NULL, &status) : NULL;
    if (plain)
        mw_demangle_shorten(plain);
    return plain;
}
