#include "moderation/terminal.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "collector/base/utf8.h"

enum {
    COLUMNS_DEFAULT = 80,
    BAR_COLUMNS = 24,
    REPLACEMENT = 0xFFFD,
    ELLIPSIS_COLUMNS = 1
};

static const char ellipsis[] = "\xE2\x80\xA6";

static size_t terminal_width(void)
{
    struct winsize size;

    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
        return size.ws_col;
    return COLUMNS_DEFAULT;
}

/* The first that is set and not empty decides (POSIX, 8.2). */
static enum language terminal_language(void)
{
    static const char *const names[] = {"LC_ALL", "LC_MESSAGES", "LANG"};

    for (size_t i = 0; i < ARRAY_LENGTH(names); i++) {
        const char *value = secure_getenv(names[i]);
        if (value != NULL && value[0] != '\0')
            return strncmp(value, "zh", 2) == 0 ? LANGUAGE_ZH : LANGUAGE_EN;
    }
    return LANGUAGE_EN;
}

struct terminal terminal_open(void)
{
    const char *kind = secure_getenv("TERM");
    const char *refused = secure_getenv("NO_COLOR");
    bool is_terminal = isatty(STDOUT_FILENO) == 1;
    bool has_refused = refused != NULL && refused[0] != '\0';

    return (struct terminal){
        .is_terminal = is_terminal,
        .colour = is_terminal && !has_refused && (kind == NULL || strcmp(kind, "dumb") != 0),
        .shows_progress = isatty(STDERR_FILENO) == 1,
        .columns = is_terminal ? terminal_width() : SIZE_MAX,
        .language = terminal_language(),
    };
}

const char *terminal_style(const struct terminal *terminal, enum style style)
{
    static const char *const escapes[STYLE_COUNT] = {
        [STYLE_NONE] = "\033[0m",  [STYLE_BOLD] = "\033[1m", [STYLE_DIM] = "\033[2m",
        [STYLE_GOOD] = "\033[32m", [STYLE_BAD] = "\033[31m", [STYLE_NOTE] = "\033[33m",
    };

    return terminal->colour ? escapes[style] : "";
}

void terminal_print(const struct buffer *text)
{
    fwrite(text->data, 1, text->length, stdout);
    fflush(stdout);
}

void terminal_complain(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    fputs("zhanji-moderate: ", stderr);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
}

static bool is_unsafe(uint32_t code)
{
    return code == UINT32_MAX || (code < 0x20 && code != '\n') || (code >= 0x7F && code <= 0x9F) ||
           (code >= 0x202A && code <= 0x202E) || (code >= 0x2066 && code <= 0x2069);
}

static void add_code(struct buffer *buffer, uint32_t code)
{
    char bytes[4];

    buffer_bytes(buffer, bytes, utf8_write(is_unsafe(code) ? REPLACEMENT : code, bytes));
}

void terminal_text(struct buffer *buffer, const char *text)
{
    size_t length = strlen(text);
    size_t position = 0;

    while (position < length)
        add_code(buffer, utf8_next(text, length, &position));
}

static size_t code_columns(uint32_t code)
{
    char bytes[4];

    return utf8_columns(bytes, utf8_write(is_unsafe(code) ? REPLACEMENT : code, bytes));
}

void terminal_cell(struct buffer *buffer, const char *text, size_t columns)
{
    auto_buffer struct buffer safe = {0};
    size_t position = 0;
    size_t used = 0;
    size_t room = columns;

    terminal_text(&safe, text);
    for (size_t i = 0; i < safe.length; i++)
        if (safe.data[i] == '\n')
            safe.data[i] = ' ';
    if (utf8_columns(safe.data, safe.length) > columns)
        room = columns - ELLIPSIS_COLUMNS;
    while (position < safe.length) {
        size_t at = position;
        size_t width = code_columns(utf8_next(safe.data, safe.length, &position));
        if (used + width > room) {
            buffer_text(buffer, ellipsis);
            used += ELLIPSIS_COLUMNS;
            break;
        }
        buffer_bytes(buffer, safe.data + at, position - at);
        used += width;
    }
    for (; used < columns; used++)
        buffer_char(buffer, ' ');
}

/* Where a line that begins at `begin` ends: at a newline, at the last space that fits, or, in text
 * without spaces, at the last character that fits. */
static size_t line_end(const char *text, size_t length, size_t begin, size_t columns)
{
    size_t position = begin;
    size_t last_space = begin;
    size_t used = 0;

    while (position < length && text[position] != '\n') {
        size_t at = position;
        uint32_t code = utf8_next(text, length, &position);
        size_t width = code_columns(code);
        if (code == ' ')
            last_space = at;
        if (used + width > columns && at > begin)
            return last_space > begin ? last_space : at;
        /* Chinese breaks after any character; a space before it is no better place. */
        if (width == 2)
            last_space = begin;
        used += width;
    }
    return position;
}

void terminal_paragraph(const struct terminal *terminal, struct buffer *buffer, const char *text,
                        size_t indent)
{
    auto_buffer struct buffer safe = {0};
    size_t room = terminal->columns > indent + 20 ? terminal->columns - indent : 20;
    size_t begin = 0;

    terminal_text(&safe, text);
    while (begin < safe.length) {
        size_t end = line_end(safe.data, safe.length, begin, room);
        buffer_format(buffer, "%*s", (int)indent, "");
        buffer_bytes(buffer, safe.data + begin, end - begin);
        buffer_char(buffer, '\n');
        begin = end;
        if (begin < safe.length && (safe.data[begin] == '\n' || safe.data[begin] == ' '))
            begin++;
    }
}

void terminal_status(const struct terminal *terminal, const char *what)
{
    if (!terminal->shows_progress)
        return;
    fprintf(stderr, "\r\033[K%s", what == NULL ? "" : what);
    fflush(stderr);
}

void terminal_progress(const struct terminal *terminal, const char *what, uint64_t done,
                       uint64_t total, uint64_t count)
{
    uint64_t percent = total == 0 ? 100 : done * 100 / total;
    int filled = (int)(percent * BAR_COLUMNS / 100);

    if (!terminal->shows_progress)
        return;
    fprintf(stderr, "\r%s  [%.*s%.*s]  %3" PRIu64 " %%  %" PRIu64 "%s", what, filled,
            "########################", BAR_COLUMNS - filled, "------------------------", percent,
            count, done >= total ? "\n" : "");
    fflush(stderr);
}
