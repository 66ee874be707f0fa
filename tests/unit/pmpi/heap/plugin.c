/* SPDX-License-Identifier: MIT */
/* A library that is loaded and unloaded. Built twice, so that one can be loaded where the other one was. */
void *plugin_calls_back(void *(*back)(void *argument), void *argument);

const char plugin_name[] = PLUGIN_NAME;

__attribute__((noinline)) void *plugin_calls_back(void *(*back)(void *argument), void *argument)
{
    void *result = back(argument);

    __asm__ volatile("" : "+r"(result)); /* no tail call */
    return result;
}
