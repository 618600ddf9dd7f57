#ifndef ZHANJI_SURVEY_POOL_H
#define ZHANJI_SURVEY_POOL_H

#include "collector/base/memory.h"

/* Memory of many small things that live and go together: the catalogue's texts and arrays. */
struct pool;

NODISCARD struct pool *pool_create(void);
void pool_destroy(struct pool *pool); /* NULL is fine */
/* count × size zeroed bytes that live as long as the pool. */
NODISCARD void *pool_zeroed(struct pool *pool, size_t count, size_t size);
/* A copy of length bytes with a NUL added. */
NODISCARD char *pool_text(struct pool *pool, const char *bytes, size_t length);

#endif
