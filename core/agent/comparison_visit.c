/*
 * Tells the names of members that a write did not leave, or make, as it was to. The comparison
 * holds digests only, so the texts are read again, with the verdicts of the last read-back.
 */
#include "core/agent/comparison_state.h"

static enum cs_fate fate_of_kept(const struct cs_kept_member *kept)
{
    if ((kept->value & CS_MARK_SEEN) != 0) {
        return CS_FATE_EQUAL;
    }
    if ((kept->value & CS_MARK_REPLACED) == 0) {
        return CS_FATE_LOST;
    }
    return (kept->value & CS_MARK_DERIVED) != 0 ? CS_FATE_DERIVED : CS_FATE_CHANGED;
}

/* Of a member that was to be there. */
static enum cs_fate fate_of_wanted(const struct cs_comparison *comparison,
                                   const struct cs_digested_member *member)
{
    struct cs_kept_member digests = cs_kept_of(member);
    const struct cs_changed_name *changed = cs_comparison_find_changed(comparison, digests.name);

    if (changed != NULL) {
        return cs_comparison_fate_of_changed(comparison, changed);
    }
    size_t i = cs_comparison_find_kept(comparison, &digests);
    return i < comparison->kept_count ? fate_of_kept(&comparison->kept[i]) : CS_FATE_ADDED;
}

/* Of one that is there: those of the first kind are known already. */
static enum cs_fate fate_of_found(const struct cs_comparison *comparison,
                                  const struct cs_digested_member *member)
{
    const struct cs_kept_member first = {cs_kept_of(member).name, 0};
    const struct cs_changed_name *changed = cs_comparison_find_changed(comparison, first.name);
    size_t i = cs_comparison_find_kept(comparison, &first);

    if (changed != NULL) {
        return changed->wanted == 0 ? cs_comparison_fate_of_changed(comparison, changed)
                                    : CS_FATE_EQUAL;
    }
    return i < comparison->kept_count && comparison->kept[i].name == first.name ? CS_FATE_EQUAL
                                                                                : CS_FATE_ADDED;
}

static void visit_each(const struct cs_comparison *comparison, struct cs_slice object,
                       enum cs_fate (*fate_of)(const struct cs_comparison *,
                                               const struct cs_digested_member *),
                       const struct cs_comparison_visitor *visitor)
{
    struct cs_digested_member member;
    struct cs_digest_walk walk;

    cs_digest_walk_begin(&walk, &object, comparison->key);
    while (cs_comparison_next(comparison, &walk, &member)) {
        enum cs_fate fate = fate_of(comparison, &member);
        if (fate != CS_FATE_EQUAL) {
            visitor->visit(visitor->context, fate, member.name);
        }
    }
}

void cs_comparison_visit(const struct cs_comparison *comparison, struct cs_slice wanted,
                         struct cs_slice now, const struct cs_comparison_visitor *visitor)
{
    visit_each(comparison, wanted, fate_of_wanted, visitor);
    visit_each(comparison, now, fate_of_found, visitor);
}
