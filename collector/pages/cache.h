#ifndef ZHANJI_PAGES_CACHE_H
#define ZHANJI_PAGES_CACHE_H

#include "collector/base/blob.h"
#include "collector/figures/view.h"

/*
 * Finished pages, for as long as the view that they tell of is the current one: a page is written
 * and compressed once for all its readers. Of the HTTP thread alone. It holds the view, so that no
 * other can come to lie at the same address.
 */
struct page_cache;
NODISCARD struct page_cache *page_cache_create(void);
void page_cache_destroy(struct page_cache *cache);

/* The page kept under this key and view, one reference more; or NULL. */
struct blob *page_cache_find(struct page_cache *cache, const struct view *view, const char *key);
/* Keeps it; what was kept of another view goes, and what was asked for longest ago where the room
 * (PAGE_CACHE_BYTES) or the places are taken. Takes its own reference. */
void page_cache_keep(struct page_cache *cache, const struct view *view, const char *key,
                     struct blob *page);

enum {
    PAGE_CACHE_PLACES = 128,
    PAGE_CACHE_BYTES = 16 * 1024 * 1024 /* plain; compressed forms add about a tenth */
};

#endif
