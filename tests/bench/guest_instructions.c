/*
 * A plugin of QEMU that counts the instructions of a firmware from one place in it to another:
 *
 *   -plugin ./guest_instructions.so,from=ADDRESS,to=ADDRESS,out=FILE[,phases=FILE]
 *
 * Both addresses are those of functions. Each time that the second is called, FILE gets a line with
 * the instructions since the first was called for the first time after the line before: how many in
 * all, and how many in each phase; and then a line "at ADDRESS COUNT" for each block that ran. A block
 * of the emulator is counted as a whole when it is entered, which it leaves early only for a fault.
 *
 * `phases` has lines of an address and a number from 1 to PHASES - 1: what runs from the call of that
 * function until it returns is in that phase, but for what it calls that has one of its own. The rest
 * is in phase 0. (A call is known by its block's end, where the function returns to.)
 *
 * Debian ships no header for plugins. What is declared here is the interface of QEMU 7.2, of which
 * another version may refuse the number below.
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define INTERFACE 1
#define USES_NO_REGISTERS 0
#define EXPORTED __attribute__((visibility("default")))
#define PHASES 16
#define PLACES 64
#define DEPTH 32

typedef uint64_t qemu_plugin_id_t;
struct qemu_info;
struct qemu_plugin_tb;
struct qemu_plugin_insn;
typedef void translated_block(qemu_plugin_id_t id, struct qemu_plugin_tb *block);
typedef void entered_block(unsigned processor, void *context);

void qemu_plugin_register_vcpu_tb_trans_cb(qemu_plugin_id_t id, translated_block *callback);
void qemu_plugin_register_vcpu_tb_exec_cb(struct qemu_plugin_tb *block, entered_block *callback,
                                          int registers, void *context);
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *block);
uint64_t qemu_plugin_tb_vaddr(const struct qemu_plugin_tb *block);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *block, size_t index);
uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn *instruction);
size_t qemu_plugin_insn_size(const struct qemu_plugin_insn *instruction);
int qemu_plugin_install(qemu_plugin_id_t id, const struct qemu_info *info, int count, char **words);

extern int qemu_plugin_version;
EXPORTED int qemu_plugin_version = INTERFACE;

struct block {
    struct block *next;
    uint64_t address, end, instructions, executed;
    unsigned phase; /* that begins here, or 0 */
};

static struct {
    uint64_t from, to;
    FILE *out;
    struct block *blocks;
    uint64_t by_phase[PHASES];
    uint64_t end; /* of the block before */
    bool counting;
    struct {
        uint64_t address;
        unsigned phase;
    } places[PLACES];
    size_t place_count;
    struct {
        uint64_t back;
        unsigned phase;
    } calls[DEPTH];
    size_t depth;
} self;

static void follow_calls(const struct block *block)
{
    for (size_t i = self.depth; i > 0; i--) {
        if (self.calls[i - 1].back == block->address) {
            self.depth = i - 1;
            break;
        }
    }
    if (block->phase != 0 && self.depth < DEPTH) {
        self.calls[self.depth].back = self.end;
        self.calls[self.depth].phase = block->phase;
        self.depth++;
    }
    self.end = block->end;
}

static void print_counts(void)
{
    uint64_t sum = 0;

    for (size_t i = 0; i < PHASES; i++) {
        sum += self.by_phase[i];
    }
    (void)fprintf(self.out, "%" PRIu64, sum);
    for (size_t i = 0; i < PHASES; i++) {
        (void)fprintf(self.out, " %" PRIu64, self.by_phase[i]);
        self.by_phase[i] = 0;
    }
    (void)fprintf(self.out, "\n");
    for (struct block *block = self.blocks; block != NULL; block = block->next) {
        if (block->executed > 0) {
            (void)fprintf(self.out, "at %#" PRIx64 " %" PRIu64 "\n", block->address,
                          block->executed);
            block->executed = 0;
        }
    }
    (void)fflush(self.out);
}

static void enter(unsigned processor, void *context)
{
    struct block *block = context;

    (void)processor;
    follow_calls(block);
    if (block->address == self.from) {
        self.counting = true;
    } else if (block->address == self.to && self.counting) {
        self.counting = false;
        print_counts();
    }
    if (self.counting) {
        self.by_phase[self.depth == 0 ? 0 : self.calls[self.depth - 1].phase] +=
            block->instructions;
        block->executed += block->instructions;
    }
}

static unsigned phase_at(uint64_t address)
{
    for (size_t i = 0; i < self.place_count; i++) {
        if (self.places[i].address == address) {
            return self.places[i].phase;
        }
    }
    return 0;
}

static void on_translation(qemu_plugin_id_t id, struct qemu_plugin_tb *translated)
{
    struct block *block = calloc(1, sizeof *block);

    (void)id;
    if (block == NULL) {
        abort();
    }
    block->address = qemu_plugin_tb_vaddr(translated);
    block->instructions = qemu_plugin_tb_n_insns(translated);
    const struct qemu_plugin_insn *last =
        qemu_plugin_tb_get_insn(translated, (size_t)block->instructions - 1);
    block->end = qemu_plugin_insn_vaddr(last) + qemu_plugin_insn_size(last);
    block->phase = phase_at(block->address);
    block->next = self.blocks;
    self.blocks = block;
    qemu_plugin_register_vcpu_tb_exec_cb(translated, enter, USES_NO_REGISTERS, block);
}

static const char *value_of(const char *name, int count, char **words)
{
    size_t length = strlen(name);

    for (int i = 0; i < count; i++) {
        if (strncmp(words[i], name, length) == 0 && words[i][length] == '=') {
            return words[i] + length + 1;
        }
    }
    return "";
}

static void read_places(const char *path)
{
    char line[64];
    FILE *file = fopen(path, "r");

    while (file != NULL && self.place_count < PLACES && fgets(line, sizeof line, file) != NULL) {
        char *rest = NULL;
        self.places[self.place_count].address = strtoull(line, &rest, 0);
        self.places[self.place_count].phase = (unsigned)strtoul(rest, NULL, 10) % PHASES;
        self.place_count++;
    }
    if (file != NULL) {
        (void)fclose(file);
    }
}

EXPORTED int qemu_plugin_install(qemu_plugin_id_t id, const struct qemu_info *info, int count,
                                 char **words)
{
    (void)info;
    self.from = strtoull(value_of("from", count, words), NULL, 0);
    self.to = strtoull(value_of("to", count, words), NULL, 0);
    self.out = fopen(value_of("out", count, words), "w");
    if (self.out == NULL) {
        return -1;
    }
    read_places(value_of("phases", count, words));
    qemu_plugin_register_vcpu_tb_trans_cb(id, on_translation);
    return 0;
}
