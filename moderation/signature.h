#ifndef ZHANJI_MODERATION_SIGNATURE_H
#define ZHANJI_MODERATION_SIGNATURE_H

#include "collector/base/buffer.h"
#include "collector/base/error.h"
#include "collector/base/secret.h"

/*
 * HTTP message signatures of moderators' requests (RFC 9421, design §7): one signature `sig1` over
 * ("@method" "@path" "@query" "content-digest");created;keyid;nonce in this order, Ed25519, with a
 * Content-Digest (RFC 9530, sha-256) also of an empty body. Used by the tool and by the server.
 */
enum {
    SIGNATURE_NONCE_MIN = 22, /* 16 bytes of base64url */
    SIGNATURE_NONCE_MAX = 64,
    SIGNATURE_SECONDS = 60 /* `created` may differ from now by this much */
};

/* What is signed of a request, beside its parameters. */
struct signed_request {
    const char *method; /* "POST" */
    const char *path;   /* as sent */
    const char *query;  /* as sent, without '?'; "" if none */
    const char *body;
    size_t body_length;
};

struct signature_parameters {
    int64_t created; /* Unix seconds */
    uint8_t key[SIGN_PUBLIC_SIZE];
    char nonce[SIGNATURE_NONCE_MAX + 1];
};

/* The values of the three headers; finish each buffer. */
struct signature_headers {
    struct buffer content_digest;
    struct buffer input; /* Signature-Input */
    struct buffer signature;
};

void signature_headers_finish(struct signature_headers *headers);

/* A fresh random nonce. */
void signature_nonce(char nonce_out[SIGNATURE_NONCE_MAX + 1]);
/* Signs; `parameters->key` must be the secret's public key. */
void signature_make(const struct signed_request *request,
                    const struct signature_parameters *parameters, const struct secret_key *secret,
                    struct signature_headers *headers_out);

/* Reads Signature-Input, strict: this one signature with these components and parameters. */
NODISCARD bool signature_parse(const char *input, struct signature_parameters *parameters_out,
                               struct error *error);
/* Checks digest and signature of a request with these parameters. Time, nonce and who the key
 * belongs to are the caller's. */
NODISCARD bool signature_verify(const struct signed_request *request,
                                const struct signature_parameters *parameters,
                                const char *content_digest, const char *signature,
                                struct error *error);

#endif
