#include <string.h>

#include "moderation/signature.h"
#include "tests/fuzz/target.h"

/* What is read of a Signature-Input is what is written of it again. */
static void check_parameters(const struct signature_parameters *parameters,
                             const struct signed_request *request)
{
    static const uint8_t seed[SIGN_SEED_SIZE] = {1};
    uint8_t key[SIGN_PUBLIC_SIZE];
    struct secret_key secret;
    struct signature_headers headers;
    struct signature_parameters again;
    sign_from_seed(seed, key, &secret);
    signature_make(request, parameters, &secret, &headers);
    PROMISE(signature_parse(headers.input.data, &again, NULL));
    PROMISE(again.created == parameters->created);
    PROMISE(memcmp(again.key, parameters->key, sizeof again.key) == 0);
    PROMISE(strcmp(again.nonce, parameters->nonce) == 0);
    PROMISE(signature_verify(request, &again, headers.content_digest.data, headers.signature.data,
                             NULL) == (memcmp(key, again.key, sizeof key) == 0));
    signature_headers_finish(&headers);
}

/* Three lines: Signature-Input, Content-Digest, Signature. Nobody guesses a signature. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static const struct signed_request request = {
        .method = "POST", .path = "/a", .query = "b=1", .body = "{}", .body_length = 2};
    auto_free char *text = memory_slice(size != 0 ? (const char *)bytes : "", size);
    char *lines[3];
    char *rest = text;
    for (size_t i = 0; i < ARRAY_LENGTH(lines); i++) {
        lines[i] = rest;
        rest += strcspn(rest, "\n");
        if (*rest == '\n')
            *rest++ = '\0';
    }
    struct error error = {0};
    struct signature_parameters parameters;
    if (signature_parse(lines[0], &parameters, &error)) {
        PROMISE(!signature_verify(&request, &parameters, lines[1], lines[2], &error));
        check_parameters(&parameters, &request);
    }
    PROMISE(error.kind == ERROR_INVALID);
    return 0;
}
