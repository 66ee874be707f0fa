/* SPDX-License-Identifier: MIT */
/* Rank 0's port among strangers: turns are counted, not timed. */
#include "pmpi/abi/library.h"
#include "pmpi/finalize/across_port.h"
#include "pmpi/finalize/tcp.h"

#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#define SIZE 64

void mw_library_progress(void)
{
}

static unsigned number_of(const struct mw_across_port *port)
{
    unsigned number = 0;

    assert_int_equal(sscanf(port->value, "%*32[0-9a-f]+%u", &number), 1);
    return number;
}

static int connect_to(const struct mw_across_port *port)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)number_of(port)),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    assert_true(fd >= 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof(to)), 0);
    return fd;
}

static struct mw_across_hello hello_of(const struct mw_across_port *port, uint32_t count)
{
    struct mw_across_hello hello = {.magic = MW_ACROSS_MAGIC, .version = MW_RECORD_VERSION, .endian = MW_RECORD_ENDIAN,
                                    .count = count};

    memcpy(hello.token, port->value, sizeof(hello.token));
    return hello;
}

static void turns(struct mw_across_port *port, int count)
{
    const struct timespec pause = {0, 1000000};

    for (int i = 0; i < count; i++) {
        mw_across_port_turn(port);
        nanosleep(&pause, NULL);
    }
}

/* So many turns that a hello is heard, and far from the second after which strangers are dropped anyway. */
#define SOME 20

static bool is_closed(int fd)
{
    char byte;

    return recv(fd, &byte, 1, MSG_DONTWAIT) == 0;
}

static void test_silent(void **state)
{
    static struct mw_across_port port;
    int silent[200], peer;
    int32_t rank = 5;

    (void)state;
    assert_true(mw_across_port_open(&port, SIZE));
    for (int i = 0; i < 200; i++) {
        silent[i] = connect_to(&port);
        if (i % 50 == 0) /* (the kernel's queue may be shorter) */
            mw_across_port_turn(&port);
    }
    struct mw_across_hello hello = hello_of(&port, 1);
    peer = connect_to(&port);
    assert_int_equal(send(peer, &hello, sizeof(hello), 0), sizeof(hello));
    assert_int_equal(send(peer, &rank, sizeof(rank), 0), sizeof(rank));
    turns(&port, SOME);
    assert_int_equal(port.peer_count, 1);
    assert_int_equal(port.announced_count, 1);
    assert_true(port.announced[5]);
    assert_true(port.stranger_count <= MW_ACROSS_STRANGERS);
    assert_true(is_closed(silent[0])); /* the oldest had to go */
    assert_false(is_closed(silent[199]));
    mw_across_port_end(&port);
    assert_true(is_closed(silent[199]));
    assert_int_equal(port.peer_count, 1);
    for (int i = 0; i < 200; i++)
        close(silent[i]);
    close(peer);
    mw_across_port_close(&port);
}

/* A peer whose bytes come one by one, among strangers whose bytes do so too, and others that talk nonsense. */
static void test_slow(void **state)
{
    static struct mw_across_port port;
    struct {
        struct mw_across_hello hello;
        int32_t ranks[3];
    } words = {.ranks = {7, 7, SIZE + 1}};
    int peer, slow, wrong;

    (void)state;
    assert_true(mw_across_port_open(&port, SIZE));
    words.hello = hello_of(&port, 3);
    peer = connect_to(&port);
    slow = connect_to(&port);
    for (size_t i = 0; i < sizeof(words); i++) {
        assert_int_equal(send(peer, (char *)&words + i, 1, 0), 1);
        if (i < 40)
            assert_int_equal(send(slow, "M", 1, 0), 1);
        mw_across_port_turn(&port);
    }
    turns(&port, SOME);
    assert_int_equal(port.peer_count, 1);
    assert_int_equal(port.announced_count, 1); /* once, and nothing outside of the job */
    words.hello.token[0] ^= 1;
    wrong = connect_to(&port);
    assert_int_equal(send(wrong, &words, sizeof(words), 0), sizeof(words));
    turns(&port, SOME);
    assert_int_equal(port.peer_count, 1);
    close(wrong);
    words.hello = hello_of(&port, SIZE + 1); /* more ranks than there are */
    wrong = connect_to(&port);
    assert_int_equal(send(wrong, &words, sizeof(words), 0), sizeof(words));
    turns(&port, SOME);
    assert_int_equal(port.peer_count, 1);
    close(wrong);
    close(peer);
    close(slow);
    mw_across_port_close(&port);
}

/* A peer that says which ranks it has, but not all of them, is dropped at the end; the others stay. */
static void test_half(void **state)
{
    static struct mw_across_port port;
    int32_t rank = 9;
    int half, whole;

    (void)state;
    assert_true(mw_across_port_open(&port, SIZE));
    half = connect_to(&port);
    whole = connect_to(&port);
    struct mw_across_hello hello = hello_of(&port, 2);
    send(half, &hello, sizeof(hello), 0);
    hello = hello_of(&port, 1);
    send(whole, &hello, sizeof(hello), 0);
    send(half, &rank, sizeof(rank), 0);
    send(whole, &rank, sizeof(rank), 0);
    turns(&port, SOME);
    assert_int_equal(port.peer_count, 2);
    mw_across_port_end(&port);
    assert_int_equal(port.peer_count, 1);
    assert_int_equal(port.peers[0].hello.count, 1);
    close(half);
    close(whole);
    mw_across_port_close(&port);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_silent), cmocka_unit_test(test_slow),
                                       cmocka_unit_test(test_half)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
