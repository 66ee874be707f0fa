// SPDX-License-Identifier: MIT
// C++: new and delete of all kinds, and containers. Frames of the C++ library are between malloc() and the program.
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <new>
#include <string>
#include <vector>

#define NOINLINE __attribute__((noinline))
static const size_t MIB = 1 << 20;

struct alignas(256) Aligned {
    char bytes[4 << 20];
};

extern "C" {
NOINLINE void *hold_new(size_t size)
{
    char *block = new char[size];
    memset(block, 1, size);
    return block;
}
NOINLINE void *hold_aligned_new()
{
    Aligned *block = new Aligned[4];
    memset(static_cast<void *>(block), 1, 4 * sizeof(Aligned));
    return block;
}
NOINLINE void grow_vector(std::vector<long> *vector, size_t number)
{
    for (size_t i = 0; i < number; i++)
        vector->push_back(static_cast<long>(i));
}
NOINLINE void fill_map(std::map<int, std::string> *map, int number)
{
    for (int i = 0; i < number; i++)
        (*map)[i] = std::string(100, 'x');
}
}

int main()
{
    static std::vector<long> vector;
    static std::map<int, std::string> map;
    void *kept[2] = {hold_new(32 * MIB), hold_aligned_new()};
    int failed = 0;

    setvbuf(stdout, nullptr, _IONBF, 0);
    for (int i = 0; i < 200000; i++) {
        int *one = new int(i);
        std::string *text = new std::string(static_cast<size_t>(i % 300), 'y');
        Aligned *aligned = i % 1000 ? nullptr : new Aligned;
        failed += *one != i || text->size() != static_cast<size_t>(i % 300) || reinterpret_cast<size_t>(aligned) % 256;
        delete one;
        delete text;
        delete aligned;
    }
    volatile size_t huge = static_cast<size_t>(-1) / 2 - 4096;
    try {
        delete[] new char[huge];
        failed++;
    } catch (const std::bad_alloc &) {
    }
    failed += new (std::nothrow) char[huge] != nullptr;
    fill_map(&map, 200000);
    vector.reserve(1);
    grow_vector(&vector, 8 * MIB);
    asm volatile("" : : "r"(kept) : "memory");
    printf("TRUE function=hold_new peak=%zu\n", 32 * MIB);
    printf("TRUE function=hold_aligned_new peak=%zu\n", 4 * sizeof(Aligned));
    // while the last half is copied the vector has 64 MiB and its 32 MiB before
    printf("TRUE function=fill_map peak=%zu each=%d\n", static_cast<size_t>(200000) * (101 + 72), 80);
    printf(failed ? "FAIL\n" : "done\n");
    return failed != 0;
}
