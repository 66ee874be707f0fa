/* SPDX-License-Identifier: MIT */
#include "pmpi/base/python.h"

#include "pmpi/base/elf_find.h"
#include "pmpi/base/elf_object.h"
#include "pmpi/base/index.h"
#include "pmpi/base/python_lines.h"
#include "pmpi/base/python_offsets.h"

#include <string.h>

/* What is the same in all of these versions: of an object its type, of a type its name, of a sequence its length, bytes. */
#define OBJECT_TYPE 8
#define TYPE_NAME 24
#define LENGTH 16
#define BYTES_DATA 32

/* PyASCIIObject: length, hash, then one word with these bits. */
#define TEXT_STATE 32
#define TEXT_KIND(state) ((state) >> 2 & 7) /* bytes of a character */
#define TEXT_IS_COMPACT(state) ((state) >> 5 & 1)
#define TEXT_IS_ASCII(state) ((state) >> 6 & 1)

static struct interpreter {
    const struct mw_python_offsets *offsets; /* NULL: frames cannot be read */
    uint32_t version;
    uintptr_t start, end; /* its object */
    bool stays;           /* the program was started with it: it is never unloaded */
    uint64_t unloads;     /* objects unloaded until it was last found to be there */
    uintptr_t code_type, text_type, bytes_type;
    void *(*this_thread)(void);
    int (*is_finalizing)(void);
} interpreter;

static bool is_found; /* `interpreter` is complete */

/* ---- finding it ---- */

struct counts {
    uint64_t loads, unloads; /* of objects, since the program started */
};

static int note_counts(struct dl_phdr_info *info, size_t size, void *data)
{
    (void)size;
    *(struct counts *)data = (struct counts){info->dlpi_adds, info->dlpi_subs};
    return 1;
}

static struct counts count_objects(void)
{
    struct counts counts = {0};

    dl_iterate_phdr(note_counts, &counts);
    return counts;
}

static uint64_t started_with; /* objects that were loaded before main() */

__attribute__((constructor)) static void count_started(void)
{
    started_with = count_objects().loads;
}

struct search {
    uintptr_t address;
    uint64_t index; /* of the object in load order */
    struct interpreter *found;
};

static int note_range(struct dl_phdr_info *info, size_t size, void *data)
{
    struct search *search = data;

    (void)size;
    if (!mw_elf_contains(info, (const void *)search->address)) {
        search->index++;
        return 0;
    }
    search->found->stays = search->index < started_with;
    search->found->start = UINTPTR_MAX;
    for (int i = 0; i < info->dlpi_phnum; i++) {
        uintptr_t start = info->dlpi_addr + info->dlpi_phdr[i].p_vaddr, end = start + info->dlpi_phdr[i].p_memsz;
        if (info->dlpi_phdr[i].p_type != PT_LOAD)
            continue;
        search->found->start = start < search->found->start ? start : search->found->start;
        search->found->end = end > search->found->end ? end : search->found->end;
    }
    return 1;
}

/* Py_Version is new in 3.11; Py_NewRef() in 3.10, PyThreadState_GetFrame() in 3.9. */
static uint32_t find_version(void)
{
    const unsigned long *version = mw_elf_find_symbol("Py_Version", false);

    if (version)
        return (uint32_t)(*version >> 16 & 0xffff);
    if (mw_elf_find_symbol("Py_NewRef", false))
        return 0x30a;
    return mw_elf_find_symbol("PyThreadState_GetFrame", false) ? 0x309 : 0x308;
}

static uintptr_t load(uintptr_t address)
{
    return *(const uintptr_t *)address;
}

/* Since 3.13 the interpreter describes itself to debuggers. Whether it is as we know it, and has a GIL. */
static bool is_as_described(const struct mw_python_offsets *offsets)
{
    const uint64_t *described = offsets->described_thread ? mw_elf_find_symbol("_PyRuntime", false) : NULL;
    const uint64_t *frame, *code;

    if (!offsets->described_thread)
        return true;
    if (!described || memcmp(described, "xdebugpy", 8) != 0 || described[1] >> 16 != offsets->version || described[2])
        return false;
    frame = described + offsets->described_frame;
    code = described + offsets->described_code;
    return described[offsets->described_thread] == offsets->thread_frame && frame[0] == offsets->previous &&
           frame[1] == offsets->code && frame[2] == offsets->instruction && frame[4] == offsets->owner &&
           code[0] == offsets->file && code[2] == offsets->name && code[3] == offsets->table && code[4] == offsets->first_line;
}

/* A build with other objects (Py_TRACE_REFS) has the name of a type elsewhere. */
static bool is_type(uintptr_t type, const char *name)
{
    return type && load(type + TYPE_NAME) && !strcmp((const char *)load(type + TYPE_NAME), name);
}

static const struct mw_python_offsets *find_offsets(const struct interpreter *found)
{
    const struct mw_python_offsets *offsets = mw_python_offsets_of(found->version);

    if (!offsets || !found->is_finalizing || sizeof(void *) != 8 || !is_as_described(offsets))
        return NULL;
    return is_type(found->code_type, "code") && is_type(found->text_type, "str") && is_type(found->bytes_type, "bytes")
               ? offsets
               : NULL;
}

/* An object that has an interpreter, but may not be relocated yet: the loader allocates, too. */
static struct interpreter candidate;
static uint64_t loads_seen; /* when a candidate was looked for last */

static void find_candidate(void)
{
    struct interpreter found = {0};
    struct search search = {.found = &found};

    *(void **)&found.this_thread = mw_elf_find_symbol("PyGILState_GetThisThreadState", false);
    search.address = (uintptr_t) * (void **)&found.this_thread;
    if (search.address)
        dl_iterate_phdr(note_range, &search);
    candidate = found; /* another thread may do the same; the values are the same */
}

static bool is_in(const struct interpreter *object, const void *code_address)
{
    return (uintptr_t)code_address - object->start < object->end - object->start;
}

/* Whether its code may be called: it was loaded before main(), or is running. */
static bool is_usable(void *const *return_addresses, int depth)
{
    if (!candidate.this_thread || candidate.stays)
        return candidate.this_thread != NULL;
    for (int i = 0; i < depth; i++)
        if (is_in(&candidate, return_addresses[i]))
            return true;
    return false;
}

static void take_candidate(void)
{
    struct interpreter found = candidate;

    found.version = find_version();
    found.code_type = (uintptr_t)mw_elf_find_symbol("PyCode_Type", false);
    found.text_type = (uintptr_t)mw_elf_find_symbol("PyUnicode_Type", false);
    found.bytes_type = (uintptr_t)mw_elf_find_symbol("PyBytes_Type", false);
    *(void **)&found.is_finalizing = mw_elf_find_symbol("Py_IsFinalizing", false);
    if (!found.is_finalizing)
        *(void **)&found.is_finalizing = mw_elf_find_symbol("_Py_IsFinalizing", false);
    found.unloads = count_objects().unloads;
    found.offsets = find_offsets(&found);
    interpreter = found;
    __atomic_store_n(&is_found, true, __ATOMIC_RELEASE);
}

void mw_python_look(void *const *return_addresses, int depth)
{
    uint64_t loads;

    if (__atomic_load_n(&is_found, __ATOMIC_ACQUIRE))
        return;
    loads = count_objects().loads;
    if (__atomic_exchange_n(&loads_seen, loads, __ATOMIC_RELAXED) != loads)
        find_candidate();
    if (is_usable(return_addresses, depth))
        take_candidate();
}

/* A program that loads Python with dlopen() may unload it, and load it again elsewhere. */
static bool is_still_loaded(void)
{
    uint64_t unloads;
    void *this_thread;

    if (interpreter.stays)
        return true;
    unloads = count_objects().unloads;
    if (unloads == interpreter.unloads)
        return true;
    *(void *(**)(void)) & this_thread = interpreter.this_thread;
    if (mw_elf_find_in(this_thread, "PyGILState_GetThisThreadState") == this_thread) {
        interpreter.unloads = unloads;
        return true;
    }
    __atomic_store_n(&loads_seen, 0, __ATOMIC_RELAXED);
    __atomic_store_n(&is_found, false, __ATOMIC_RELEASE);
    return false;
}

uint32_t mw_python_version(void)
{
    return __atomic_load_n(&is_found, __ATOMIC_ACQUIRE) ? interpreter.version : 0;
}

bool mw_python_is_known(void)
{
    return __atomic_load_n(&is_found, __ATOMIC_ACQUIRE) && interpreter.offsets;
}

bool mw_python_is_interpreter(const void *code_address)
{
    return is_in(&interpreter, code_address);
}

/* ---- frames ---- */

/* What follows a pointer in an object that is being made or taken apart by this thread: it may be NULL. */
static bool is_pointer(uintptr_t address)
{
    return address >= 4096 && !(address & 7) && address >> 56 == 0;
}

/* The code object of a frame; 0: it has none, or is not of a script: 3.13 has one of its own, without lines, below __init__(). */
static uintptr_t code_of(const struct mw_python_offsets *offsets, uintptr_t frame)
{
    uintptr_t code;

    if (offsets->owner && *(const uint8_t *)(frame + offsets->owner) >= offsets->owner_c)
        return 0;
    code = load(frame + offsets->code) & ~(uintptr_t)7; /* the lower bits are a tag in 3.14 */
    if (!is_pointer(code) || load(code + OBJECT_TYPE) != interpreter.code_type)
        return 0;
    return *(const uint32_t *)(code + offsets->first_line) ? code : 0;
}

static int32_t instruction_of(const struct mw_python_offsets *offsets, uintptr_t frame, uintptr_t code)
{
    if (offsets->instructions) /* a pointer into the code object */
        return (int32_t)(load(frame + offsets->instruction) - code - offsets->instructions);
    return *(const int32_t *)(frame + offsets->instruction) * offsets->instruction_bytes;
}

static void add_frame(struct mw_python_stack *stack, const struct mw_python_offsets *offsets, uintptr_t frame, uintptr_t code)
{
    struct mw_python_frame *added = &stack->frames[stack->depth++];

    added->code = code;
    added->at = instruction_of(offsets, frame, code);
    added->first = *(const uint32_t *)(code + offsets->first_line);
    stack->hash = mw_index_mix(mw_index_mix(stack->hash, code), (uint64_t)added->first << 32 | (uint32_t)added->at);
}

void mw_python_read(struct mw_python_stack *stack)
{
    const struct mw_python_offsets *offsets;
    uintptr_t thread, frame, code;

    stack->hash = stack->depth = 0;
    stack->cut = false;
    if (!mw_python_is_known() || !is_still_loaded())
        return;
    offsets = interpreter.offsets;
    thread = (uintptr_t)interpreter.this_thread();
    if (!is_pointer(thread) || interpreter.is_finalizing())
        return;
    frame = load(thread + offsets->thread_frame);
    if (offsets->is_indirect && is_pointer(frame))
        frame = load(frame + offsets->c_frame);
    for (int i = 0; i < 2 * MW_PYTHON_FRAMES && is_pointer(frame); i++, frame = load(frame + offsets->previous)) {
        code = code_of(offsets, frame);
        if (code && stack->depth == MW_PYTHON_FRAMES) {
            stack->cut = true;
            return;
        }
        if (code)
            add_frame(stack, offsets, frame, code);
    }
}

/* ---- places ---- */

static uint32_t character(uintptr_t data, unsigned kind, uint64_t index)
{
    if (kind == 1)
        return ((const uint8_t *)data)[index];
    return kind == 2 ? ((const uint16_t *)data)[index] : ((const uint32_t *)data)[index];
}

/* As UTF-8. Returns the number of bytes. */
static size_t encode(char *to, uint32_t c)
{
    static const uint8_t lead[] = {0, 0, 0xc0, 0xe0, 0xf0};
    size_t length = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;

    for (size_t i = length - 1; i > 0; i--, c >>= 6)
        to[i] = (char)(0x80 | (c & 0x3f));
    to[0] = (char)(length == 1 ? c : lead[length] | c);
    return length;
}

#define TEXT_BYTES sizeof(((struct mw_function *)0)->file)

/* Copies the end of a string object, as much as fits. */
static void copy_text(char *to, size_t size, uintptr_t text)
{
    char bytes[4 * TEXT_BYTES];
    size_t used = 0, skip;
    uint64_t length;
    uint32_t state;
    uintptr_t data;

    to[0] = '\0';
    if (!is_pointer(text) || load(text + OBJECT_TYPE) != interpreter.text_type)
        return;
    length = load(text + LENGTH);
    state = *(const uint32_t *)(text + TEXT_STATE);
    if (!TEXT_IS_COMPACT(state) || !TEXT_KIND(state) || length > 1 << 20)
        return;
    data = text + (TEXT_IS_ASCII(state) ? interpreter.offsets->ascii_bytes : interpreter.offsets->compact_bytes);
    for (uint64_t i = length < size ? 0 : length - size; i < length; i++)
        used += encode(bytes + used, character(data, TEXT_KIND(state), i));
    skip = used < size ? 0 : used - (size - 1);
    while (skip < used && ((uint8_t)bytes[skip] & 0xc0) == 0x80) /* not within a character */
        skip++;
    memcpy(to, bytes + skip, used - skip);
    to[used - skip] = '\0';
}

static uint32_t line_of(const struct mw_python_offsets *offsets, const struct mw_python_frame *frame)
{
    uintptr_t table = load(frame->code + offsets->table);

    if (!is_pointer(table) || load(table + OBJECT_TYPE) != interpreter.bytes_type)
        return frame->first;
    return mw_python_line(offsets->kind, (const uint8_t *)(table + BYTES_DATA), load(table + LENGTH), frame->first, frame->at);
}

void mw_python_describe(const struct mw_python_frame *frame, struct mw_python_place *place)
{
    const struct mw_python_offsets *offsets = interpreter.offsets;

    memset(place, 0, sizeof(*place));
    copy_text(place->function.file, sizeof(place->function.file), load(frame->code + offsets->file));
    copy_text(place->function.name, sizeof(place->function.name), load(frame->code + offsets->name));
    place->line = line_of(offsets, frame);
}
