#include <string.h>

#include "collector/figures/build.h"

struct change_list *changes_create(const struct status_change *changes, size_t count,
                                   const struct change_list *older)
{
    size_t old_count = older == NULL ? 0 : older->count;
    struct change_list *list =
        memory_zeroed(1, sizeof *list + (count + old_count) * sizeof list->at[0]);
    atomic_init(&list->references, 1);
    list->count = count + old_count;
    if (count > 0)
        memcpy(list->at, changes, count * sizeof list->at[0]);
    if (old_count > 0)
        memcpy(list->at + count, older->at, old_count * sizeof list->at[0]);
    return list;
}

struct change_list *changes_hold(struct change_list *changes)
{
    atomic_fetch_add_explicit(&changes->references, 1, memory_order_relaxed);
    return changes;
}

void changes_drop(struct change_list *changes)
{
    if (changes != NULL &&
        atomic_fetch_sub_explicit(&changes->references, 1, memory_order_acq_rel) == 1)
        free(changes);
}

const struct status_change *view_changes(const struct view *view, size_t *count_out)
{
    *count_out = view->parts.changes->count;
    return view->parts.changes->at;
}
