#ifndef ZHANJI_SURVEY_DOCUMENT_H
#define ZHANJI_SURVEY_DOCUMENT_H

#include <stdint.h>

#include "collector/base/buffer.h"

/*
 * A small JSON reader (RFC 8259) for what strangers send: reports. It is here beside jansson
 * because a report is read on the hot path and three things must be exact: duplicate keys are
 * refused, nesting is limited before anything is built, and what is valid JSON but no report (huge
 * numbers, U+0000 in a key) is told apart from what is no JSON. Lone surrogates are no JSON here.
 */
enum document_type {
    DOCUMENT_NULL,
    DOCUMENT_FALSE,
    DOCUMENT_TRUE,
    DOCUMENT_NUMBER, /* checked for its form, its value is not read */
    DOCUMENT_STRING,
    DOCUMENT_ARRAY,
    DOCUMENT_OBJECT
};

/* Bytes of UTF-8, not NUL-terminated: of the input, or of the document. */
struct slice {
    const char *bytes;
    size_t length;
};

struct document_node {
    enum document_type type;
    uint32_t next;    /* the sibling after it, 0 at the end */
    uint32_t first;   /* of an array or object: its first child, 0 if empty */
    struct slice key; /* of an object's member */
    struct slice text;
};

enum {
    DOCUMENT_FEW = 32
};

/* The tree; node 0 is the whole. It points into the input and must not be moved. */
struct document {
    struct document_node *nodes;
    size_t count, capacity;
    char *decoded; /* strings that had escapes; wiped when finished */
    size_t decoded_length, decoded_size;
    struct document_node few[DOCUMENT_FEW];
};

/* Why a text was refused; the text says where. */
struct document_fault {
    bool duplicate_key;
    char reason[200];
};

/* Parses the text, which must outlive the document; finish it in any case. */
NODISCARD bool document_parse(struct document *document, const char *text, size_t length,
                              unsigned depth_max, struct document_fault *fault_out);
void document_finish(struct document *document);
/* Is it this text, byte for byte? */
bool slice_is(struct slice slice, const char *text);

#endif
