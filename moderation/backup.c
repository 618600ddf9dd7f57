/* A snapshot of the database, streamed to the client: the store makes it beside its other work, as
 * a file without a name, which goes with the exchange. */
#include <errno.h>
#include <unistd.h>

#include "moderation/handlers.h"
#include "moderation/task.h"

enum {
    PART_SIZE = 256 * 1024
};

struct backup {
    struct store_backup snapshot; /* the first member, and its job's */
    struct http_stream stream;    /* of the reply, once the snapshot is there */
    struct http_exchange *exchange;
};

static struct backup *of_stream(struct http_stream *stream)
{
    return (struct backup *)(void *)((char *)stream - offsetof(struct backup, stream));
}

static enum http_progress next_part(struct http_stream *stream, struct http_exchange *exchange,
                                    struct buffer *part)
{
    int file = of_stream(stream)->snapshot.fd;
    ssize_t length;

    (void)exchange;
    do
        length = read(file, buffer_reserve(part, PART_SIZE), PART_SIZE);
    while (length < 0 && errno == EINTR);
    if (length < 0)
        return HTTP_BROKEN;
    part->length += (size_t)length;
    return HTTP_DONE;
}

static void destroy_stream(struct http_stream *stream)
{
    struct backup *backup = of_stream(stream);

    close(backup->snapshot.fd);
    free(backup);
}

static void finish(struct store_job *job)
{
    struct backup *backup = (struct backup *)job;
    struct http_exchange *exchange = backup->exchange;

    if (job->error.kind != ERROR_NONE) {
        http_error(exchange, &job->error);
        free(backup);
    } else {
        exchange->reply.type = "application/vnd.sqlite3";
        exchange->reply.stream = &backup->stream;
    }
    http_resume(exchange);
}

enum http_progress handle_backup(struct http_exchange *exchange, void *context)
{
    const struct app *app = context;
    struct backup *backup = memory_zeroed(1, sizeof *backup);
    struct error error = {0};

    backup->exchange = exchange;
    backup->stream = (struct http_stream){
        .next = next_part, .destroy = destroy_stream, .file_name = "zhanji-backup.db"};
    backup->snapshot.job.collector = app->collector;
    backup->snapshot.job.finish = finish;
    exchange->reply.no_store = true;
    if (store_backup(app->store, &backup->snapshot, &error))
        return HTTP_WAIT;
    free(backup);
    return http_error(exchange, &error);
}
