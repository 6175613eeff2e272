/*
 * Makes read-only what only the start of a static program writes: tables of functions among them. A
 * dynamic loader does that for other programs; musl's start of a static one does not.
 */
#define _GNU_SOURCE

#include <link.h>
#include <stdint.h>
#include <sys/auxv.h>
#include <sys/mman.h>

/* The linker's: where the program begins in memory. */
extern const ElfW(Ehdr) __ehdr_start __attribute__((visibility("hidden")));

/* From the page in which the part begins, which nothing else is in, to the last whole one. Behind the
 * end of its segment there may be none: the linker ends the part with a page of the largest size. */
static void protect(uintptr_t begin, uintptr_t end)
{
    uintptr_t page = (uintptr_t)getauxval(AT_PAGESZ);

    for (uintptr_t at = begin & ~(page - 1); at + page <= end; at += page) {
        if (mprotect((void *)at, page, PROT_READ) != 0) {
            return;
        }
    }
}

static void __attribute__((constructor)) protect_relocated(void)
{
    uintptr_t base = (uintptr_t)&__ehdr_start;
    const ElfW(Phdr) *header = (const void *)(base + __ehdr_start.e_phoff);

    for (unsigned left = __ehdr_start.e_phnum; left > 0; left--, header++) {
        if (header->p_type == PT_GNU_RELRO) {
            protect(base + header->p_vaddr, base + header->p_vaddr + header->p_memsz);
        }
    }
}
