/* Stands in for libipopt: keeps the callbacks instead of solving, and times them in a C loop.

   A modelling system that loads libipopt hands its callbacks to CreateIpoptProblem and its data to
   IpoptSolve. This library remembers both, so that the callbacks can be called afterwards. */
#include <string.h>
#include <time.h>

typedef double number;
typedef int index_t;
typedef int (*eval_f_t)(index_t, number *, int, number *, void *);
typedef int (*eval_grad_f_t)(index_t, number *, int, number *, void *);
typedef int (*eval_g_t)(index_t, number *, int, index_t, number *, void *);
typedef int (*eval_jac_g_t)(index_t, number *, int, index_t, index_t, index_t *, index_t *,
                            number *, void *);
typedef int (*eval_h_t)(index_t, number *, int, number, index_t, number *, int, index_t, index_t *,
                        index_t *, number *, void *);

static struct {
    index_t n, m, nnz_jacobian, nnz_hessian;
    eval_f_t f;
    eval_g_t g;
    eval_grad_f_t gradient;
    eval_jac_g_t jacobian;
    eval_h_t hessian;
    void *data;
} kept;

void *CreateIpoptProblem(index_t n, number *x_lb, number *x_ub, index_t m, number *g_lb,
                         number *g_ub, index_t nnz_jacobian, index_t nnz_hessian,
                         index_t index_style, eval_f_t f, eval_g_t g, eval_grad_f_t gradient,
                         eval_jac_g_t jacobian, eval_h_t hessian)
{
    (void)x_lb, (void)x_ub, (void)g_lb, (void)g_ub, (void)index_style;
    kept.n = n, kept.m = m, kept.nnz_jacobian = nnz_jacobian, kept.nnz_hessian = nnz_hessian;
    kept.f = f, kept.g = g, kept.gradient = gradient;
    kept.jacobian = jacobian, kept.hessian = hessian;
    return &kept;
}

void FreeIpoptProblem(void *problem) { (void)problem; }
int AddIpoptStrOption(void *p, char *k, char *v) { return (void)p, (void)k, (void)v, 1; }
int AddIpoptNumOption(void *p, char *k, number v) { return (void)p, (void)k, (void)v, 1; }
int AddIpoptIntOption(void *p, char *k, index_t v) { return (void)p, (void)k, (void)v, 1; }

/* The result's row i holds i: so the caller learns at which row its constraints stand. */
int IpoptSolve(void *problem, number *x, number *g, number *objective, number *mult_g,
               number *mult_lb, number *mult_ub, void *data)
{
    (void)problem, (void)x, (void)objective, (void)mult_g, (void)mult_lb, (void)mult_ub;
    kept.data = data;
    if (g)
        for (index_t i = 0; i < kept.m; i++) g[i] = i;
    return 0;
}

void shim_sizes(index_t *sizes)
{
    sizes[0] = kept.n, sizes[1] = kept.m;
    sizes[2] = kept.nnz_jacobian, sizes[3] = kept.nnz_hessian;
}

void shim_structures(index_t *jac_rows, index_t *jac_cols, index_t *hess_rows, index_t *hess_cols)
{
    kept.jacobian(kept.n, 0, 1, kept.m, kept.nnz_jacobian, jac_rows, jac_cols, 0, kept.data);
    kept.hessian(kept.n, 0, 1, 1.0, kept.m, 0, 1, kept.nnz_hessian, hess_rows, hess_cols, 0,
                 kept.data);
}

/* Call the callbacks what[0], what[1], ... `count` times, at the points x (num_points, n) in turn;
   return seconds. */
double shim_run(const char *what, long count, number *x, long num_points, number obj_factor,
                number *multipliers, number *const *out)
{
    struct timespec start, stop;
    clock_gettime(CLOCK_MONOTONIC, &start);
    for (long k = 0; k < count; k++)
        for (int j = 0; what[j]; j++) {
            number *point = x + (k % num_points) * kept.n;
            if (what[j] == 'f') kept.f(kept.n, point, 1, out[j], kept.data);
            if (what[j] == 'd') kept.gradient(kept.n, point, 1, out[j], kept.data);
            if (what[j] == 'c') kept.g(kept.n, point, 1, kept.m, out[j], kept.data);
            if (what[j] == 'J')
                kept.jacobian(kept.n, point, 1, kept.m, kept.nnz_jacobian, 0, 0, out[j],
                              kept.data);
            if (what[j] == 'H')
                kept.hessian(kept.n, point, 1, obj_factor, kept.m, multipliers, 1,
                             kept.nnz_hessian, 0, 0, out[j], kept.data);
        }
    clock_gettime(CLOCK_MONOTONIC, &stop);
    return (double)(stop.tv_sec - start.tv_sec) + 1e-9 * (double)(stop.tv_nsec - start.tv_nsec);
}
