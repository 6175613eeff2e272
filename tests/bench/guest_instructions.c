/*
 * A plugin of QEMU that counts the instructions of a firmware from one place in it to another:
 *
 *   -plugin ./guest_instructions.so,from=ADDRESS,to=ADDRESS,out=FILE
 *
 * Both addresses are those of functions. Each time that the second is called, FILE gets a line with
 * the instructions since the first was called for the first time after the line before. A block of
 * the emulator is counted as a whole when it is entered, which it leaves early only for a fault.
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

typedef uint64_t qemu_plugin_id_t;
struct qemu_info;
struct qemu_plugin_tb;
typedef void translated_block(qemu_plugin_id_t id, struct qemu_plugin_tb *block);
typedef void entered_block(unsigned processor, void *context);

void qemu_plugin_register_vcpu_tb_trans_cb(qemu_plugin_id_t id, translated_block *callback);
void qemu_plugin_register_vcpu_tb_exec_cb(struct qemu_plugin_tb *block, entered_block *callback,
                                          int registers, void *context);
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *block);
uint64_t qemu_plugin_tb_vaddr(const struct qemu_plugin_tb *block);
int qemu_plugin_install(qemu_plugin_id_t id, const struct qemu_info *info, int count, char **words);

extern int qemu_plugin_version;
EXPORTED int qemu_plugin_version = INTERFACE;

static struct {
    uint64_t from, to;
    FILE *out;
    uint64_t executed, start;
    bool counting;
} self;

static void enter_any(unsigned processor, void *context)
{
    (void)processor;
    self.executed += (uintptr_t)context;
}

static void enter_first(unsigned processor, void *context)
{
    if (!self.counting) {
        self.counting = true;
        self.start = self.executed;
    }
    enter_any(processor, context);
}

static void enter_last(unsigned processor, void *context)
{
    if (self.counting) {
        self.counting = false;
        (void)fprintf(self.out, "%" PRIu64 "\n", self.executed - self.start);
        (void)fflush(self.out);
    }
    enter_any(processor, context);
}

static void on_translation(qemu_plugin_id_t id, struct qemu_plugin_tb *block)
{
    uint64_t address = qemu_plugin_tb_vaddr(block);
    entered_block *entered = enter_any;

    (void)id;
    if (address == self.from) {
        entered = enter_first;
    } else if (address == self.to) {
        entered = enter_last;
    }
    // NOLINTNEXTLINE(performance-no-int-to-ptr): the context is a number here.
    void *instructions = (void *)(uintptr_t)qemu_plugin_tb_n_insns(block);
    qemu_plugin_register_vcpu_tb_exec_cb(block, entered, USES_NO_REGISTERS, instructions);
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
    qemu_plugin_register_vcpu_tb_trans_cb(id, on_translation);
    return 0;
}
