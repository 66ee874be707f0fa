/* SPDX-License-Identifier: MIT */
/* cmocka 2 has another name for assert_in_range(). To be included after cmocka.h. */
#ifndef MW_TESTS_IN_RANGE_H
#define MW_TESTS_IN_RANGE_H

#ifndef assert_uint_in_range
#define assert_uint_in_range assert_in_range
#endif

#endif
