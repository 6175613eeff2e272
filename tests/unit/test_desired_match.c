/* Which entry wants a connection: against a plain model, and with thousands of entries. */
#include "desired_support.h"

#define VALUE "'set_user_root_attributes':'never_on_login'"

static uint32_t random_state = 1;

static unsigned draw(unsigned below)
{
    random_state = random_state * 1664525u + 1013904223u;
    return (random_state >> 16) % below;
}

struct model {
    char keys[ENTRIES][24]; /* "id:con_1", "name:b"; of `except` too */
    bool wanted[ENTRIES];   /* false: in `except` */
    size_t count;
    bool all;
};

static const char *const kinds[] = {"id", "name", "strategy"};
/* Beginnings of each other, and bytes on both sides of the sign bit. */
static const char *const words[] = {"a", "ab", "a\xC3\xA9", "b", "abc", "-", "z\\u00e9", "\\u007a"};
static const char *const plain[] = {"a", "ab", "a\xC3\xA9", "b", "abc", "-", "z\xC3\xA9", "z"};

static void add(struct model *model, const char *kind, const char *word, bool wanted)
{
    (void)snprintf(model->keys[model->count], sizeof model->keys[0], "%s:%s%s", kind,
                   strcmp(kind, "id") == 0 ? "con_" : "", word);
    model->wanted[model->count++] = wanted;
}

/* A document of up to 12 entries, and what it means. */
static char *make_document(struct model *model)
{
    char *text = malloc(4096);
    unsigned excepted = draw(5);
    unsigned listed = draw(8);

    assert_non_null(text);
    memset(model, 0, sizeof *model);
    model->all = draw(3) > 0;
    (void)strcpy(text, model->all ? "{'all':true," VALUE : "{'every':'1h'");
    for (unsigned i = 0; model->all && i < excepted; i++) {
        unsigned kind = draw(2);
        unsigned word = draw(8);
        (void)sprintf(text + strlen(text), "%s'%s%s'", i == 0 ? ",'except':[" : ",",
                      kind == 0 ? "con_" : "", words[word]);
        add(model, kinds[kind], plain[word], false);
    }
    (void)strcat(text, model->all && excepted > 0 ? "]" : "");
    for (unsigned i = 0; i < listed + !model->all; i++) {
        unsigned kind = draw(3);
        unsigned word = draw(8);
        (void)sprintf(text + strlen(text), "%s{'%s':'%s%s'," VALUE "}",
                      i == 0 ? ",'connections':[" : ",", kinds[kind], kind == 0 ? "con_" : "",
                      words[word]);
        add(model, kinds[kind], plain[word], true);
    }
    (void)strcat(text, listed + !model->all > 0 ? "]}" : "}");
    return text;
}

static bool has_repeated(const struct model *model)
{
    for (size_t i = 0; i < model->count; i++) {
        for (size_t k = 0; k < i; k++) {
            if (strcmp(model->keys[i], model->keys[k]) == 0) {
                return true;
            }
        }
    }
    return false;
}

/* The index of the entry with this key, or -1. */
static int find(const struct model *model, const char *kind, const char *text)
{
    char key[32];

    (void)snprintf(key, sizeof key, "%s:%s", kind, text);
    for (size_t i = 0; i < model->count; i++) {
        if (strcmp(model->keys[i], key) == 0) {
            return (int)i;
        }
    }
    return -1;
}

static void check_match(struct document *document, const struct model *model, bool *matched)
{
    char id[16];
    const char *name = plain[draw(8)];
    const char *strategy = plain[draw(8)];
    int best = -1;

    (void)snprintf(id, sizeof id, "con_%s", plain[draw(8)]);
    const char *const texts[] = {id, name, strategy};
    for (int i = 2; i >= 0; i--) {
        int entry = find(model, kinds[i], texts[i]);
        if (entry >= 0) {
            best = entry;
            matched[entry] = true;
        }
    }
    const struct cs_desired *desired = &document->desired;
    const struct cs_desired_entry *wanted = NULL;
    if (best >= 0) {
        wanted = model->wanted[best] ? &desired->entries[best] : NULL;
    } else if (model->all) {
        wanted = &desired->rest;
    }
    assert_ptr_equal(cs_desired_match(&document->desired, id, name, strategy), wanted);
    assert_true(wanted == NULL || wanted->setting == CONNSYNC_NEVER_ON_LOGIN);
}

/* Each entry that was not matched is told once, in the order of the document. */
static void check_unmatched(struct document *document, const struct model *model,
                            const bool *matched)
{
    struct cs_desired_fault fault;
    size_t next = 0;

    for (size_t i = 0; i < model->count; i++) {
        if (!matched[i]) {
            assert_true(cs_desired_next_unmatched(&document->desired, &next, &fault));
            assert_int_equal(fault.error, CS_DESIRED_ERR_UNMATCHED);
            assert_int_equal(next, i + 1);
            assert_int_equal(fault.place.list,
                             model->wanted[i] ? CS_DESIRED_CONNECTIONS : CS_DESIRED_EXCEPT);
        }
    }
    assert_false(cs_desired_next_unmatched(&document->desired, &next, &fault));
    cs_desired_forget_matches(&document->desired);
    next = 0;
    assert_int_equal(cs_desired_next_unmatched(&document->desired, &next, &fault),
                     model->count > 0);
}

static void test_against_model(void **state)
{
    unsigned repeated = 0;

    (void)state;
    for (int round = 0; round < 5000; round++) {
        struct model model;
        bool matched[ENTRIES] = {false};
        char *text = make_document(&model);
        struct document document = read_quoted(text, ENTRIES);

        if (has_repeated(&model)) {
            assert_int_equal(document.fault.error, CS_DESIRED_ERR_REPEATED);
            repeated++;
        } else {
            assert_string_equal(document.sentence, "");
            for (unsigned looks = draw(12); looks > 0; looks--) {
                check_match(&document, &model, matched);
            }
            check_unmatched(&document, &model, matched);
        }
        forget(&document);
        free(text);
    }
    assert_in_range(repeated, 500, 4500); /* both ways were taken often */
}

static void test_unmatched_sentence(void **state)
{
    struct document document =
        read_quoted("{'all':true," VALUE ",'except':['x'],'connections':[{'id':'con_a'," VALUE
                    "},{'strategy':'s'," VALUE "}]}",
                    ENTRIES);
    static const char *const sentences[] = {
        "except[0]: no connection of the tenant is meant by it",
        "connections[0].id: no connection of the tenant is meant by it",
        "connections[1].strategy: no connection of the tenant is meant by it",
    };
    size_t next = 0;

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        document.ok = !cs_desired_next_unmatched(&document.desired, &next, &document.fault);
        explain(&document, document.desired.text);
        assert_string_equal(document.sentence, sentences[i]);
    }
    forget(&document);
}

/* As many entries as there may be, in an order that is bad for many sorts, each found
 * again. Quadratic work would take minutes. */
static void check_many(size_t count, bool descending)
{
    char *text = malloc(count * 80 + 64);
    size_t length = 0;
    char name[32];

    assert_non_null(text);
    length += (size_t)sprintf(text, "{'connections':[");
    for (size_t i = 0; i < count; i++) {
        length += (size_t)sprintf(text + length, "%s{'name':'a-connection-%06zu'," VALUE "}",
                                  i > 0 ? "," : "", descending ? count - i : i);
    }
    (void)strcpy(text + length, "]}");
    struct document document = read_quoted(text, count);
    assert_string_equal(document.sentence, "");
    assert_int_equal(document.desired.count, count);
    for (size_t i = 0; i < count; i++) {
        (void)sprintf(name, "a-connection-%06zu", descending ? count - i : i);
        assert_ptr_equal(cs_desired_match(&document.desired, "con_1", name, "auth0"),
                         &document.desired.entries[i]);
    }
    assert_null(cs_desired_match(&document.desired, "con_1", "a-connection", "auth0"));
    forget(&document);

    struct document crowded = read_quoted(text, count - 1);
    assert_int_equal(crowded.fault.error, CS_DESIRED_ERR_TOO_MANY);
    forget(&crowded);
    free(text);
}

static void test_thousands(void **state)
{
    (void)state;
    check_many(1, false);
    check_many(5000, false);
    check_many(CS_DESIRED_ENTRIES_MAX, true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_against_model),
        cmocka_unit_test(test_unmatched_sentence),
        cmocka_unit_test(test_thousands),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
