/*
 * A plan as a document for others to read: a table in Markdown, for a pull request, or one page of
 * HTML that needs nothing beside it.
 */
#ifndef CONNSYNC_CLI_DOCUMENT_H
#define CONNSYNC_CLI_DOCUMENT_H

/* What plan --format takes. */
enum document_format {
    DOCUMENT_TEXT, /* no document */
    DOCUMENT_JSON, /* likewise: the lines of --json */
    DOCUMENT_MARKDOWN,
    DOCUMENT_HTML
};

struct document_row {
    const char *id;
    const char *name;
    const char *strategy;
    const char *before;
    const char *after;
    const char *note; /* "" for none */
};

/* The beginning, with the tenant's domain; each row; and the end, with the summary. Nothing of a
 * text means anything to who shows it. */
void document_begin(enum document_format format, const char *domain);
void document_row(enum document_format format, const struct document_row *row);
void document_end(enum document_format format, const char *summary);

#endif
