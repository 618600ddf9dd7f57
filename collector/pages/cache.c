#include "collector/pages/cache.h"

#include <string.h>

struct kept {
    char *key; /* NULL: free */
    struct blob *page;
    uint64_t used; /* when it was last asked for, by the cache's own count */
};

struct page_cache {
    struct view *view; /* held; that of all pages */
    struct kept kept[PAGE_CACHE_PLACES];
    uint64_t count; /* of questions */
    size_t bytes;
};

struct page_cache *page_cache_create(void)
{
    return memory_zeroed(1, sizeof(struct page_cache));
}

static void forget(struct page_cache *cache, struct kept *kept)
{
    if (kept->key == NULL)
        return;
    cache->bytes -= blob_length(kept->page);
    free(kept->key);
    blob_drop(kept->page);
    *kept = (struct kept){0};
}

static void forget_all(struct page_cache *cache)
{
    for (size_t i = 0; i < PAGE_CACHE_PLACES; i++)
        forget(cache, &cache->kept[i]);
    view_drop(cache->view);
    cache->view = NULL;
}

void page_cache_destroy(struct page_cache *cache)
{
    if (cache == NULL)
        return;
    forget_all(cache);
    free(cache);
}

struct blob *page_cache_find(struct page_cache *cache, const struct view *view, const char *key)
{
    if (view != cache->view) {
        forget_all(cache);
        return NULL;
    }
    for (size_t i = 0; i < PAGE_CACHE_PLACES; i++) {
        struct kept *kept = &cache->kept[i];
        if (kept->key == NULL || strcmp(kept->key, key) != 0)
            continue;
        kept->used = ++cache->count;
        return blob_hold(kept->page);
    }
    return NULL;
}

/* A free place, or that of the page asked for longest ago. */
static struct kept *oldest(struct page_cache *cache)
{
    struct kept *found = &cache->kept[0];
    for (size_t i = 1; i < PAGE_CACHE_PLACES; i++)
        if (cache->kept[i].used < found->used)
            found = &cache->kept[i];
    return found;
}

/* The one asked for longest ago of those that take room. */
static struct kept *oldest_page(struct page_cache *cache)
{
    struct kept *found = NULL;
    for (size_t i = 0; i < PAGE_CACHE_PLACES; i++) {
        struct kept *kept = &cache->kept[i];
        if (kept->key != NULL && (found == NULL || kept->used < found->used))
            found = kept;
    }
    return found;
}

void page_cache_keep(struct page_cache *cache, const struct view *view, const char *key,
                     struct blob *page)
{
    size_t length = blob_length(page);
    if (length > PAGE_CACHE_BYTES)
        return;
    if (view != cache->view) {
        forget_all(cache);
        cache->view = view_hold(view);
    }
    while (cache->bytes + length > PAGE_CACHE_BYTES)
        forget(cache, oldest_page(cache));
    struct kept *kept = oldest(cache);
    forget(cache, kept);
    *kept = (struct kept){memory_text(key), blob_hold(page), ++cache->count};
    cache->bytes += length;
}
