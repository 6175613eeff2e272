/*
 * connsync.json: the desired state, the same on the command line and on boards.
 * docs/configuration.md describes its members; this is how to read it.
 *
 *     static struct cs_desired_entry entries[CS_DESIRED_BOARD_ENTRIES_MAX];
 *     struct cs_desired desired;
 *     struct cs_desired_fault fault;
 *
 *     if (!cs_desired_read(&desired, json, entries, CS_DESIRED_BOARD_ENTRIES_MAX,
 *                                &fault) ||
 *         !cs_desired_check_board(&desired, &fault)) {
 *         char line[CS_DESIRED_SENTENCE_SIZE];
 *         struct cs_writer writer;
 *         cs_writer_init(&writer, line, sizeof line);
 *         cs_desired_explain(&fault, json, &writer);
 *         ...
 *     }
 *     for (size_t i = 0; i < desired.count; i++) {
 *         char connection[CS_DESIRED_ENTRY_SIZE];
 *         cs_desired_entry_text(&desired, &desired.entries[i], connection);
 *         job.connection = connection;
 *         job.wanted = (enum connsync_setting)desired.entries[i].setting;
 *         ...
 *     }
 *
 * Nothing is allocated and nothing is copied: the text stays the caller's, must
 * outlive the `struct cs_desired`, and may lie in flash. No tokens are needed.
 * Strings are decoded on request.
 */
#ifndef CONNSYNC_CONFIG_DESIRED_H
#define CONNSYNC_CONFIG_DESIRED_H

#include "config/domain.h"
#include "core/base/text.h"
#include "core/connsync.h"

/* The most that can be asked for; callers may have room for less. */
#define CS_DESIRED_ENTRIES_MAX 65535u
#define CS_DESIRED_TEXT_MAX (16u * 1024u * 1024u)
/* What a board takes: one job each, named by id or name. */
#define CS_DESIRED_BOARD_ENTRIES_MAX 32u

/* The longest strings, decoded, with their final NUL. A token with every scope of
 * the Management API has about 7 KB. */
#define CS_DESIRED_CLIENT_ID_SIZE 256u
#define CS_DESIRED_CLIENT_SECRET_SIZE 1024u
#define CS_DESIRED_TOKEN_SIZE 16384u
#define CS_DESIRED_AUDIENCE_SIZE 256u
/* An id, a name or a strategy. */
#define CS_DESIRED_ENTRY_SIZE CONNSYNC_NAME_SIZE

/* `every`, in seconds: the default, and the limits. */
#define CS_DESIRED_EVERY_DEFAULT_S 3600u
#define CS_DESIRED_EVERY_MAX_S (30u * 24u * 3600u)

/* Enough for any sentence of cs_desired_explain. */
#define CS_DESIRED_SENTENCE_SIZE 256u

enum cs_desired_member {
    CS_DESIRED_DOMAIN,
    CS_DESIRED_CLIENT_ID,
    CS_DESIRED_CLIENT_SECRET,
    CS_DESIRED_TOKEN,
    CS_DESIRED_AUDIENCE,
    CS_DESIRED_EVERY,
    CS_DESIRED_ID,
    CS_DESIRED_NAME,
    CS_DESIRED_STRATEGY,
    CS_DESIRED_SETTING, /* set_user_root_attributes */
    CS_DESIRED_ALL,
    CS_DESIRED_EXCEPT,
    CS_DESIRED_CONNECTIONS,
    CS_DESIRED_NO_MEMBER
};

/* One element of `connections` or of `except`. */
struct cs_desired_entry {
    uint32_t at;     /* of its string, in the document, as it is there */
    uint16_t length; /* likewise */
    uint16_t sorted; /* not of this entry: which one is here in the sorted order */
    uint8_t key;     /* CS_DESIRED_ID, _NAME, _STRATEGY; _ALL for the rest */
    uint8_t setting; /* enum connsync_setting; _UNKNOWN in `except`: leave it alone */
    bool matched;    /* cs_desired_match has seen a connection that it means */
};

struct cs_desired {
    struct cs_slice text;
    struct cs_slice strings[CS_DESIRED_AUDIENCE + 1]; /* as in the text; no data: not given */
    struct cs_desired_entry *entries;                 /* in the order of the document */
    size_t count;
    struct cs_desired_entry rest; /* with "all": true, what all others are to have */
    uint32_t every_s;             /* the default when not given */
    uint16_t given;               /* a bit, 1 << member, for each member given */
    uint16_t except_first;        /* where `except` begins in the entries, */
    uint16_t connections_first;   /* and `connections` */
    bool all;
};

/* What is wrong. The numbers are shown by boards (docs/boards.md), and stay. */
enum cs_desired_error {
    CS_DESIRED_OK = 0,
    CS_DESIRED_ERR_NOT_JSON,         /* not strict JSON, at `offset` */
    CS_DESIRED_ERR_TOO_LARGE,        /* text over CS_DESIRED_TEXT_MAX */
    CS_DESIRED_ERR_UNKNOWN_MEMBER,   /* its name is at `offset` */
    CS_DESIRED_ERR_DUPLICATE_MEMBER, /* the same member twice */
    CS_DESIRED_ERR_TYPE,             /* not the type that the member has */
    CS_DESIRED_ERR_EMPTY,            /* an empty string or list */
    CS_DESIRED_ERR_TOO_LONG,         /* a string over its limit */
    CS_DESIRED_ERR_CHARACTER,        /* a control character, half a surrogate pair, or
                                              in a token anything but visible ASCII */
    CS_DESIRED_ERR_DOMAIN,           /* not HOST or HOST:PORT */
    CS_DESIRED_ERR_EVERY,            /* not an interval, or out of its limits */
    CS_DESIRED_ERR_SETTING,          /* not one of the values */
    CS_DESIRED_ERR_ID,               /* an id that does not begin with con_ */
    CS_DESIRED_ERR_NAME,             /* a name that does: it is an id */
    CS_DESIRED_ERR_KEY,              /* not exactly one of id, name and strategy */
    CS_DESIRED_ERR_MISSING,          /* a member that must be there */
    CS_DESIRED_ERR_NEEDS_ALL,        /* a member that only goes with "all": true */
    CS_DESIRED_ERR_TWO_CREDENTIALS,  /* a token and a client */
    CS_DESIRED_ERR_TOO_MANY,         /* more entries than the caller has room for */
    CS_DESIRED_ERR_REPEATED,         /* the same connections as `other` */
    CS_DESIRED_ERR_UNMATCHED,        /* no connection of the tenant is meant by it */
    CS_DESIRED_ERR_BOARD_ALL,        /* boards take connections one by one */
    CS_DESIRED_ERR_BOARD_STRATEGY,   /* likewise */
    CS_DESIRED_ERR_BOARD_CREDENTIALS /* a board has no environment to take them from */
};

/* A place in the document. */
struct cs_desired_place {
    enum cs_desired_member list;   /* _CONNECTIONS, _EXCEPT, or _NO_MEMBER */
    uint32_t index;                /* of the element in the list */
    enum cs_desired_member member; /* or _NO_MEMBER: the element or the document itself */
};

struct cs_desired_fault {
    enum cs_desired_error error;
    struct cs_desired_place place;
    struct cs_desired_place other; /* for _REPEATED: the element that comes first */
    uint32_t limit;                /* for _TOO_MANY and _TOO_LONG */
    uint32_t offset;               /* for _NOT_JSON and _UNKNOWN_MEMBER: in the text */
};

/*
 * Checks the whole document and fills `desired` and the entries; n entries take
 * time n log n. False with `*fault` when anything in it is wrong: the first error of
 * grammar, else the first in the order of the document, else what only shows in the
 * whole (duplicates, missing members); `desired` is of no use then. `capacity` is the
 * number of `entries`.
 *
 * Whether domain and credentials are there is not checked, since a command line may
 * have them from elsewhere.
 */
bool cs_desired_read(struct cs_desired *desired, struct cs_slice text,
                     struct cs_desired_entry *entries, size_t capacity,
                     struct cs_desired_fault *fault);

/* Can this id or name of a connection stand in such a document? One with a control character
 * cannot. */
bool cs_desired_can_hold(const char *text);

/* Can a board do this? It takes connections by id or name only, at most
 * CS_DESIRED_BOARD_ENTRIES_MAX, and must have a domain and either a token or a
 * client's id and secret. */
bool cs_desired_check_board(const struct cs_desired *desired, struct cs_desired_fault *fault);

/* Writes a place: "connections[3].set_user_root_attributes", or "the document". */
void cs_desired_write_place(const struct cs_desired_place *place, struct cs_writer *writer);

/* Writes where the byte at `offset` is: "line 3, column 1". Both are counted from 1, columns in
 * bytes. */
void cs_desired_write_line(struct cs_writer *writer, struct cs_slice text, uint32_t offset);

/* Writes the fault as one sentence without a full stop, the place first:
 * "connections[3].set_user_root_attributes: must be ...". `text` is what was read.
 * No value is ever repeated, only names of members. */
void cs_desired_explain(const struct cs_desired_fault *fault, struct cs_slice text,
                        struct cs_writer *writer);

/*
 * Decodes one of the strings from CS_DESIRED_CLIENT_ID to _AUDIENCE into `out`,
 * with its NUL, and gives the bytes that it needs; when they are more than `size`,
 * nothing is written. 0 when the member is not given. (So a call with NULL and 0
 * asks for the size.) The caller wipes what was secret.
 */
size_t cs_desired_string(const struct cs_desired *desired, enum cs_desired_member member, char *out,
                         size_t size);

/* The domain's host, and its port; `*port_number` stays as it is when none is given.
 * False when the document has no domain. */
bool cs_desired_domain(const struct cs_desired *desired, char host[CS_HOST_SIZE],
                       uint16_t *port_number);

/* Decodes the id, name or strategy of an entry. */
void cs_desired_entry_text(const struct cs_desired *desired, const struct cs_desired_entry *entry,
                           char out[CS_DESIRED_ENTRY_SIZE]);

/*
 * Who wants this connection, and marks the entries that mean it. The entry with its id
 * comes first, then the one with its name, then its strategy, then `desired->rest`.
 * NULL when none wants it, or the first of these is in `except`. The strings are UTF-8,
 * NUL-terminated, not NULL. Takes time log n.
 */
const struct cs_desired_entry *cs_desired_match(struct cs_desired *desired, const char *id,
                                                const char *name, const char *strategy);

/* Before the tenant's connections are read again: no entry has matched. */
void cs_desired_forget_matches(struct cs_desired *desired);

/* The next entry from `*next` on that nothing has matched, as a fault; `*next` begins
 * at 0 and is moved behind it. False when there are no more. */
bool cs_desired_next_unmatched(const struct cs_desired *desired, size_t *next,
                               struct cs_desired_fault *fault);

/* Reads an interval: a whole number and s, m, h or d, from 1s to 30d. */
bool cs_interval_read(const char *text, uint32_t *seconds);

#endif
