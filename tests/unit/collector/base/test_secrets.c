/* SPDX-License-Identifier: MIT */
/* What is hidden in a command line, and what is not. */
#include "collector/base/secrets.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void expect(const char *line, const char *masked)
{
    char copy[256];

    snprintf(copy, sizeof(copy), "%s", line);
    mw_secrets_mask(copy);
    assert_string_equal(copy, masked);
}

static void test_options(void **state)
{
    (void)state;
    expect("./app --password=hunter --n 3", "./app --password=*** --n 3");
    expect("./app --db-passwd hunter --n 3", "./app --db-passwd *** --n 3");
    expect("./app -pw  hunter", "./app -pw  ***");
    expect("./app --api_key=a=b,c", "./app --api_key=***");
    expect("./app --pwd hunter pwd=hunter", "./app --pwd *** pwd=***");
    expect("./app --password=x", "./app --password=*");
    expect("./app --password", "./app --password");
    expect("./app --password=", "./app --password=");
    expect("./app --auth --verbose", "./app --auth --verbose");
}

static void test_variables(void **state)
{
    (void)state;
    expect("env PGPASSWORD=hunter ./app", "env PGPASSWORD=*** ./app");
    expect("mpirun -x AWS_SECRET_ACCESS_KEY=abcd -x OMP_NUM_THREADS=3",
           "mpirun -x AWS_SECRET_ACCESS_KEY=*** -x OMP_NUM_THREADS=3");
    expect("srun --export=ALL,HF_TOKEN=abcd,B=2,PASS=abcd ./app", "srun --export=ALL,HF_TOKEN=***,B=2,PASS=*** ./app");
}

static void test_web(void **state)
{
    (void)state;
    expect("git clone https://me:abcd@host:80/p.git", "git clone https://***@host:80/p.git");
    expect("git clone https://abcdefgh@host/p.git", "git clone https://***@host/p.git");
    expect("get https://host/x?token=abcd&b=3", "get https://host/x?token=***&b=3");
    expect("curl -H Authorization: Bearer abcd https://host/a@b:c", "curl -H Authorization: Bearer *** https://host/a@b:c");
}

static void test_harmless(void **state)
{
    static const char *const lines[] = {
        "",
        " ",
        "=",
        "mpirun -n 4 ./app --size 100",
        "python train.py --tokenizer gpt2 --max-tokens 512",
        "PWD=/home/me OLDPWD=/tmp bypass=3 monkey=4",
        "secret.c:25 Allreduce",
        "std::token::next(password, key)",
        "operator==(token const&)",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++)
        expect(lines[i], lines[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_options), cmocka_unit_test(test_variables),
                                       cmocka_unit_test(test_web), cmocka_unit_test(test_harmless)};

    return cmocka_run_group_tests_name("secrets", tests, NULL, NULL);
}
