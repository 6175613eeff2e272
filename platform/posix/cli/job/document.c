/* Markdown and HTML. What is in a plan is fleet/'s. */
#include "platform/posix/cli/job/document.h"

#include "platform/posix/cli/base/output.h"

#include <string.h>

/* The summary stands at the end, for it is known last, and is shown first. */
static const char head[] =
    "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
    "<meta name=\"viewport\" content=\"width=device-width\">\n<title>connsync plan</title>\n"
    "<style>:root{color-scheme:light dark}body{font:1rem system-ui,sans-serif;display:flex;"
    "flex-direction:column;margin:2rem;gap:1rem}h1,.summary{order:-1;margin:0}"
    ".summary{font-size:1.25rem}table{border-collapse:collapse}th,td{text-align:left;"
    "padding:.3rem .6rem;border-bottom:1px solid "
    "#8888;overflow-wrap:anywhere}</style></head><body>\n<h1>";
static const char html_columns[] =
    "</h1>\n<table><thead><tr><th>name<th>strategy<th>before<th>after<th>note<th>id"
    "</thead><tbody>\n";
static const char markdown_columns[] =
    "| name | strategy | before | after | note | id |\n| --- | --- | --- | --- | --- | --- |\n";

/* With each mark that HTML might read as its number. */
static void put_html(const char *text)
{
    for (; *text != '\0'; text++) {
        if (strchr("&<>\"'`", *text) != NULL) {
            output_print("&#%u;", (unsigned char)*text);
        } else {
            output_byte(*text);
        }
    }
}

/* With a backslash before each mark that Markdown might read. */
static void put_markdown(const char *text)
{
    for (; *text != '\0'; text++) {
        if (strchr("\\`*_{}[]<>()#+!|~&:@", *text) != NULL) {
            output_byte('\\');
        }
        output_byte(*text);
    }
}

void document_begin(enum document_format format, const char *domain)
{
    if (format == DOCUMENT_HTML) {
        output_put(head);
        put_html(domain);
        output_put(html_columns);
    } else if (format == DOCUMENT_MARKDOWN) {
        output_put("### connsync plan: ");
        put_markdown(domain);
        output_put("\n\n");
        output_put(markdown_columns);
    }
}

void document_row(enum document_format format, const struct document_row *row)
{
    const char *const cells[] = {row->name,  row->strategy, row->before,
                                 row->after, row->note,     row->id};
    bool is_html = format == DOCUMENT_HTML;

    output_put(is_html ? "<tr>" : "|");
    for (size_t i = 0; i < sizeof cells / sizeof cells[0]; i++) {
        output_put(is_html ? "<td>" : " ");
        (is_html ? put_html : put_markdown)(cells[i]);
        output_put(is_html ? "" : " |");
    }
    output_put("\n");
}

void document_end(enum document_format format, const char *summary)
{
    if (format == DOCUMENT_HTML) {
        output_put("</tbody></table>\n<p class=\"summary\">");
        put_html(summary);
        output_put("</p>\n</body></html>\n");
        return;
    }
    output_put("\n");
    put_markdown(summary);
    output_put("\n");
}
