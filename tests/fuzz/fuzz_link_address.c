/* SPDX-License-Identifier: MIT */
/* The addresses in MEMWATCH_CONNECT: an accepted value is an address with a port, and its text is clean and terminated. */
#include "launcher/hosts/link_address.h"
#include "tests/fuzz/fuzz.h"

#include <netinet/in.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct mw_link_address all[MW_LINK_ADDRESSES];
    char *text = fuzz_text(data, size);
    size_t count = mw_link_address_parse(text, all);

    fuzz_expect(count <= MW_LINK_ADDRESSES);
    for (size_t i = 0; i < count; i++) {
        int family = all[i].address.ss_family;
        fuzz_expect(family == AF_INET || family == AF_INET6);
        fuzz_expect(all[i].length == (family == AF_INET ? sizeof(struct sockaddr_in) : sizeof(struct sockaddr_in6)));
        fuzz_expect(memchr(all[i].text, '\0', sizeof(all[i].text)));
        for (const char *at = all[i].text; *at; at++)
            fuzz_expect(*at > ' ' && *at < 0x7f);
        fuzz_expect(strstr(text, all[i].text));
    }
    free(text);
    return 0;
}
