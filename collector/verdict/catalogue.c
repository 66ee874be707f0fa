/* SPDX-License-Identifier: MIT */
#include "collector/verdict/catalogue.h"

const struct mw_verdict_kind mw_verdict_catalogue[] = {
    {"out_of_memory", MW_VERDICT_WHAT, mw_found_out_of_memory},
    {"heavy_rank_0", MW_VERDICT_WHO, mw_found_heavy_rank_0},
    {"imbalance", MW_VERDICT_WHO, mw_found_imbalance},
    {"peaks_at_different_times", MW_VERDICT_WHO, mw_found_peaks_differ},
    {"spike", MW_VERDICT_WHY, mw_found_spike},
    {"growth", MW_VERDICT_WHY, mw_found_growth},
    {"mpi_share", MW_VERDICT_WHY, mw_found_mpi_share},
    {"mpi_objects", MW_VERDICT_WHY, mw_found_mpi_objects},
    {"shared_memory", MW_VERDICT_WHY, mw_found_shared_memory},
    {"kept_by_malloc", MW_VERDICT_WHY, mw_found_kept_by_malloc},
    {"reserved_untouched", MW_VERDICT_WHY, mw_found_untouched},
    {"swapped", MW_VERDICT_WHY, mw_found_swapped},
    {"close_to_limit", MW_VERDICT_FITS, mw_found_close_to_limit},
    {"tmpfs", MW_VERDICT_FITS, mw_found_tmpfs},
    {"page_cache", MW_VERDICT_FITS, mw_found_page_cache},
};

const size_t mw_verdict_kinds = sizeof(mw_verdict_catalogue) / sizeof(*mw_verdict_catalogue);
