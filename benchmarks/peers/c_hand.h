/* What a hand-written workload is given and must define; see c_hand_run.c. */
#ifndef C_HAND_H
#define C_HAND_H
#define MAX_ARRAYS 64

/* Data handed over by the workload, by number. */
extern const void *array[MAX_ARRAYS];
extern long size[MAX_ARRAYS];
#define DOUBLES(k) ((const double *)array[k])
#define INTS(k) ((const int *)array[k])

/* what: 'f' objective, 'd' gradient, 'c' constraints, 'J' Jacobian values, 'H' Hessian values
   (lower triangle) of weights[0] f + weights[1:] c. All of `out` is written. */
void evaluate(char what, const double *x, const double *weights, double *out);

#endif
