#ifndef ZHANJI_BASE_NUMBER_H
#define ZHANJI_BASE_NUMBER_H

#include <stdint.h>

#include "collector/base/memory.h"

/* Decimal digits only, the whole of the text, at most `maximum`. False: nothing written. */
NODISCARD bool number_unsigned(const char *text, size_t length, uint64_t maximum,
                               uint64_t *value_out);
/* An optional '-', then as above, within [minimum, maximum]. */
NODISCARD bool number_signed(const char *text, size_t length, int64_t minimum, int64_t maximum,
                             int64_t *value_out);
/* JSON number syntax (RFC 8259 §6), finite. */
NODISCARD bool number_real(const char *text, size_t length, double *value_out);

#endif
