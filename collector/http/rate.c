#include "collector/http/rate.h"

#include <arpa/inet.h>
#include <string.h>

#include "collector/base/secret.h"

enum {
    SETS = 8192, /* a power of two; 1 MiB in all */
    WAYS = 8,
    KEY_SECONDS = 24 * 3600,
    ADDRESS_TEXT_MAX = 64
};

/* A bucket as the moment at which it will be full again (the "theoretical arrival time" of the
 * generic cell rate algorithm, ITU-T I.371): one number instead of two. 0 is a free place. */
struct bucket {
    uint64_t id;
    int64_t full_at_ms;
};

struct rate {
    unsigned per_minute;
    int64_t key_until; /* Unix seconds */
    uint8_t key[SECRET_KEY_SIZE];
    struct bucket buckets[SETS][WAYS];
};

struct rate *rate_create(unsigned per_minute)
{
    struct rate *rate = memory_zeroed(1, sizeof *rate);
    rate->per_minute = per_minute;
    return rate;
}

void rate_destroy(struct rate *rate)
{
    if (rate == NULL)
        return;
    secret_wipe(rate, sizeof *rate);
    free(rate);
}

static void renew_key(struct rate *rate, int64_t now)
{
    if (now < rate->key_until && now >= rate->key_until - KEY_SECONDS)
        return;
    secret_random(rate->key, sizeof rate->key);
    memset(rate->buckets, 0, sizeof rate->buckets);
    rate->key_until = now + KEY_SECONDS;
}

/* The bucket of this id, or the fullest of its set, emptied of its past. */
static struct bucket *find_bucket(struct rate *rate, uint64_t id)
{
    struct bucket *set = rate->buckets[id % SETS];
    struct bucket *fullest = &set[0];
    for (int way = 0; way < WAYS; way++) {
        if (set[way].id == id)
            return &set[way];
        if (set[way].full_at_ms < fullest->full_at_ms)
            fullest = &set[way];
    }
    *fullest = (struct bucket){.id = id};
    return fullest;
}

uint32_t rate_take(struct rate *rate, const struct rate_prefix *prefix, unsigned count, int64_t now)
{
    uint64_t id = 0;
    uint8_t digest[16];
    renew_key(rate, now);
    blake2b(rate->key, prefix->bytes, prefix->length, digest, sizeof digest);
    memcpy(&id, digest, sizeof id);
    if (count > rate->per_minute * RATE_BURST_MINUTES)
        return UINT32_MAX;
    struct bucket *bucket = find_bucket(rate, id);
    int64_t now_ms = now * 1000;
    int64_t begin = bucket->full_at_ms > now_ms ? bucket->full_at_ms : now_ms;
    int64_t full_at = begin + (int64_t)count * 60000 / rate->per_minute;
    int64_t excess_ms = full_at - now_ms - (int64_t)RATE_BURST_MINUTES * 60000;
    if (excess_ms > 0)
        return (uint32_t)((excess_ms + 999) / 1000);
    bucket->full_at_ms = full_at;
    return 0;
}

static struct rate_prefix prefix_of_v4(const void *bytes)
{
    struct rate_prefix prefix = {.length = 4};
    memcpy(prefix.bytes, bytes, 4);
    return prefix;
}

static struct rate_prefix prefix_of_v6(const struct in6_addr *address)
{
    if (IN6_IS_ADDR_V4MAPPED(address))
        return prefix_of_v4(address->s6_addr + 12);
    struct rate_prefix prefix = {.length = 7};
    memcpy(prefix.bytes, address->s6_addr, 7);
    return prefix;
}

struct rate_prefix rate_prefix_of(const struct sockaddr *address)
{
    if (address != NULL && address->sa_family == AF_INET)
        return prefix_of_v4(&((const struct sockaddr_in *)(const void *)address)->sin_addr);
    if (address != NULL && address->sa_family == AF_INET6)
        return prefix_of_v6(&((const struct sockaddr_in6 *)(const void *)address)->sin6_addr);
    return (struct rate_prefix){0};
}

/* Cuts brackets, port and zone from an address; the port of IPv4 only, since IPv6 has colons. */
static void bare_address(const char *text, char out[ADDRESS_TEXT_MAX])
{
    size_t length;
    text += strspn(text, " \t[");
    if (strchr(text, ']') != NULL)
        length = strcspn(text, "]");
    else if (strchr(text, '.') != NULL && strchr(text, ':') == strrchr(text, ':'))
        length = strcspn(text, ": \t");
    else
        length = strcspn(text, "% \t");
    if (length >= ADDRESS_TEXT_MAX)
        length = 0;
    memcpy(out, text, length);
    out[length] = '\0';
}

struct rate_prefix rate_prefix_parse(const char *text)
{
    char bare[ADDRESS_TEXT_MAX];
    struct in_addr v4;
    struct in6_addr v6;
    const char *comma = strrchr(text, ',');
    bare_address(comma != NULL ? comma + 1 : text, bare);
    if (inet_pton(AF_INET, bare, &v4) == 1)
        return prefix_of_v4(&v4);
    if (inet_pton(AF_INET6, bare, &v6) == 1)
        return prefix_of_v6(&v6);
    return (struct rate_prefix){0};
}

bool rate_is_loopback(const struct sockaddr *address)
{
    struct rate_prefix prefix = rate_prefix_of(address);
    if (prefix.length == 4)
        return prefix.bytes[0] == 127;
    if (prefix.length != 7)
        return false;
    return IN6_IS_ADDR_LOOPBACK(&((const struct sockaddr_in6 *)(const void *)address)->sin6_addr);
}
