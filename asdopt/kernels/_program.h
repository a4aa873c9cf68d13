/* A register program with the data of its instances, as the block machine reads it. */
#ifndef ASDOPT_PROGRAM_H
#define ASDOPT_PROGRAM_H

#include <stdint.h>

typedef struct {
    uint16_t op, d, a, b, c, e;
    double k;
} Instruction;

typedef struct {
    const Instruction *code;
    int num_registers, num_data, num_gathered, num_staged, num_index, width;
    int num_instances, num_blocks, num_steps;
    double *data;                /* [block][row][width]: constants of the instances */
    const int *index;            /* [block][row][width]: where to gather from and scatter to */
    const unsigned char *modes;  /* [block][row]: how to gather or scatter */
} Program;

#endif
