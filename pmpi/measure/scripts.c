/* SPDX-License-Identifier: MIT */
#include "pmpi/measure/scripts.h"

#include "collector/base/python_path.h"
#include "pmpi/base/functions.h"
#include "pmpi/measure/modules.h"

#include <stdbool.h>

uint32_t mw_scripts_extension(struct mw_frame *frames, uint32_t most, void *const *raw, int depth)
{
    uint32_t count = 0;

    for (int i = 0; i < depth && count < most && !mw_python_is_interpreter(raw[i]); i++)
        frames[count++] = mw_modules_frame(raw[i]);
    return count;
}

static struct mw_frame frame_of(const struct mw_python_frame *from)
{
    struct mw_python_place place;
    uint32_t function;

    mw_python_describe(from, &place);
    function = mw_functions_find(&place.function);
    return (struct mw_frame){.module = MW_FRAME_PYTHON,
                             .offset = MW_FUNCTION_FRAME(function, function == MW_FUNCTION_OTHER ? 0 : place.line)};
}

static bool is_script(const struct mw_python_frame *frame)
{
    struct mw_python_place place;

    mw_python_describe(frame, &place);
    return !mw_python_path_is_library(place.function.file);
}

uint32_t mw_scripts_frames(struct mw_frame *frames, uint32_t most, const struct mw_python_stack *python)
{
    uint32_t count = 0, first = 0;

    while (first < python->depth && !is_script(&python->frames[first]))
        first++;
    for (uint32_t i = first < python->depth ? first : 0; i < python->depth && count < most; i++)
        frames[count++] = frame_of(&python->frames[i]);
    return count;
}

uint32_t mw_scripts_stack(struct mw_frame *frames, uint32_t most, void *const *raw, int depth,
                          const struct mw_python_stack *python)
{
    uint32_t count = mw_scripts_extension(frames, most / 2, raw, depth);

    for (uint32_t i = 0; i < python->depth && count < most; i++)
        frames[count++] = frame_of(&python->frames[i]);
    return count;
}
