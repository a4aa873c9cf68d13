#ifndef ASDOPT_MODES_H
#define ASDOPT_MODES_H

/* How the values of one row of a block reach their places. */
enum {
    STORE,      /* each place belongs to one value of the whole evaluation */
    ADD_TO,     /* places are shared */
    ADD_TO_ONE, /* all values of the row have one place */
    STORE_RUN,  /* places are consecutive and belong to one value each */
    ADD_SOME    /* as ADD_TO; values whose place is -1 are zero and dropped */
};

#endif
