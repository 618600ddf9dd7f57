#ifndef ZHANJI_MODERATION_KEYBOARD_H
#define ZHANJI_MODERATION_KEYBOARD_H

#include "collector/base/buffer.h"

#include <termios.h>

/*
 * Single keys from standard input. A terminal is set to give each key at once and is put back
 * by keyboard_close, also when the process is asked to end (the signals become KEY_END); anything
 * else, a pipe, is read byte by byte.
 */
enum {
    KEY_END = -1,      /* end of input, Control-C, Control-D, or a signal */
    KEY_INTERRUPT = 3, /* Control-C */
    KEY_END_OF_TEXT = 4
};

struct keyboard {
    bool is_terminal;
    struct termios before;
    int signals; /* a descriptor that tells of SIGINT, SIGTERM and SIGHUP */
};

void keyboard_open(struct keyboard *keyboard);
void keyboard_close(struct keyboard *keyboard);
/* The next key as a byte, or KEY_END. */
int keyboard_key(struct keyboard *keyboard);
/* A line as the terminal lets one type it, without its end. Appends; false at the end of input. */
NODISCARD bool keyboard_line(struct keyboard *keyboard, struct buffer *line);

#endif
