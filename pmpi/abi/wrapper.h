/* SPDX-License-Identifier: MIT */
/* The parameters of wrappers. Every MPI argument is an integer, pointer or handle of at most 64 bits, and travels in
 * a general register or an 8-byte stack slot. Unused upper bits are passed on unchanged. */
#ifndef MW_PMPI_ABI_WRAPPER_H
#define MW_PMPI_ABI_WRAPPER_H

#include <stdint.h>

#define MW_EXPORT __attribute__((visibility("default")))

#define MW_PARAMETERS_1 uintptr_t a0
#define MW_PARAMETERS_2 MW_PARAMETERS_1, uintptr_t a1
#define MW_PARAMETERS_3 MW_PARAMETERS_2, uintptr_t a2
#define MW_PARAMETERS_4 MW_PARAMETERS_3, uintptr_t a3
#define MW_PARAMETERS_5 MW_PARAMETERS_4, uintptr_t a4
#define MW_PARAMETERS_6 MW_PARAMETERS_5, uintptr_t a5
#define MW_PARAMETERS_7 MW_PARAMETERS_6, uintptr_t a6
#define MW_PARAMETERS_8 MW_PARAMETERS_7, uintptr_t a7
#define MW_PARAMETERS_9 MW_PARAMETERS_8, uintptr_t a8
#define MW_PARAMETERS_10 MW_PARAMETERS_9, uintptr_t a9
#define MW_PARAMETERS_11 MW_PARAMETERS_10, uintptr_t a10
#define MW_PARAMETERS_12 MW_PARAMETERS_11, uintptr_t a11
#define MW_PARAMETERS_13 MW_PARAMETERS_12, uintptr_t a12
#define MW_VALUES_1 a0
#define MW_VALUES_2 MW_VALUES_1, a1
#define MW_VALUES_3 MW_VALUES_2, a2
#define MW_VALUES_4 MW_VALUES_3, a3
#define MW_VALUES_5 MW_VALUES_4, a4
#define MW_VALUES_6 MW_VALUES_5, a5
#define MW_VALUES_7 MW_VALUES_6, a6
#define MW_VALUES_8 MW_VALUES_7, a7
#define MW_VALUES_9 MW_VALUES_8, a8
#define MW_VALUES_10 MW_VALUES_9, a9
#define MW_VALUES_11 MW_VALUES_10, a10
#define MW_VALUES_12 MW_VALUES_11, a11
#define MW_VALUES_13 MW_VALUES_12, a12
#define MW_PASTE(a, b) MW_PASTE_(a, b)
#define MW_PASTE_(a, b) a##b

#endif
