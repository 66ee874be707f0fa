/* SPDX-License-Identifier: MIT */
/* The Python frames of the calling thread: CPython 3.9 to 3.14, on 64-bit machines.
 *
 * They are read from memory, by the offsets of each version. No Python code runs, nothing is allocated, no lock and no system
 * call is needed, nor the GIL: a thread's own frames don't change while it is in C. Of the interpreter two functions are
 * called, which read one variable each: PyGILState_GetThisThreadState() and Py_IsFinalizing(). There are no frames in a
 * thread that Python doesn't know, before Py_Initialize(), and from the moment on when Py_Finalize() has run the exit
 * handlers: other threads' states are freed then.
 *
 * A subinterpreter's frames are those of its thread (3.12); before, the frames that called it. */
#ifndef MW_PMPI_BASE_PYTHON_H
#define MW_PMPI_BASE_PYTHON_H

#include "collector/journal/record.h"

#include <stdbool.h>
#include <stdint.h>

/* Looks for an interpreter. One that was loaded later than the program is only taken if it is in this stack (return addresses,
 * innermost first): until then it may not be relocated. Uses the loader's lock. */
void mw_python_look(void *const *return_addresses, int depth);

/* The interpreter's version, major << 8 | minor; 0: there is none, or none was found by a look. */
uint32_t mw_python_version(void);

/* Whether its frames can be read. */
bool mw_python_is_known(void);

/* Whether this is code of the interpreter itself, as opposed to an extension module. */
bool mw_python_is_interpreter(const void *code_address);

/* A frame, as it is found. */
struct mw_python_frame {
    uintptr_t code; /* the code object */
    int32_t at;     /* offset of the instruction in the code, in bytes */
    uint32_t first; /* first line of the code */
};

#define MW_PYTHON_FRAMES 32

struct mw_python_stack {
    uint64_t hash; /* of the frames */
    uint32_t depth;
    bool cut;                                        /* there are more frames */
    struct mw_python_frame frames[MW_PYTHON_FRAMES]; /* innermost first */
};

/* Reads the frames of the calling thread; some 5 ns each. A frame is the same place as one that was read before, if code, first
 * line and instruction are the same; unless its code has been freed since, and other code is there. */
void mw_python_read(struct mw_python_stack *stack);

/* A place in a script. */
struct mw_python_place {
    struct mw_function function;
    uint32_t line;
};

/* The place of a frame of the calling thread that has just been read. */
void mw_python_describe(const struct mw_python_frame *frame, struct mw_python_place *place);

#endif
