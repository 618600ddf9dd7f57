/* Many sheets at once, on all processors: at the start, and for a day of the past. */
#include <pthread.h>
#include <unistd.h>

#include "collector/figures/sheet.h"

enum {
    WORKERS_MAX = 4
};

struct sheets_work {
    struct place **places;
    struct sheet **sheets;
    struct view_days days;
    atomic_int next;
    int count;
};

static void *work_off(void *context)
{
    struct sheets_work *work = context;
    for (int s = atomic_fetch_add(&work->next, 1); s < work->count;
         s = atomic_fetch_add(&work->next, 1))
        work->sheets[s] = sheet_create(work->places[s], work->days, NULL);
    return NULL;
}

void sheets_create(struct place **places, int count, struct view_days days, struct sheet **sheets)
{
    struct sheets_work work = {.places = places, .sheets = sheets, .days = days, .count = count};
    pthread_t helpers[WORKERS_MAX];
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    int started = 0;
    while (started + 1 < processors && started < WORKERS_MAX &&
           pthread_create(&helpers[started], NULL, work_off, &work) == 0)
        started++;
    work_off(&work);
    for (int i = 0; i < started; i++)
        pthread_join(helpers[i], NULL);
}
