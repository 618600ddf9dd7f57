#ifndef ZHANJI_SURVEY_LEXER_H
#define ZHANJI_SURVEY_LEXER_H

#include "collector/survey/document.h"

/* The words of a JSON text (RFC 8259), one after the other. */
struct lexer {
    const char *start, *at, *end;
    struct document *document; /* holds strings that had escapes */
    struct document_fault *fault;
};

/* Says what is wrong, with line and column, at a place or where the lexer is; returns false. */
bool lexer_fault_at(struct lexer *lexer, const char *place, const char *what);
bool lexer_fault(struct lexer *lexer, const char *what);
void lexer_space(struct lexer *lexer);
/* Moves over the byte if it is the next one. */
bool lexer_take(struct lexer *lexer, char byte);
/* A string after its opening quote: UTF-8 checked, escapes decoded. */
NODISCARD bool lexer_string(struct lexer *lexer, struct slice *text_out);
NODISCARD bool lexer_number(struct lexer *lexer);
NODISCARD bool lexer_word(struct lexer *lexer, const char *word);

#endif
