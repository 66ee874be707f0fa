/* SPDX-License-Identifier: MIT */
/* Rust's names in its own mangling ("v0", RFC 2603), which not every C++ runtime can read. */
#ifndef MW_COLLECTOR_SYMBOLS_RUST_NAME_H
#define MW_COLLECTOR_SYMBOLS_RUST_NAME_H

/* "ranks::sum::over" of "_RNvNtCs1234_5ranks3sum4over": without generic arguments and the crate's number; methods are
 * those of their type, "ranks::Sum::over", whatever trait they implement. Free it. NULL: it cannot be read. */
char *mw_rust_name(const char *name);

#endif
