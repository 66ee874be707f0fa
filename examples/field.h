/* SPDX-License-Identifier: MIT */
/*
 * field: arithmetic in the scalar field of the curve BN254, in which zero-knowledge provers such as Groth16 and
 * PLONK compute: the integers modulo the 254-bit prime
 *
 *     r = 21888242871839275222246405745257275088548364400416034343698204186575808495617.
 *
 * r - 1 is divisible by 2^28, so there are roots of unity, and with them FFTs, for every power of two up to 2^28.
 *
 * An element x is kept in Montgomery form, x * 2^256 mod r, as four 64-bit limbs, the least first, and is always
 * smaller than r: equal elements are equal bit for bit. What an FFT does in its inner loop is inline.
 */
#ifndef EXAMPLES_FIELD_H
#define EXAMPLES_FIELD_H

#include <stdbool.h>
#include <stdint.h>

#define FIELD_MAX_LOG2 28 /* the largest power of two that divides r - 1 */

struct field {
    uint64_t limb[4];
};

__extension__ typedef unsigned __int128 field_wide;

static const struct field field_modulus = {
    {0x43e1f593f0000001, 0x2833e84879b97091, 0xb85045b68181585d, 0x30644e72e131a029}};
static const struct field field_zero = {{0, 0, 0, 0}};
static const struct field field_one = {
    {0xac96341c4ffffffb, 0x36fc76959f60cd29, 0x666ea36f7879462e, 0x0e0a77c19a07df2f}};

/* An element that is the same for the same index, on every rank and machine, and looks random. */
struct field field_from_index(uint64_t index);

/* base to the power of exponent, where 0 to the power of 0 is 1. */
struct field field_power(struct field base, uint64_t exponent);

/* 1 / a, for any a but zero. */
struct field field_inverse(struct field a);

/* A primitive root of unity of order 2^log2, where log2 is at most FIELD_MAX_LOG2. */
struct field field_root_of_unity(unsigned log2);

/* The element of the small integer n. */
struct field field_from_integer(uint64_t n);

/* a as a number, in hexadecimal: 64 digits and the terminating zero. */
void field_format(char text[65], struct field a);

static inline bool field_equal(struct field a, struct field b)
{
    return ((a.limb[0] ^ b.limb[0]) | (a.limb[1] ^ b.limb[1]) | (a.limb[2] ^ b.limb[2]) | (a.limb[3] ^ b.limb[3])) == 0;
}

/* difference = a - b on 256 bits; returns the borrow, 0 or 1. */
static inline uint64_t field_subtract_limbs(struct field *difference, struct field a, struct field b)
{
    uint64_t borrow = 0;

    for (int i = 0; i < 4; i++) {
        field_wide d = (field_wide)a.limb[i] - b.limb[i] - borrow;
        difference->limb[i] = (uint64_t)d;
        borrow = (uint64_t)(d >> 64) & 1;
    }
    return borrow;
}

/* sum = a + b on 256 bits; a carry out is dropped. */
static inline void field_add_limbs(struct field *sum, struct field a, struct field b)
{
    uint64_t carry = 0;

    for (int i = 0; i < 4; i++) {
        field_wide s = (field_wide)a.limb[i] + b.limb[i] + carry;
        sum->limb[i] = (uint64_t)s;
        carry = (uint64_t)(s >> 64);
    }
}

/* when ? a : b, without a branch: here it would be mispredicted every other time. */
static inline struct field field_select(uint64_t when, struct field a, struct field b)
{
    uint64_t mask = 0 - when;

    for (int i = 0; i < 4; i++)
        b.limb[i] ^= (a.limb[i] ^ b.limb[i]) & mask;
    return b;
}

/* a mod r, for any a smaller than 2r. */
static inline struct field field_reduce(struct field a)
{
    struct field less;
    uint64_t borrow = field_subtract_limbs(&less, a, field_modulus);

    return field_select(borrow, a, less);
}

static inline struct field field_add(struct field a, struct field b)
{
    struct field sum;

    field_add_limbs(&sum, a, b); /* 2r is smaller than 2^256: no carry is lost */
    return field_reduce(sum);
}

static inline struct field field_subtract(struct field a, struct field b)
{
    struct field difference, correction;
    uint64_t borrow = field_subtract_limbs(&difference, a, b);

    correction = field_select(borrow, field_modulus, field_zero);
    field_add_limbs(&difference, difference, correction);
    return difference;
}

/* t = (t + a * digit) / 2^64 mod r: one round of a Montgomery multiplication. */
static inline void field_multiply_round(uint64_t t[4], struct field a, uint64_t digit)
{
    static const uint64_t minus_inverse = 0xc2e1f593efffffff; /* -1/r mod 2^64 */
    field_wide product = (field_wide)a.limb[0] * digit + t[0];
    uint64_t multiple = (uint64_t)product * minus_inverse; /* of r, which makes the lowest limb zero */
    field_wide reduced = (field_wide)multiple * field_modulus.limb[0] + (uint64_t)product;

    for (int i = 1; i < 4; i++) {
        product = (field_wide)a.limb[i] * digit + t[i] + (uint64_t)(product >> 64);
        reduced = (field_wide)multiple * field_modulus.limb[i] + (uint64_t)product + (uint64_t)(reduced >> 64);
        t[i - 1] = (uint64_t)reduced;
    }
    t[3] = (uint64_t)(product >> 64) + (uint64_t)(reduced >> 64); /* fits, as r is smaller than 2^255 */
}

static inline struct field field_multiply(struct field a, struct field b)
{
    struct field t = field_zero;

    field_multiply_round(t.limb, a, b.limb[0]);
    field_multiply_round(t.limb, a, b.limb[1]);
    field_multiply_round(t.limb, a, b.limb[2]);
    field_multiply_round(t.limb, a, b.limb[3]);
    return field_reduce(t);
}

#endif
