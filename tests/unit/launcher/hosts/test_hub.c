/* SPDX-License-Identifier: MIT */
/* A hub and its agents over the loopback interface, in one process: with correct and incorrect peers. */
#include "launcher/hosts/hub.h"
#include "launcher/hosts/link.h"
#include "launcher/hosts/link_address.h"

#include "collector/base/clock.h"
#include "collector/base/file_names.h"
#include "collector/journal/peer.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/unit/in_range.h"

static char root[] = "/tmp/mwhub-XXXXXX";
static int run_dirfd;
static struct mw_hub *hub;
static struct mw_link *links[2];

static int set_up(void **state)
{
    struct mw_err err;

    (void)state;
    strcpy(root + strlen(root) - 6, "XXXXXX");
    setenv("MEMWATCH_ADDRESS", "127.0.0.1", 1);
    if (!mkdtemp(root))
        return -1;
    run_dirfd = open(root, O_RDONLY | O_DIRECTORY);
    if (mw_hub_open(&hub, run_dirfd, &err) < 0 || mw_hub_setenv(hub))
        return -1;
    links[0] = links[1] = NULL;
    return 0;
}

static int tear_down(void **state)
{
    char command[64];

    (void)state;
    mw_link_close(links[0]);
    mw_link_close(links[1]);
    mw_hub_close(hub);
    close(run_dirfd);
    snprintf(command, sizeof(command), "rm -rf '%s'", root);
    return system(command);
}

/* Runs both sides until `done`; a test that waits forever ends by the harness's timeout of 10 s. */
static bool go_on(bool (*done)(void))
{
    uint64_t deadline = mw_clock_now() + 10 * MW_NS_PER_SEC;

    while (!done() && mw_clock_now() < deadline) {
        struct pollfd fds[] = {{.fd = mw_hub_fd(hub), .events = POLLIN},
                               {.fd = links[0] ? mw_link_fd(links[0]) : -1, .events = POLLIN},
                               {.fd = links[1] ? mw_link_fd(links[1]) : -1, .events = POLLIN}};
        poll(fds, 3, 5);
        mw_hub_serve(hub);
        for (int i = 0; i < 2; i++)
            if (links[i])
                mw_link_serve(links[i]);
    }
    return done();
}

static void begin(int i, const char *host)
{
    struct mw_err err;

    if (mw_link_open(&links[i], getenv("MEMWATCH_CONNECT"), getenv("MEMWATCH_SECRET"), host, &err) < 0)
        fail_msg("%s", err.text);
}

static bool one_agent(void)
{
    return mw_hub_pending(hub) == 1;
}

static bool no_agent(void)
{
    return mw_hub_pending(hub) == 0;
}

static bool two_agents(void)
{
    return mw_hub_pending(hub) == 2;
}

static bool is_gone(void)
{
    return mw_link_serve(links[0]) == MW_LINK_LOST || mw_link_serve(links[0]) == MW_LINK_FAILED;
}

static bool is_open(void)
{
    return mw_link_room(links[0]) > 0;
}

static bool has_ack(void)
{
    return mw_link_ack(links[0]) != MW_LINK_ACK_NONE;
}

static bool has_end(void)
{
    return mw_link_has_ended(links[0]);
}

static bool knows_clock(void)
{
    int64_t shift;
    uint64_t error;

    return mw_link_clock(links[0], &shift, &error);
}

static void say(int i, enum mw_wire_kind kind)
{
    struct mw_wire_message message = {.kind = kind};

    assert_int_equal(mw_link_send(links[i], &message), 0);
}

static void send_file(const char *name)
{
    struct mw_wire_message message = {.kind = MW_WIRE_FILE, .data = (const unsigned char *)"data", .length = 4};

    snprintf(message.name, sizeof(message.name), "%s", name);
    assert_int_equal(mw_link_send(links[0], &message), 0);
}

static struct mw_peer peer_of(const char *host)
{
    struct mw_peer peer = {.state = 0};
    char name[80];
    int fd;

    snprintf(name, sizeof(name), MW_FILE_PEER "%s", host);
    fd = openat(run_dirfd, name, O_RDONLY);
    if (fd >= 0) {
        assert_int_equal(read(fd, &peer, sizeof(peer)), sizeof(peer));
        assert_memory_equal(peer.magic, MW_PEER_MAGIC, sizeof(peer.magic));
        assert_string_equal(peer.host, host);
        close(fd);
    }
    return peer;
}

static void test_an_agents_life(void **state)
{
    (void)state;
    assert_true(no_agent());
    begin(0, "far");
    assert_true(go_on(one_agent));
    assert_int_equal(peer_of("far").state, MW_PEER_CONNECTED);
    assert_int_equal(peer_of("far").agent_pid, getpid());
    assert_string_equal(peer_of("far").address, "127.0.0.1");
    send_file("exits-far");
    say(0, MW_WIRE_DONE);
    assert_true(go_on(has_ack));
    assert_int_equal(mw_link_ack(links[0]), MW_LINK_ACK_COMPLETE);
    assert_int_equal(faccessat(run_dirfd, "exits-far", F_OK, 0), 0);
    assert_int_equal(mw_hub_pending(hub), 1);
    say(0, MW_WIRE_BYE);
    assert_true(go_on(no_agent));
    assert_int_equal(peer_of("far").state, MW_PEER_DONE);
    assert_int_equal(peer_of("far").bytes, 4);
    assert_string_equal(peer_of("far").why, "");
}

static void test_end_is_reported(void **state)
{
    (void)state;
    begin(0, "far");
    assert_true(go_on(one_agent));
    assert_false(mw_link_has_ended(links[0]));
    mw_hub_end(hub);
    assert_true(go_on(has_end));
    begin(1, "late");
    assert_true(go_on(two_agents));
}

/* The same clock on both sides: the shift is zero, within the error that the link reports. */
static void test_clocks(void **state)
{
    int64_t shift;
    uint64_t error;

    (void)state;
    begin(0, "far");
    assert_true(go_on(knows_clock));
    assert_true(mw_link_clock(links[0], &shift, &error));
    assert_true((uint64_t)llabs(shift) <= error + 1);
}

static void test_an_agent_that_is_cut_off(void **state)
{
    (void)state;
    begin(0, "far");
    assert_true(go_on(one_agent));
    mw_link_close(links[0]);
    links[0] = NULL;
    assert_true(go_on(no_agent));
    assert_int_equal(peer_of("far").state, MW_PEER_LOST);
    assert_true(peer_of("far").why[0]);
    begin(0, "far");
    assert_true(go_on(one_agent));
    assert_int_equal(peer_of("far").state, MW_PEER_CONNECTED);
}

/* Connects again before the hub has noticed: it is still the same agent. */
static void test_an_agent_that_connects_again(void **state)
{
    (void)state;
    begin(0, "far");
    assert_true(go_on(one_agent));
    mw_link_retry(links[0]);
    assert_int_equal(mw_link_room(links[0]), 0);
    assert_true(go_on(is_open));
    send_file("exits-far");
    say(0, MW_WIRE_DONE);
    assert_true(go_on(has_ack));
    assert_int_equal(mw_link_ack(links[0]), MW_LINK_ACK_COMPLETE);
    assert_int_equal(mw_hub_pending(hub), 1);
    assert_int_equal(peer_of("far").state, MW_PEER_DONE);
}

static void test_one_agent_for_a_host(void **state)
{
    (void)state;
    begin(0, "far");
    assert_true(go_on(one_agent));
    begin(1, "far");
    assert_true(go_on(is_gone));
    assert_int_equal(mw_hub_pending(hub), 1);
}

static void test_a_foreign_file_ends_it(void **state)
{
    (void)state;
    begin(0, "far");
    assert_true(go_on(one_agent));
    send_file("exits-other");
    assert_true(go_on(is_gone));
    assert_int_equal(peer_of("far").state, MW_PEER_LOST);
    assert_non_null(strstr(peer_of("far").why, "exits-other"));
    assert_int_equal(faccessat(run_dirfd, "exits-other", F_OK, 0), -1);
}

static void test_messages_out_of_place(void **state)
{
    static const enum mw_wire_kind kinds[] = {MW_WIRE_HELLO, MW_WIRE_PONG, MW_WIRE_ACK, MW_WIRE_END};

    (void)state;
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        struct mw_wire_message message = {.kind = kinds[i], .host = "far"};
        begin(0, "far");
        assert_true(go_on(one_agent));
        assert_int_equal(mw_link_send(links[0], &message), 0);
        assert_true(go_on(is_gone));
        assert_int_equal(peer_of("far").state, MW_PEER_LOST);
        mw_link_close(links[0]);
        links[0] = NULL;
    }
}

static void test_name_of_the_launchers_host_is_refused(void **state)
{
    char host[MW_WIRE_HOST] = "";

    (void)state;
    gethostname(host, sizeof(host) - 1);
    begin(0, host);
    assert_true(go_on(is_gone));
    assert_int_equal(mw_hub_pending(hub), 0);
    assert_int_equal(peer_of(host).state, 0);
}

/* Hundreds of peers that send nothing: an agent still gets through. */
static void test_foreign_connections(void **state)
{
    struct mw_link_address to[MW_LINK_ADDRESSES];
    int fds[300], open = 0;
    char byte;

    (void)state;
    assert_int_equal(mw_link_address_parse(getenv("MEMWATCH_CONNECT"), to), 1);
    for (int i = 0; i < 300; i++) {
        fds[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
        assert_true(!connect(fds[i], (struct sockaddr *)&to[0].address, to[0].length) || errno == EINPROGRESS);
    }
    begin(0, "far");
    assert_true(go_on(one_agent));
    for (int i = 0; i < 300; i++) {
        while (recv(fds[i], &byte, 1, 0) > 0)
            ;
        open += errno == EAGAIN && recv(fds[i], &byte, 1, 0) < 0;
        close(fds[i]);
    }
    assert_uint_in_range(open, 0, 16);
}

static void test_addresses(void **state)
{
    struct mw_link_address to[MW_LINK_ADDRESSES];

    (void)state;
    assert_int_equal(mw_link_address_parse("", to), 0);
    assert_int_equal(mw_link_address_parse("127.0.0.1:80 [::1]:65535", to), 2);
    assert_int_equal(to[0].address.ss_family, AF_INET);
    assert_int_equal(to[1].address.ss_family, AF_INET6);
    assert_string_equal(to[1].text, "[::1]:65535");
    assert_int_equal(mw_link_address_parse(" localhost:1 127.0.0.1 127.0.0.1:0 127.0.0.1:65536 [::1] [::1:5 ::1:5 "
                                           "1.2.3.4:5x [::1]x:5 :5 1.2.3.4:-5",
                                           to),
                     0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_an_agents_life, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_end_is_reported, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_clocks, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_an_agent_that_is_cut_off, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_an_agent_that_connects_again, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_one_agent_for_a_host, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_foreign_file_ends_it, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_messages_out_of_place, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_name_of_the_launchers_host_is_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_foreign_connections, set_up, tear_down),
        cmocka_unit_test(test_addresses),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
