#ifndef ZHANJI_HTTP_RATE_H
#define ZHANJI_HTTP_RATE_H

#include <netinet/in.h>
#include <stdint.h>
#include <sys/socket.h>

#include "collector/base/memory.h"

/*
 * Token buckets for address prefixes (trust §4): `per_minute` tokens flow into a bucket that holds
 * ten minutes' worth. Addresses are never stored: a bucket is known by a keyed hash whose key is
 * drawn anew every 24 hours and lives in memory only. The table has a fixed size; when it is full
 * the bucket that has most tokens is forgotten, which is the one that loses least.
 */
struct rate;

enum {
    RATE_BURST_MINUTES = 10
};

/* What of an address counts: the /32 of IPv4 (also as ::ffff:a.b.c.d), the /56 of IPv6. */
struct rate_prefix {
    uint8_t bytes[8]; /* 4 or 7 used */
    uint8_t length;   /* 0: none */
};

NODISCARD struct rate *rate_create(unsigned per_minute);
void rate_destroy(struct rate *rate);
/* Takes `count` tokens at `now` (Unix seconds). 0, or the seconds to wait until there are as many,
 * with nothing taken; UINT32_MAX if a full bucket does not hold as many. */
NODISCARD uint32_t rate_take(struct rate *rate, const struct rate_prefix *prefix, unsigned count,
                             int64_t now);

struct rate_prefix rate_prefix_of(const struct sockaddr *address);
/* From text: "192.0.2.1", "192.0.2.1:80", "2001:db8::1", "[2001:db8::1]:80"; of a comma-separated
 * list the last, which is the one that our own proxy wrote. length 0: no address. */
struct rate_prefix rate_prefix_parse(const char *text);
NODISCARD bool rate_is_loopback(const struct sockaddr *address);

#endif
