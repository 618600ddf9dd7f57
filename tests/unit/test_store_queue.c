/* Jobs that wake the store thread, and jobs that wait for company. */
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

#include "collector/store/queue.h"

enum {
    LONG_MS = 600000 /* nobody comes back from that by itself */
};

struct taker {
    struct queue queue;
    pthread_t thread;
    struct store_job *taken;
};

static void *take(void *context)
{
    struct taker *taker = context;
    bool closing;
    taker->taken = queue_take(&taker->queue, LONG_MS, &closing);
    return NULL;
}

static bool is_asleep(struct taker *taker)
{
    pthread_mutex_lock(&taker->queue.mutex);
    bool idle = taker->queue.idle;
    pthread_mutex_unlock(&taker->queue.mutex);
    return idle;
}

static void put_to_sleep(struct taker *taker)
{
    *taker = (struct taker){.taken = NULL};
    queue_init(&taker->queue);
    assert_int_equal(pthread_create(&taker->thread, NULL, take, taker), 0);
    while (!is_asleep(taker))
        sched_yield();
}

/* What the thread came back with. */
static struct store_job *wake_up(struct taker *taker)
{
    pthread_join(taker->thread, NULL);
    queue_finish(&taker->queue);
    return taker->taken;
}

static void what_is_held_is_taken_together_once_released(void **state)
{
    (void)state;
    struct taker taker;
    struct error error = {0};
    struct store_job jobs[2] = {0};
    put_to_sleep(&taker);
    assert_true(queue_push(&taker.queue, &jobs[0], true, &error));
    assert_true(queue_push(&taker.queue, &jobs[1], true, &error));
    assert_true(is_asleep(&taker));
    queue_release(&taker.queue);
    assert_ptr_equal(wake_up(&taker), &jobs[0]);
    assert_ptr_equal(jobs[0].next, &jobs[1]);
    assert_null(jobs[1].next);
}

static void what_is_not_held_takes_the_others_along(void **state)
{
    (void)state;
    struct taker taker;
    struct error error = {0};
    struct store_job jobs[2] = {0};
    put_to_sleep(&taker);
    assert_true(queue_push(&taker.queue, &jobs[0], true, &error));
    assert_true(queue_push(&taker.queue, &jobs[1], false, &error));
    assert_ptr_equal(wake_up(&taker), &jobs[0]);
    assert_ptr_equal(jobs[0].next, &jobs[1]);
}

static void the_end_takes_what_is_held(void **state)
{
    (void)state;
    struct taker taker;
    struct error error = {0};
    struct store_job job = {0};
    put_to_sleep(&taker);
    assert_true(queue_push(&taker.queue, &job, true, &error));
    queue_close(&taker.queue);
    assert_ptr_equal(wake_up(&taker), &job);
}

static void a_release_of_nothing_wakes_nobody(void **state)
{
    (void)state;
    struct taker taker;
    put_to_sleep(&taker);
    queue_release(&taker.queue);
    assert_true(is_asleep(&taker));
    queue_close(&taker.queue);
    assert_null(wake_up(&taker));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_held_is_taken_together_once_released),
        cmocka_unit_test(what_is_not_held_takes_the_others_along),
        cmocka_unit_test(the_end_takes_what_is_held),
        cmocka_unit_test(a_release_of_nothing_wakes_nobody),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
