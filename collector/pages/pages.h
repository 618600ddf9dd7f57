#ifndef ZHANJI_PAGES_PAGES_H
#define ZHANJI_PAGES_PAGES_H

#include "collector/http/http.h"
#include "collector/publish/app.h"

/*
 * The public site: html made on the server, in Chinese and English, whole without JavaScript.
 * Handlers get a `const struct app *` as their context. Every page takes ?lang=zh|en; without it
 * Accept-Language decides. No cookie is read or set.
 */
extern const struct http_route pages_routes[];
extern const size_t pages_routes_count;

/* The language that the request asks for by ?lang or Accept-Language: English where it names
 * languages and Chinese is none of them, Chinese where it asks for nothing. */
enum language pages_language(struct http_exchange *exchange);

/* An html page for what is not there (404), or for any other refusal, in place of a problem
 * document; returns HTTP_DONE. */
enum http_progress pages_not_found(const struct app *app, struct http_exchange *exchange);
enum http_progress pages_refusal(const struct app *app, struct http_exchange *exchange,
                                 unsigned status);
/* The same as `problem_page` of struct http_options: fills the reply but for its status. */
bool pages_problem(struct http_exchange *exchange, unsigned status, const char *detail,
                   void *context);

#endif
