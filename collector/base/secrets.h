/* SPDX-License-Identifier: MIT */
/* Hides what looks like a secret in a command line: passwords, tokens and keys that users pass as options or variables. */
#ifndef MW_COLLECTOR_BASE_SECRETS_H
#define MW_COLLECTOR_BASE_SECRETS_H

/* Replaces values by "***" in place; the line never gets longer. A value is the rest of the word after "NAME=", up to ",NAME=" or
 * "&NAME="; the word after "--NAME" or "-NAME"; what follows "Authorization:"; and what precedes the "@" of a URL. NAME looks
 * secret if one of its parts, as in "AWS_SECRET_ACCESS_KEY" or "--api-key", is or ends in such a word. Words are separated by
 * spaces: of a value that contains a space, only the first word is hidden. */
void mw_secrets_mask(char *line);

#endif
