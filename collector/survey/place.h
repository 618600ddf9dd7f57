#ifndef ZHANJI_SURVEY_PLACE_H
#define ZHANJI_SURVEY_PLACE_H

#include <stddef.h>

/*
 * The line, from 1, on which the value of an RFC 6901 pointer begins in a text that is valid JSON
 * (jansson tells lines of syntax only). What is not there gives the line of what encloses it.
 */
size_t place_line(const char *text, size_t length, const char *pointer);

#endif
