/* SPDX-License-Identifier: MIT */
#include "launcher/hosts/link_address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int parse_port(const char *text, in_port_t *port)
{
    char *end;
    unsigned long value = strtoul(text, &end, 10);

    if (*text < '0' || *text > '9' || *end || !value || value > 65535)
        return -1;
    *port = htons((in_port_t)value);
    return 0;
}

/* Parses one word; modifies `word`. */
static int parse_one(char *word, struct mw_link_address *one)
{
    struct sockaddr_in v4 = {.sin_family = AF_INET};
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6};
    char *colon = strrchr(word, ':'), *bracket = strchr(word, ']');

    memset(one, 0, sizeof(*one));
    snprintf(one->text, sizeof(one->text), "%s", word);
    if (!colon)
        return -1;
    *colon = '\0';
    if (word[0] != '[') {
        if (inet_pton(AF_INET, word, &v4.sin_addr) != 1 || parse_port(colon + 1, &v4.sin_port))
            return -1;
        memcpy(&one->address, &v4, one->length = sizeof(v4));
        return 0;
    }
    if (!bracket || bracket + 1 != colon)
        return -1;
    *bracket = '\0';
    if (inet_pton(AF_INET6, word + 1, &v6.sin6_addr) != 1 || parse_port(colon + 1, &v6.sin6_port))
        return -1;
    memcpy(&one->address, &v6, one->length = sizeof(v6));
    return 0;
}

size_t mw_link_address_parse(const char *text, struct mw_link_address *addresses)
{
    size_t count = 0;

    while (*text && count < MW_LINK_ADDRESSES) {
        size_t length = strcspn(text, " ");
        char word[64];
        if (length && length < sizeof(word)) {
            memcpy(word, text, length);
            word[length] = '\0';
            count += !parse_one(word, &addresses[count]);
        }
        text += length;
        text += strspn(text, " ");
    }
    return count;
}
