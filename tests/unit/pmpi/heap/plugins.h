/* SPDX-License-Identifier: MIT */
/* Two small libraries (plugin.c), to be loaded, unloaded and loaded at one another's addresses. To be included after cmocka.h. */
#ifndef MW_TESTS_PLUGINS_H
#define MW_TESTS_PLUGINS_H

#include <dlfcn.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <unistd.h>

struct plugin {
    void *handle;
    void *code; /* a function of it: calls `back` with `argument`, and returns what that returns */
};

typedef void *plugin_function(void *(*back)(void *argument), void *argument);

/* Built beside this program. */
static inline struct plugin plugin_open(int number)
{
    char program[PATH_MAX] = "", path[PATH_MAX + 40];
    struct plugin plugin;

    assert_true(readlink("/proc/self/exe", program, sizeof(program) - 1) > 0);
    /* libtool keeps a program that needs libraries of the build in .libs, and a module always */
    snprintf(path, sizeof(path), "%s/.libs/plugin%d.so", dirname(program), number);
    if (access(path, R_OK)) {
        char *libs = strstr(path, "/.libs");
        assert_non_null(libs);
        memmove(libs, libs + 6, strlen(libs + 6) + 1);
    }
    plugin.handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (!plugin.handle)
        fail_msg("%s", dlerror());
    plugin.code = dlsym(plugin.handle, "plugin_calls_back");
    assert_non_null(plugin.code);
    return plugin;
}

static inline void plugin_close(struct plugin *plugin)
{
    assert_int_equal(dlclose(plugin->handle), 0);
}

/* At the address of another one that was unloaded; no handle if it is not loaded there. */
static inline struct plugin plugin_open_at(int number, const void *code)
{
    struct plugin plugin = plugin_open(number);

    if (plugin.code == code)
        return plugin;
    plugin_close(&plugin);
    return (struct plugin){NULL, NULL};
}

#endif
