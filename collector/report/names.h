/* SPDX-License-Identifier: MIT */
/* Short and distinct names of the places in a list. The namespace that all of them share is left out. If the label already
 * has the function, the object is shown next to it instead. */
#ifndef MW_COLLECTOR_REPORT_NAMES_H
#define MW_COLLECTOR_REPORT_NAMES_H

#include "collector/model/model.h"

#define MW_REPORT_NAME 1200 /* bytes, with the NUL */

struct mw_report_names;

/* Whether a place's label contains its function: "Pair::compute+0x1f", "mpi4py.MPI.Bcast". */
bool mw_report_names_is_in_label(const struct mw_model_place *place);

/* Whether a frame is that of the C library, or of Rust's, below main(): not useful. */
bool mw_report_names_is_start(const struct mw_model_place *place);

/* For a list with these places; some may be NULL. Free with mw_report_names_destroy(). */
struct mw_report_names *mw_report_names_create(const struct mw_model_place *const *places, size_t count);
void mw_report_names_destroy(struct mw_report_names *names);

/* "fft.c:120", "Pair::compute+0x1f", "solve.c:12 (via comm_sum)", in at most `width` columns; "?" for NULL. */
void mw_report_names_where(const struct mw_report_names *names, const struct mw_model_place *place, int width,
                           char out[MW_REPORT_NAME]);

/* "Pair::compute", not cut; "libmd.so" if the label has the function; "" for NULL, or if neither is known. */
void mw_report_names_in(const struct mw_report_names *names, const struct mw_model_place *place, char out[MW_REPORT_NAME]);

#endif
