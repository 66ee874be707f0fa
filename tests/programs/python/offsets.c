/* SPDX-License-Identifier: MIT */
/* Whether the offsets of pmpi/base/python_offsets.h are those of the Python whose headers this is compiled with. */
#define Py_BUILD_CORE 1
#include <Python.h>
#include <frameobject.h>
#if PY_VERSION_HEX >= 0x030b0000
#include <internal/pycore_code.h>
#include <internal/pycore_frame.h>
#if PY_VERSION_HEX >= 0x030e0000
#include <internal/pycore_interpframe.h>
#endif
#elif PY_VERSION_HEX < 0x030a0000
#include <code.h>
#endif
#if PY_VERSION_HEX >= 0x030d0000
#include <internal/pycore_runtime.h>
#endif

#include "pmpi/base/python_offsets.h"

#include <stdio.h>

static int failures;

static void expect(const char *what, size_t known, size_t actual)
{
    if (known == actual)
        return;
    printf("%s: %zu, not %zu\n", what, actual, known);
    failures++;
}

#define EXPECT(member, type, field) expect(#type "." #field, known->member, offsetof(type, field))

static void check_frame(const struct mw_python_offsets *known)
{
#if PY_VERSION_HEX < 0x030b0000
    EXPECT(thread_frame, PyThreadState, frame);
    EXPECT(previous, PyFrameObject, f_back);
    EXPECT(code, PyFrameObject, f_code);
    EXPECT(instruction, PyFrameObject, f_lasti);
#else
#if PY_VERSION_HEX < 0x030d0000
    EXPECT(thread_frame, PyThreadState, cframe);
    EXPECT(c_frame, _PyCFrame, current_frame);
    EXPECT(code, _PyInterpreterFrame, f_code);
    EXPECT(instruction, _PyInterpreterFrame, prev_instr);
#else
    EXPECT(thread_frame, PyThreadState, current_frame);
    EXPECT(code, _PyInterpreterFrame, f_executable);
    EXPECT(instruction, _PyInterpreterFrame, instr_ptr);
#endif
    EXPECT(previous, _PyInterpreterFrame, previous);
    EXPECT(owner, _PyInterpreterFrame, owner);
#endif
}

static void check_code(const struct mw_python_offsets *known)
{
    EXPECT(file, PyCodeObject, co_filename);
    EXPECT(first_line, PyCodeObject, co_firstlineno);
#if PY_VERSION_HEX < 0x030b0000
    EXPECT(name, PyCodeObject, co_name);
#else
    EXPECT(name, PyCodeObject, co_qualname);
    EXPECT(instructions, PyCodeObject, co_code_adaptive);
#endif
#if PY_VERSION_HEX < 0x030a0000
    EXPECT(table, PyCodeObject, co_lnotab);
#else
    EXPECT(table, PyCodeObject, co_linetable);
#endif
}

static void check_objects(const struct mw_python_offsets *known)
{
    expect("sizeof(PyASCIIObject)", known->ascii_bytes, sizeof(PyASCIIObject));
    expect("sizeof(PyCompactUnicodeObject)", known->compact_bytes, sizeof(PyCompactUnicodeObject));
    expect("PyASCIIObject.length", 16, offsetof(PyASCIIObject, length));
    expect("PyASCIIObject.state", 32, offsetof(PyASCIIObject, state));
    expect("PyBytesObject.ob_sval", 32, offsetof(PyBytesObject, ob_sval));
    expect("PyVarObject.ob_size", 16, offsetof(PyVarObject, ob_size));
    expect("PyObject.ob_type", 8, offsetof(PyObject, ob_type));
    expect("PyTypeObject.tp_name", 24, offsetof(PyTypeObject, tp_name));
}

static void check_description(const struct mw_python_offsets *known)
{
#if PY_VERSION_HEX >= 0x030d0000
    expect("thread_state.current_frame", 8 * known->described_thread, offsetof(_Py_DebugOffsets, thread_state.current_frame));
    expect("interpreter_frame.previous", 8 * known->described_frame, offsetof(_Py_DebugOffsets, interpreter_frame.previous));
    expect("code_object.filename", 8 * known->described_code, offsetof(_Py_DebugOffsets, code_object.filename));
#else
    (void)known;
#endif
}

int main(void)
{
    const struct mw_python_offsets *known = mw_python_offsets_of(PY_VERSION_HEX >> 16);

    if (!known) {
        printf("Python %s is not in the table\n", PY_VERSION);
        return 2;
    }
    check_frame(known);
    check_code(known);
    check_objects(known);
    check_description(known);
    return failures != 0;
}
