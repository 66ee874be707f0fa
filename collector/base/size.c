/* SPDX-License-Identifier: MIT */
#include "collector/base/size.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* The factor of a unit; 0 if it is not a unit. */
static double factor_of(const char *unit)
{
    static const char letters[] = "KMGTP";
    const char *letter = *unit ? strchr(letters, toupper((unsigned char)*unit)) : NULL;

    if (!*unit || !strcasecmp(unit, "B"))
        return 1;
    if (!letter)
        return 0;
    if (!unit[1] || !strcasecmp(unit + 1, "iB"))
        return pow(1024, (double)(letter - letters + 1));
    return !strcasecmp(unit + 1, "B") ? pow(1000, (double)(letter - letters + 1)) : 0;
}

int mw_size_parse(const char *text, uint64_t *bytes, struct mw_err *err)
{
    size_t digits = strspn(text, "0123456789.");
    char *end;
    double value = strtod(text, &end), factor;

    if (!digits || text + digits != end) /* signs, exponents, "inf" and two points are rejected */
        return mw_err_set(err, "'%.40s' is not a size: use 512M, 8GiB, or a number of bytes", text);
    factor = factor_of(end + strspn(end, " "));
    if (factor == 0)
        return mw_err_set(err, "'%.40s' has an unknown unit: use K, M, G, T or P, as in 512M or 8GiB", text);
    value = floor(value * factor);
    if (value < 1)
        return mw_err_set(err, "'%.40s' is less than one byte: use 512M, 8GiB, or a number of bytes", text);
    if (value >= 9007199254740992.0 * 1024) /* 8 EiB */
        return mw_err_set(err, "'%.40s' is too large: the maximum is 8 EiB", text);
    *bytes = (uint64_t)value;
    return 0;
}
