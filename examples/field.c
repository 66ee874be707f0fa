/* SPDX-License-Identifier: MIT */
#include "examples/field.h"

#include <inttypes.h>
#include <stdio.h>

/* 2^512 mod r: multiplying by it takes a number into Montgomery form. */
static const struct field two_512 = {
    {0x1bb8e645ae216da7, 0x53fe3ab1e35c59e3, 0x8c49833d53bb8085, 0x0216d0b17f4e44a5}};

/* 5 generates the whole multiplicative group; this is 5^((r - 1) / 2^28), of order 2^28. */
static const struct field root_2_28 = {
    {0x636e735580d13d9c, 0xa22bf3742445ffd6, 0x56452ac01eb203d8, 0x1860ef942963f9e7}};

/* The finalizer of the generator splitmix64: a mixing of 64 bits that loses none. */
static uint64_t mix(uint64_t x)
{
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
    x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
    return x ^ (x >> 31);
}

struct field field_from_index(uint64_t index)
{
    struct field a;

    for (uint64_t i = 0; i < 4; i++)
        a.limb[i] = mix((4 * index + i + 1) * 0x9e3779b97f4a7c15);
    a.limb[3] >>= 11; /* 253 bits: smaller than r */
    return a;
}

struct field field_power(struct field base, uint64_t exponent)
{
    struct field power = field_one;

    for (; exponent; exponent >>= 1) {
        if (exponent & 1)
            power = field_multiply(power, base);
        base = field_multiply(base, base);
    }
    return power;
}

/* By Fermat's little theorem: 1 / a = a^(r - 2). */
struct field field_inverse(struct field a)
{
    const struct field two = {{2, 0, 0, 0}};
    struct field exponent, power = field_one;

    field_subtract_limbs(&exponent, field_modulus, two);
    for (int i = 255; i >= 0; i--) {
        power = field_multiply(power, power);
        if (exponent.limb[i / 64] >> (i % 64) & 1)
            power = field_multiply(power, a);
    }
    return power;
}

struct field field_root_of_unity(unsigned log2)
{
    struct field root = root_2_28;

    for (unsigned i = log2; i < FIELD_MAX_LOG2; i++)
        root = field_multiply(root, root);
    return root;
}

struct field field_from_integer(uint64_t n)
{
    const struct field number = {{n, 0, 0, 0}};

    return field_multiply(number, two_512);
}

void field_format(char text[65], struct field a)
{
    const struct field one = {{1, 0, 0, 0}};

    a = field_multiply(a, one); /* out of Montgomery form */
    snprintf(text, 65, "%016" PRIx64 "%016" PRIx64 "%016" PRIx64 "%016" PRIx64, a.limb[3], a.limb[2], a.limb[1],
             a.limb[0]);
}
