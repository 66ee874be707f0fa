/* SPDX-License-Identifier: MIT */
/* Demangles Rust's "v0" names (RFC 2603), which not every C++ runtime supports. */
#ifndef MW_COLLECTOR_SYMBOLS_RUST_NAME_H
#define MW_COLLECTOR_SYMBOLS_RUST_NAME_H

/* "ranks::sum::over" for "_RNvNtCs1234_5ranks3sum4over": without generic arguments and the crate's number; methods are named
 * by their type, "ranks::Sum::over", not by the trait. The caller frees it. NULL if it cannot be parsed. */
char *mw_rust_name(const char *name);

#endif
