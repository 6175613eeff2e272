/*
 * What the mutants in a file are asked for: whether one of them is the one that this run is about. Made for
 * a copy of the sources, which tools/mutate builds; nothing that is shipped includes it.
 */
#ifndef CS_MUTANT_H
#define CS_MUTANT_H

/* The one that is in force, 0 for none; and, where that is asked for, a mark for each that was reached. */
extern unsigned cs_mutant;
extern unsigned char *cs_mutant_reached;

static inline int cs_at(unsigned number)
{
    if (__builtin_expect(cs_mutant_reached != 0, 0)) {
        cs_mutant_reached[number] = 1;
    }
    return number != 0 && cs_mutant == number;
}

#define cs_condition(condition, deny, to_true, to_false)                                           \
    ({                                                                                             \
        _Bool cs_c = (condition);                                                                  \
        cs_at(to_true) ? 1 : cs_at(to_false) ? 0 : cs_at(deny) ? !cs_c : cs_c;                     \
    })

/* The right side of the one is evaluated where that of the other is not. */
#define cs_and(left, right, number)                                                                \
    ({                                                                                             \
        _Bool cs_c = (left);                                                                       \
        (cs_c != (_Bool)cs_at(number)) ? (_Bool)(right) : cs_c;                                    \
    })
#define cs_or(left, right, number)                                                                 \
    ({                                                                                             \
        _Bool cs_c = (left);                                                                       \
        (cs_c == (_Bool)cs_at(number)) ? (_Bool)(right) : cs_c;                                    \
    })

#endif
