/* Finds the place of a fault in the text, and takes it out. What is a fault is config/desired's to
 * say, what is printed of it validate.c's. */
#include "platform/posix/cli/check/faults.h"

#include "core/json/json.h"

#include <string.h>

#define NAME_SIZE 64

/* A part of the copy: a member with its name, or an element. */
struct part {
    const char *begin; /* NULL: there is none */
    const char *end;
    struct cs_slice value;
};

struct search {
    struct faults_document *document;
    struct cs_desired_fault fault;
    const char *follows; /* the element in which something was blanked last */
    unsigned missing;    /* members of the document that were, as bits */
    size_t count;
};

/* ---- Places ---- */

static struct cs_slice root_of(struct cs_slice text)
{
    return cs_json_trim(text);
}

static void take_item(struct part *part, const struct cs_json_item *item)
{
    part->begin = item->name.length > 0 ? item->name.data : item->value.data;
    part->end = item->value.data + item->value.length;
    part->value = item->value;
}

/* The member of an object with this name, the `nth` from 1 on; or the one whose name is at `at`. */
static struct part find_member(struct cs_slice object, const char *name, unsigned nth,
                               const char *at)
{
    struct part part = {NULL, NULL, {NULL, 0}};
    struct cs_json_walk walk;
    struct cs_json_item item;

    cs_json_walk_begin(&walk, object);
    while (part.begin == NULL && cs_json_walk_next(&walk, &item)) {
        bool is_it = at != NULL ? item.name.data == at : cs_value_string_is(item.name, name);
        if (is_it && --nth == 0) {
            take_item(&part, &item);
        }
    }
    return part;
}

static void name_of(enum cs_desired_member member, char out[NAME_SIZE])
{
    const struct cs_desired_place place = {CS_DESIRED_NO_MEMBER, 0, member};
    struct cs_writer writer;

    cs_writer_init(&writer, out, NAME_SIZE);
    cs_desired_write_place(&place, &writer);
}

static struct cs_slice list_of(struct cs_slice text, enum cs_desired_member list)
{
    char name[NAME_SIZE];

    name_of(list, name);
    return find_member(root_of(text), name, 1, NULL).value;
}

static struct part element_at(struct cs_slice list, uint32_t index)
{
    struct part part = {NULL, NULL, {NULL, 0}};
    struct cs_json_walk walk;
    struct cs_json_item item;

    cs_json_walk_begin(&walk, list);
    while (cs_json_walk_next(&walk, &item)) {
        if (index-- == 0) {
            take_item(&part, &item);
            break;
        }
    }
    return part;
}

/* What stands before an element in the text as it was, blanked since or not. */
static uint32_t index_of(struct cs_slice list, const char *at)
{
    struct cs_json_walk walk;
    struct cs_json_item item;
    uint32_t index = 0;

    cs_json_walk_begin(&walk, list);
    while (cs_json_walk_next(&walk, &item) && item.value.data < at) {
        index++;
    }
    return index;
}

static struct cs_slice copy_of(const struct search *search)
{
    return cs_slice_make(search->document->copy, search->document->text.length);
}

/* The element that a place is of, of which the index is put right; or the document. */
static struct part container_of(const struct search *search, struct cs_desired_place *place)
{
    struct cs_slice text = search->document->text;
    struct part part = {NULL, NULL, root_of(copy_of(search))};

    if (place->list == CS_DESIRED_NO_MEMBER) {
        return part;
    }
    part = element_at(list_of(copy_of(search), place->list), place->index);
    if (part.begin != NULL) {
        place->index =
            index_of(list_of(text, place->list), text.data + (part.begin - search->document->copy));
    }
    return part;
}

static struct part member_of(const struct search *search, struct cs_slice container)
{
    const struct cs_desired_fault *fault = &search->fault;
    char name[NAME_SIZE];

    if (fault->error == CS_DESIRED_ERR_UNKNOWN_MEMBER) {
        return find_member(container, "", 1, search->document->copy + fault->offset);
    }
    name_of(fault->place.member, name);
    return find_member(container, name, fault->error == CS_DESIRED_ERR_DUPLICATE_MEMBER ? 2 : 1,
                       NULL);
}

static void count_lines(struct cs_slice text, struct fault_place *place)
{
    place->line = 1;
    place->column = 1;
    for (uint32_t i = 0; i < place->offset && i < text.length; i++) {
        bool ends = text.data[i] == '\n';
        place->line += ends;
        place->column = ends ? 1 : place->column + 1;
    }
}

/* ---- Blanking ---- */

static bool is_space(char byte)
{
    return byte == ' ' || byte == '\n' || byte == '\r' || byte == '\t';
}

/* With the comma behind it, or if it is the last the one before it. */
static void blank(const struct search *search, const struct part *part)
{
    char *copy = search->document->copy;
    char *begin = copy + (part->begin - copy);
    char *end = copy + (part->end - copy);

    memset(begin, ' ', (size_t)(end - begin));
    while (is_space(*end)) {
        end++;
    }
    while (*end != ',' && is_space(begin[-1])) {
        begin--;
    }
    if (*end == ',') {
        *end = ' ';
    } else if (begin[-1] == ',') {
        begin[-1] = ' ';
    }
}

/* ---- One fault ---- */

static bool is_of_key(const struct cs_desired_fault *fault)
{
    return fault->error == CS_DESIRED_ERR_KEY || fault->error == CS_DESIRED_ERR_MISSING;
}

/* Does it only say that something is not there which was blanked? */
static bool follows(const struct search *search, const struct part *container)
{
    const struct cs_desired_fault *fault = &search->fault;
    unsigned all = 1u << CS_DESIRED_ALL;

    if (container->begin != NULL) {
        return is_of_key(fault) && container->begin == search->follows;
    }
    switch (fault->error) {
    case CS_DESIRED_ERR_MISSING:
        return (search->missing & (all | 1u << fault->place.member)) != 0;
    case CS_DESIRED_ERR_NEEDS_ALL:
        return (search->missing & all) != 0;
    case CS_DESIRED_ERR_EMPTY:
        return fault->place.member >= CS_DESIRED_EXCEPT &&
               cs_json_size_of(list_of(search->document->text, fault->place.member)) > 0;
    default:
        return false;
    }
}

/* What has no part to be taken out is the last that can be told. */
static bool is_last(const struct cs_desired_fault *fault, const struct part *part)
{
    return part->begin == NULL || fault->error == CS_DESIRED_ERR_NOT_JSON ||
           fault->error == CS_DESIRED_ERR_TOO_LARGE || fault->error == CS_DESIRED_ERR_TOO_MANY;
}

/* The part that is at fault: a member, an element, or none. */
static struct part find_part(const struct search *search, const struct part *container)
{
    bool of_member = search->fault.place.member != CS_DESIRED_NO_MEMBER ||
                     search->fault.error == CS_DESIRED_ERR_UNKNOWN_MEMBER;
    struct part part = of_member && cs_value_is_object(container->value)
                           ? member_of(search, container->value)
                           : *container;

    /* What is missing in an element is a fault of the element. */
    return part.begin != NULL ? part : *container;
}

static void note_blanked(struct search *search, const struct part *container)
{
    if (search->fault.error == CS_DESIRED_ERR_DUPLICATE_MEMBER) {
        return;
    }
    if (container->begin != NULL) {
        search->follows = container->begin;
    } else if (search->fault.place.member != CS_DESIRED_NO_MEMBER) {
        search->missing |= 1u << search->fault.place.member;
    }
}

/* A faulty member that is there twice: the second is told first, which would else pass for the
 * only one. */
static void prefer_duplicate(struct search *search, const struct part *container)
{
    struct cs_desired_fault *fault = &search->fault;
    char name[NAME_SIZE];

    if (fault->place.member == CS_DESIRED_NO_MEMBER || !cs_value_is_object(container->value)) {
        return;
    }
    name_of(fault->place.member, name);
    if (find_member(container->value, name, 2, NULL).begin != NULL) {
        fault->error = CS_DESIRED_ERR_DUPLICATE_MEMBER;
    }
}

/* Tells the fault and takes it out. False if nothing behind it can be found. */
static bool take_fault(struct search *search,
                       void (*tell)(void *context, const struct cs_desired_fault *fault,
                                    const struct fault_place *place),
                       void *context)
{
    struct faults_document *document = search->document;
    struct fault_place place = {search->fault.offset, 0, 0};
    struct part container = container_of(search, &search->fault.place);
    struct part part = {NULL, NULL, {NULL, 0}};

    if (search->fault.error != CS_DESIRED_ERR_NOT_JSON &&
        search->fault.error != CS_DESIRED_ERR_TOO_LARGE) {
        prefer_duplicate(search, &container);
        part = find_part(search, &container);
        place.offset = part.begin != NULL ? (uint32_t)(part.begin - document->copy) : 0;
    }
    if (search->fault.error == CS_DESIRED_ERR_REPEATED) {
        (void)container_of(search, &search->fault.other);
    }
    if (!follows(search, &container)) {
        count_lines(document->text, &place);
        tell(context, &search->fault, &place);
        search->count++;
    }
    if (is_last(&search->fault, &part)) {
        return false;
    }
    note_blanked(search, &container);
    blank(search, &part);
    return true;
}

size_t faults_find(struct faults_document *document,
                   void (*tell)(void *context, const struct cs_desired_fault *fault,
                                const struct fault_place *place),
                   void *context)
{
    struct search search = {document, {0}, NULL, 0, 0};

    memcpy(document->copy, document->text.data, document->text.length);
    /* Each turn blanks something, and what follows from a fault has a turn of its own. */
    for (unsigned turns = 0; turns < 4 * FAULTS_MAX && search.count < FAULTS_MAX; turns++) {
        if (cs_desired_read(&document->desired, copy_of(&search), document->entries,
                            document->capacity, &search.fault) ||
            !take_fault(&search, tell, context)) {
            break;
        }
    }
    return search.count;
}
