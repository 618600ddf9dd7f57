#include "moderation/keyboard.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

enum {
    LINE_MAX_BYTES = 4000
};

static void set_single_keys(const struct keyboard *keyboard, bool is_single)
{
    struct termios settings = keyboard->before;

    if (!keyboard->is_terminal)
        return;
    if (is_single) {
        settings.c_lflag &= ~(tcflag_t)(ICANON | ECHO | ISIG);
        settings.c_cc[VMIN] = 1;
        settings.c_cc[VTIME] = 0;
    }
    tcsetattr(STDIN_FILENO, TCSADRAIN, &settings);
}

static void ending_signals(sigset_t *set)
{
    sigemptyset(set);
    sigaddset(set, SIGINT);
    sigaddset(set, SIGTERM);
    sigaddset(set, SIGHUP);
}

void keyboard_open(struct keyboard *keyboard)
{
    sigset_t set;

    keyboard->is_terminal =
        isatty(STDIN_FILENO) == 1 && tcgetattr(STDIN_FILENO, &keyboard->before) == 0;
    ending_signals(&set);
    pthread_sigmask(SIG_BLOCK, &set, NULL);
    keyboard->signals = signalfd(-1, &set, SFD_CLOEXEC);
    set_single_keys(keyboard, true);
}

void keyboard_close(struct keyboard *keyboard)
{
    sigset_t set;

    set_single_keys(keyboard, false);
    close(keyboard->signals);
    ending_signals(&set);
    pthread_sigmask(SIG_UNBLOCK, &set, NULL);
}

static int read_byte(const struct keyboard *keyboard)
{
    struct pollfd waits[] = {
        {.fd = STDIN_FILENO, .events = POLLIN},
        {.fd = keyboard->signals, .events = POLLIN},
    };
    unsigned char byte;

    while (poll(waits, ARRAY_LENGTH(waits), -1) < 0)
        if (errno != EINTR)
            return KEY_END;
    if (waits[1].revents != 0 || read(STDIN_FILENO, &byte, 1) != 1)
        return KEY_END;
    return byte;
}

int keyboard_key(struct keyboard *keyboard)
{
    int key = read_byte(keyboard);

    if (keyboard->is_terminal && (key == KEY_INTERRUPT || key == KEY_END_OF_TEXT))
        return KEY_END;
    return key;
}

bool keyboard_line(struct keyboard *keyboard, struct buffer *line)
{
    int byte;

    set_single_keys(keyboard, false);
    while ((byte = read_byte(keyboard)) != KEY_END && byte != '\n')
        if (line->length < LINE_MAX_BYTES)
            buffer_char(line, (char)byte);
    set_single_keys(keyboard, true);
    return byte != KEY_END;
}
