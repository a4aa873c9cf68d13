#ifndef ASDOPT_MODES_H
#define ASDOPT_MODES_H

/* How the values of one row of a block reach their places, or are read from them. */
enum {
    STORE,      /* each place belongs to one value of the whole evaluation */
    STORE_RUN,  /* the same, and places are consecutive */
    ADD_TO,     /* places are shared */
    ADD_RUN,    /* the same, and places are consecutive */
    ADD_TO_ONE, /* all values of the row have one place */
    ADD_SOME,   /* as ADD_TO; values whose place is -1 are zero and dropped */
    READ,
    READ_RUN,   /* places are consecutive, and the block is full */
    READ_ONE,   /* all values of the row come from one place */
    ROWS,       /* each instance's entries are consecutive, from the place given */
    ROWS_APART, /* some are not: each entry has a place of its own */
    ONE_ORDER,  /* all instances of a block have the entries of a row in one order */
    TWO_ORDERS, /* each has one of two orders: the two directions of a branch */
    OWN_ORDERS  /* each has an order of its own */
};

enum { MOST_ENTRIES = 32 /* of a row that are stored together */ };

#endif
