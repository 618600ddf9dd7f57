#include "collector/survey/pool.h"

#include <string.h>

struct pool {
    void **blocks;
    size_t count;
    size_t capacity;
};

struct pool *pool_create(void)
{
    return memory_zeroed(1, sizeof(struct pool));
}

void pool_destroy(struct pool *pool)
{
    if (pool == NULL)
        return;
    for (size_t i = 0; i < pool->count; i++)
        free(pool->blocks[i]);
    free(pool->blocks);
    free(pool);
}

void *pool_zeroed(struct pool *pool, size_t count, size_t size)
{
    if (pool->count == pool->capacity) {
        pool->capacity = pool->capacity == 0 ? 64 : pool->capacity * 2;
        pool->blocks = memory_resize_take(pool->blocks, pool->capacity, sizeof *pool->blocks);
    }
    void *block = memory_zeroed(count == 0 ? 1 : count, size);
    pool->blocks[pool->count++] = block;
    return block;
}

char *pool_text(struct pool *pool, const char *bytes, size_t length)
{
    char *copy = pool_zeroed(pool, length + 1, 1);
    if (length > 0)
        memcpy(copy, bytes, length);
    return copy;
}
