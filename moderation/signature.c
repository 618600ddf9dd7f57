#include "moderation/signature.h"

#include <inttypes.h>
#include <string.h>

#include "collector/base/number.h"

static const char components[] = "(\"@method\" \"@path\" \"@query\" \"content-digest\")";

/* The latest second that is still taken for a date: the end of the year 9999. */
#define CREATED_MAX UINT64_C(253402300799)

void signature_headers_finish(struct signature_headers *headers)
{
    buffer_finish(&headers->content_digest);
    buffer_finish(&headers->input);
    buffer_finish(&headers->signature);
}

void signature_nonce(char nonce_out[SIGNATURE_NONCE_MAX + 1])
{
    auto_buffer struct buffer text = {0};
    uint8_t bytes[16];

    secret_random(bytes, sizeof bytes);
    buffer_base64url(&text, bytes, sizeof bytes);
    memcpy(nonce_out, text.data, text.length + 1);
}

static void print_digest(const struct signed_request *request, struct buffer *buffer)
{
    uint8_t digest[SECRET_KEY_SIZE];

    sha256_bytes(request->body, request->body_length, digest);
    buffer_text(buffer, "sha-256=:");
    buffer_base64(buffer, digest, sizeof digest);
    buffer_char(buffer, ':');
}

static void print_parameters(const struct signature_parameters *parameters, struct buffer *buffer)
{
    buffer_format(buffer, "%s;created=%" PRId64 ";keyid=\"", components, parameters->created);
    buffer_hex(buffer, parameters->key, sizeof parameters->key);
    buffer_format(buffer, "\";nonce=\"%s\"", parameters->nonce);
}

/* The signature base of RFC 9421 §2.5. */
static void print_base(const struct signed_request *request,
                       const struct signature_parameters *parameters, struct buffer *buffer)
{
    buffer_format(buffer, "\"@method\": %s\n\"@path\": %s\n\"@query\": ?%s\n", request->method,
                  request->path, request->query);
    buffer_text(buffer, "\"content-digest\": ");
    print_digest(request, buffer);
    buffer_text(buffer, "\n\"@signature-params\": ");
    print_parameters(parameters, buffer);
}

void signature_make(const struct signed_request *request,
                    const struct signature_parameters *parameters, const struct secret_key *secret,
                    struct signature_headers *headers_out)
{
    auto_buffer struct buffer base = {0};
    uint8_t signature[SIGNATURE_SIZE];

    print_base(request, parameters, &base);
    sign_bytes(secret, base.data, base.length, signature);
    *headers_out = (struct signature_headers){0};
    print_digest(request, &headers_out->content_digest);
    buffer_text(&headers_out->input, "sig1=");
    print_parameters(parameters, &headers_out->input);
    buffer_text(&headers_out->signature, "sig1=:");
    buffer_base64(&headers_out->signature, signature, sizeof signature);
    buffer_char(&headers_out->signature, ':');
}

static bool take_literal(const char **at, const char *literal)
{
    size_t length = strlen(literal);

    if (strncmp(*at, literal, length) != 0)
        return false;
    *at += length;
    return true;
}

static bool take_created(const char **at, int64_t *created_out)
{
    size_t length = strspn(*at, "0123456789");
    uint64_t value;

    if (!number_unsigned(*at, length, CREATED_MAX, &value))
        return false;
    *created_out = (int64_t)value;
    *at += length;
    return true;
}

static bool take_key(const char **at, uint8_t key_out[SIGN_PUBLIC_SIZE])
{
    size_t length = strspn(*at, "0123456789abcdef");

    if (!hex_parse(*at, length, key_out, SIGN_PUBLIC_SIZE))
        return false;
    *at += length;
    return true;
}

static bool take_nonce(const char **at, char nonce_out[SIGNATURE_NONCE_MAX + 1])
{
    size_t length = strspn(*at, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");

    if (length < SIGNATURE_NONCE_MIN || length > SIGNATURE_NONCE_MAX)
        return false;
    memcpy(nonce_out, *at, length);
    nonce_out[length] = '\0';
    *at += length;
    return true;
}

bool signature_parse(const char *input, struct signature_parameters *parameters_out,
                     struct error *error)
{
    struct signature_parameters parameters = {0};
    const char *at = input;

    if (!take_literal(&at, "sig1=") || !take_literal(&at, components) ||
        !take_literal(&at, ";created=") || !take_created(&at, &parameters.created) ||
        !take_literal(&at, ";keyid=\"") || !take_key(&at, parameters.key) ||
        !take_literal(&at, "\";nonce=\"") || !take_nonce(&at, parameters.nonce) ||
        strcmp(at, "\"") != 0)
        return error_set(error, ERROR_INVALID,
                         "Signature-Input must read sig1=%s;created=…;keyid=\"…\";nonce=\"…\"",
                         components);
    *parameters_out = parameters;
    return true;
}

static bool parse_signature(const char *text, uint8_t signature_out[SIGNATURE_SIZE])
{
    size_t length = strlen(text);

    return take_literal(&text, "sig1=:") && length > 7 && text[length - 7] == ':' &&
           base64_parse(text, length - 7, signature_out, SIGNATURE_SIZE);
}

bool signature_verify(const struct signed_request *request,
                      const struct signature_parameters *parameters, const char *content_digest,
                      const char *signature, struct error *error)
{
    auto_buffer struct buffer digest = {0};
    auto_buffer struct buffer base = {0};
    uint8_t bytes[SIGNATURE_SIZE];

    print_digest(request, &digest);
    if (strcmp(digest.data, content_digest) != 0)
        return error_set(error, ERROR_INVALID, "Content-Digest is not the SHA-256 of the body");
    if (!parse_signature(signature, bytes))
        return error_set(error, ERROR_INVALID, "Signature must read sig1=:BASE64:");
    print_base(request, parameters, &base);
    if (!sign_verify(parameters->key, base.data, base.length, bytes))
        return error_set(error, ERROR_INVALID, "the signature does not fit this request");
    return true;
}
