/* SPDX-License-Identifier: MIT */
/* Text on its way to a terminal: cleaning changes nothing twice, cutting keeps to its columns and its room. */
#include "collector/base/text.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = fuzz_text(data, size), *again, fitted[64];
    int width = size ? data[0] % 40 + 1 : 1;
    size_t length = strlen(text);

    mw_text_clean(text);
    fuzz_expect(strlen(text) <= length);
    again = strdup(text);
    mw_text_clean(again);
    fuzz_expect(!strcmp(again, text));
    for (int cut = MW_TEXT_CUT_RIGHT; cut <= MW_TEXT_CUT_LEFT; cut++) {
        mw_text_fit(fitted, sizeof(fitted), text, width, (enum mw_text_cut)cut);
        fuzz_expect(strlen(fitted) < sizeof(fitted) && mw_text_width(fitted) <= width);
    }
    fuzz_expect(mw_text_break(text, width) <= strlen(text));
    fuzz_expect(!*text || mw_text_break(text, width) > 0);
    free(again);
    free(text);
    return 0;
}
