/* SPDX-License-Identifier: MIT */
/* The protocol between hosts, with an attacker in the middle who reads, changes, cuts and repeats the data. */
#include "launcher/hosts/wire.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/unit/in_range.h"

static const unsigned char secret[MW_WIRE_SECRET] = "0123456789abcdef0123456789abcde";
static const unsigned char other_secret[MW_WIRE_SECRET] = "another secret of the same size";

/* client - near[0] | far[0] - the middle - far[1] | near[1] - server */
struct middle {
    struct mw_wire client, server;
    int far[2];
    unsigned char seen[2][1 << 17]; /* [0]: what the client sent, [1]: what the server sent */
    size_t length[2];
};

static struct middle m;

static void begin(const unsigned char *client_secret, const unsigned char *server_secret)
{
    int pair[2];

    memset(&m, 0, sizeof(m));
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair), 0);
    assert_int_equal(mw_wire_init(&m.client, pair[0], MW_WIRE_CLIENT, client_secret, 1 << 17, NULL), 0);
    m.far[0] = pair[1];
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair), 0);
    assert_int_equal(mw_wire_init(&m.server, pair[0], MW_WIRE_SERVER, server_secret, 1 << 17, NULL), 0);
    m.far[1] = pair[1];
}

static void end(void)
{
    mw_wire_fini(&m.client);
    mw_wire_fini(&m.server);
    close(m.far[0]);
    close(m.far[1]);
}

/* Takes what one side has sent, without passing it on. Returns the number of bytes. */
static size_t catch (int side, unsigned char *bytes, size_t size)
{
    ssize_t n;

    mw_wire_flush(side ? &m.server : &m.client, NULL);
    n = read(m.far[side], bytes, size);
    return n > 0 ? (size_t)n : 0;
}

static void pass(int side, const unsigned char *bytes, size_t length)
{
    assert_int_equal(write(m.far[!side], bytes, length), length);
}

/* Lets one side read everything available. Returns the last result of mw_wire_next(): 1 with a message, 0, -1. */
static int receive(struct mw_wire *wire, unsigned char *plain, size_t *length)
{
    int some = mw_wire_read(wire, NULL), next = mw_wire_next(wire, plain, length, NULL);

    return next ? next : some < 0 ? -1 : 0;
}

static int carry(int side, unsigned char *plain, size_t *length)
{
    size_t n = catch (side, m.seen[side] + m.length[side], sizeof(m.seen[side]) - m.length[side]);

    if (n)
        pass(side, m.seen[side] + m.length[side], n);
    m.length[side] += n;
    return receive(side ? &m.client : &m.server, plain, length);
}

static bool shake_hands(void)
{
    unsigned char plain[MW_WIRE_MESSAGE_MAX];
    size_t length;

    for (int i = 0; i < 4; i++)
        if (carry(1, plain, &length) < 0 || carry(0, plain, &length) < 0)
            return false;
    return mw_wire_is_open(&m.client) && mw_wire_is_open(&m.server);
}

static void test_messages_arrive(void **state)
{
    unsigned char plain[MW_WIRE_MESSAGE_MAX], big[MW_WIRE_MESSAGE_MAX];
    size_t length;

    (void)state;
    begin(secret, secret);
    assert_true(shake_hands());
    memset(big, 'x', sizeof(big));
    assert_int_equal(mw_wire_put(&m.client, big, sizeof(big)), 0);
    for (int i = 0; i < 10 && carry(0, plain, &length) != 1; i++)
        ;
    assert_int_equal(length, sizeof(big));
    assert_memory_equal(plain, big, sizeof(big));
    assert_int_equal(mw_wire_put(&m.server, big, 1), 0);
    assert_int_equal(carry(1, plain, &length), 1);
    assert_int_equal(length, 1);
    assert_int_equal(mw_wire_put(&m.client, big, sizeof(big) + 1), -1);
    end();
}

static void test_stream_is_not_readable(void **state)
{
    static const char text[] = "the memory of rank 7";
    unsigned char plain[MW_WIRE_MESSAGE_MAX];
    size_t length;

    (void)state;
    begin(secret, secret);
    assert_true(shake_hands());
    assert_int_equal(mw_wire_put(&m.client, (const unsigned char *)text, sizeof(text)), 0);
    assert_int_equal(carry(0, plain, &length), 1);
    assert_null(memmem(m.seen[0], m.length[0], text, sizeof(text)));
    assert_null(memmem(m.seen[0], m.length[0], secret, sizeof(secret)));
    end();
}

static void test_memory_is_bounded(void **state)
{
    unsigned char bytes[4096] = {0};
    size_t put = 0;

    (void)state;
    begin(secret, secret);
    assert_int_equal(mw_wire_room(&m.client), 0);
    assert_int_equal(mw_wire_put(&m.client, bytes, 1), -1); /* not before the peer is authenticated */
    assert_true(shake_hands());
    while (!mw_wire_put(&m.client, bytes, sizeof(bytes)))
        put += sizeof(bytes);
    assert_uint_in_range(put, 100000, 1 << 17);
    assert_uint_in_range(m.client.out.room, 0, 1 << 17);
    end();
}

static void test_another_secret_is_refused(void **state)
{
    (void)state;
    begin(other_secret, secret);
    assert_false(shake_hands());
    assert_false(mw_wire_is_open(&m.server));
    assert_false(mw_wire_is_open(&m.client));
    assert_int_equal(m.length[1], 8 + MW_WIRE_NONCE); /* the server has sent only its greeting */
    end();
}

/* Every single byte of the handshake and of a message. */
static void test_each_changed_byte_is_refused(void **state)
{
    unsigned char bytes[4096], plain[MW_WIRE_MESSAGE_MAX];
    size_t length, n = 1;

    (void)state;
    for (size_t i = 0; i < n; i++) { /* the client's complete handshake */
        begin(secret, secret);
        carry(1, plain, &length);
        n = catch (0, bytes, sizeof(bytes));
        assert_int_equal(n, 8 + MW_WIRE_NONCE + 24 + 4 + 17);
        bytes[i] ^= 1;
        pass(0, bytes, n);
        receive(&m.server, plain, &length);
        assert_false(mw_wire_is_open(&m.server));
        end();
    }
    n = 1;
    for (size_t i = 0; i < n; i++) { /* a message */
        begin(secret, secret);
        assert_true(shake_hands());
        assert_int_equal(mw_wire_put(&m.client, (const unsigned char *)"hello", 5), 0);
        n = catch (0, bytes, sizeof(bytes));
        assert_int_equal(n, 5 + MW_WIRE_FRAME_EXTRA);
        bytes[i] ^= 1;
        pass(0, bytes, n);
        assert_int_not_equal(receive(&m.server, plain, &length), 1);
        if (i >= 4) /* after a change of the length it may only wait */
            assert_int_equal(mw_wire_next(&m.server, plain, &length, NULL), -1);
        end();
    }
}

static void test_each_truncation_is_detected(void **state)
{
    unsigned char bytes[4096], plain[MW_WIRE_MESSAGE_MAX];
    size_t length, n = 1;

    (void)state;
    for (size_t i = 0; i < n; i++) {
        begin(secret, secret);
        assert_true(shake_hands());
        assert_int_equal(mw_wire_put(&m.client, (const unsigned char *)"hello", 5), 0);
        n = catch (0, bytes, sizeof(bytes));
        if (i)
            pass(0, bytes, i);
        shutdown(m.far[1], SHUT_WR);
        for (int k = 0; k < 3; k++)
            assert_int_not_equal(receive(&m.server, plain, &length), 1);
        assert_int_equal(mw_wire_read(&m.server, NULL), -1);
        end();
    }
}

static void test_invalid_lengths(void **state)
{
    static const uint32_t lengths[] = {0, 1, 16, MW_WIRE_FRAME_MAX + 1, 0x7fffffff, 0x80000000, 0xffffffff};
    unsigned char plain[MW_WIRE_MESSAGE_MAX];
    size_t length;

    (void)state;
    for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
        unsigned char bytes[4] = {(unsigned char)lengths[i], (unsigned char)(lengths[i] >> 8),
                                  (unsigned char)(lengths[i] >> 16), (unsigned char)(lengths[i] >> 24)};
        begin(secret, secret);
        assert_true(shake_hands());
        pass(0, bytes, sizeof(bytes));
        assert_int_equal(receive(&m.server, plain, &length), -1);
        end();
    }
}

static void test_frames_cannot_be_repeated_or_left_out(void **state)
{
    unsigned char first[256], second[256], plain[MW_WIRE_MESSAGE_MAX];
    size_t length, n, k;

    (void)state;
    for (int repeat = 0; repeat < 2; repeat++) {
        begin(secret, secret);
        assert_true(shake_hands());
        assert_int_equal(mw_wire_put(&m.client, (const unsigned char *)"one", 3), 0);
        n = catch (0, first, sizeof(first));
        assert_int_equal(mw_wire_put(&m.client, (const unsigned char *)"two", 3), 0);
        k = catch (0, second, sizeof(second));
        if (repeat) {
            pass(0, first, n);
            assert_int_equal(receive(&m.server, plain, &length), 1);
            pass(0, first, n);
        } else {
            pass(0, second, k);
        }
        assert_int_equal(receive(&m.server, plain, &length), -1);
        end();
    }
}

/* Everything that a client sent, repeated in another connection. */
static void test_recorded_stream_is_refused(void **state)
{
    static unsigned char recorded[sizeof(m.seen[0])];
    unsigned char plain[MW_WIRE_MESSAGE_MAX];
    size_t length, n;

    (void)state;
    begin(secret, secret);
    assert_true(shake_hands());
    assert_int_equal(mw_wire_put(&m.client, (const unsigned char *)"hello", 5), 0);
    assert_int_equal(carry(0, plain, &length), 1);
    n = m.length[0];
    memcpy(recorded, m.seen[0], n);
    end();
    begin(secret, secret);
    pass(0, recorded, n);
    assert_int_equal(receive(&m.server, plain, &length), -1);
    assert_false(mw_wire_is_open(&m.server));
    end();
}

/* Data from a server cannot be sent back to it. */
static void test_reflection(void **state)
{
    unsigned char bytes[4096], plain[MW_WIRE_MESSAGE_MAX];
    size_t length, n;

    (void)state;
    begin(secret, secret);
    assert_true(shake_hands());
    assert_int_equal(mw_wire_put(&m.server, (const unsigned char *)"hello", 5), 0);
    n = catch (1, bytes, sizeof(bytes));
    pass(0, bytes, n);
    assert_int_equal(receive(&m.server, plain, &length), -1);
    end();
}

static void test_an_unknown_peer_gets_little_memory(void **state)
{
    unsigned char garbage[4096], plain[MW_WIRE_MESSAGE_MAX];
    size_t length;

    (void)state;
    begin(secret, secret);
    memcpy(garbage, "MEMWIRE\1", 8);
    memset(garbage + 8, 0, sizeof(garbage) - 8);
    pass(0, garbage, sizeof(garbage));
    assert_int_equal(receive(&m.server, plain, &length), -1);
    assert_uint_in_range(m.server.in.room + m.server.out.room, 0, 1024);
    end();
    begin(secret, secret);
    pass(0, (const unsigned char *)"GET / HTTP/1.1\r\n", 16);
    assert_int_equal(receive(&m.server, plain, &length), -1);
    end();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_messages_arrive),
        cmocka_unit_test(test_stream_is_not_readable),
        cmocka_unit_test(test_memory_is_bounded),
        cmocka_unit_test(test_another_secret_is_refused),
        cmocka_unit_test(test_each_changed_byte_is_refused),
        cmocka_unit_test(test_each_truncation_is_detected),
        cmocka_unit_test(test_invalid_lengths),
        cmocka_unit_test(test_frames_cannot_be_repeated_or_left_out),
        cmocka_unit_test(test_recorded_stream_is_refused),
        cmocka_unit_test(test_reflection),
        cmocka_unit_test(test_an_unknown_peer_gets_little_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
