/* SPDX-License-Identifier: MIT */
/* C++ maps with strings: a million of small blocks that come and go. */
#include <cstdint>
#include <cstdio>
#include <map>
#include <string>
#include <unordered_map>

template <typename Map> static size_t exercise(int steps)
{
    static uint32_t random = 1;
    Map map;
    size_t sum = 0;

    for (int i = 0; i < steps; i++) {
        random = random * 1664525 + 1013904223;
        uint32_t key = random >> 15;
        auto found = map.find(key);
        if (found == map.end()) {
            map.emplace(key, std::string(20 + key % 100, 'a'));
            continue;
        }
        sum += found->second.size();
        map.erase(found);
    }
    return sum;
}

int main()
{
    size_t sum = exercise<std::map<uint32_t, std::string>>(500000);

    sum += exercise<std::unordered_map<uint32_t, std::string>>(1000000);
    printf("%zu\n", sum);
}
