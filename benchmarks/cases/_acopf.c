/* The polar power flow model by hand; arrays in the order of _acopf_hand.py. */
#include "../peers/c_hand.h"
#include <math.h>
#include <string.h>

enum {
    COUNTS, F_BUS, T_BUS, GEN_BUS, REFERENCE, FLOW, THERMAL, SHUNT_G, SHUNT_B, G_BUSES, B_BUSES,
    BRANCH_H, THERMAL_H, SHUNT_H, COST_H, QUADRATIC, SIZES, BASE, COEFFICIENTS, PD, QD, GS, BS, C2,
    C1, C0
};
enum { P_FF, Q_FF, P_FC, P_FS, P_TT, Q_TT, P_TC, P_TS };

typedef struct {
    int nb, ng, ne, nr;
    const double *va, *vm, *pg, *qg, *p_ft, *q_ft, *p_tf, *q_tf;
} model_t;

static model_t model(const double *x)
{
    const int *n = INTS(COUNTS);
    model_t m = {n[0], n[1], n[2], n[3], x};
    m.vm = m.va + m.nb;
    m.pg = m.vm + m.nb;
    m.qg = m.pg + m.ng;
    m.p_ft = m.qg + m.ng;
    m.q_ft = m.p_ft + m.ne;
    m.p_tf = m.q_ft + m.ne;
    m.q_tf = m.p_tf + m.ne;
    return m;
}

static void constraints(model_t m, double *restrict out)
{
    const int *restrict from = INTS(F_BUS), *restrict to = INTS(T_BUS), *gen_bus = INTS(GEN_BUS);
    const double *gs = DOUBLES(GS), *bs = DOUBLES(BS), *pd = DOUBLES(PD), *qd = DOUBLES(QD);
    const int ne = m.ne;
    for (int i = 0; i < m.nr; i++) *out++ = m.va[INTS(REFERENCE)[i]];
    double *p = out, *q = out + m.nb, *flow = q + m.nb, *angle = flow + 4 * ne;
    double *limit = angle + ne;
    for (int i = 0; i < m.nb; i++) {
        p[i] = pd[i] + gs[i] * m.vm[i] * m.vm[i];
        q[i] = qd[i] - bs[i] * m.vm[i] * m.vm[i];
    }
    for (int g = 0; g < m.ng; g++) {
        p[gen_bus[g]] -= m.pg[g];
        q[gen_bus[g]] -= m.qg[g];
    }
    for (int e = 0; e < ne; e++) {
        const double *k = DOUBLES(COEFFICIENTS) + 8 * e;
        const int f = from[e], t = to[e];
        const double vf = m.vm[f], vt = m.vm[t], delta = m.va[f] - m.va[t];
        const double c = vf * vt * cos(delta), s = vf * vt * sin(delta);
        p[f] += m.p_ft[e], q[f] += m.q_ft[e], p[t] += m.p_tf[e], q[t] += m.q_tf[e];
        flow[e] = m.p_ft[e] - (k[P_FF] * vf * vf + k[P_FC] * c + k[P_FS] * s);
        flow[ne + e] = m.q_ft[e] - (k[Q_FF] * vf * vf - k[P_FS] * c + k[P_FC] * s);
        flow[2 * ne + e] = m.p_tf[e] - (k[P_TT] * vt * vt + k[P_TC] * c - k[P_TS] * s);
        flow[3 * ne + e] = m.q_tf[e] - (k[Q_TT] * vt * vt - k[P_TS] * c - k[P_TC] * s);
        angle[e] = delta;
        limit[e] = m.p_ft[e] * m.p_ft[e] + m.q_ft[e] * m.q_ft[e];
        limit[ne + e] = m.p_tf[e] * m.p_tf[e] + m.q_tf[e] * m.q_tf[e];
    }
}

static void jacobian(model_t m, double *restrict out)
{
    const int *restrict from = INTS(F_BUS), *restrict to = INTS(T_BUS);
    const int *g_buses = INTS(G_BUSES), *b_buses = INTS(B_BUSES);
    memcpy(out, DOUBLES(BASE), size[BASE] * sizeof(double));
    for (int i = 0; i < size[G_BUSES]; i++)
        out[INTS(SHUNT_G)[i]] += 2 * DOUBLES(GS)[g_buses[i]] * m.vm[g_buses[i]];
    for (int i = 0; i < size[B_BUSES]; i++)
        out[INTS(SHUNT_B)[i]] -= 2 * DOUBLES(BS)[b_buses[i]] * m.vm[b_buses[i]];
    for (int e = 0; e < m.ne; e++) {
        const double *k = DOUBLES(COEFFICIENTS) + 8 * e;
        const int *restrict at = INTS(FLOW) + 16 * e, *restrict limit = INTS(THERMAL) + 4 * e;
        const double vf = m.vm[from[e]], vt = m.vm[to[e]], delta = m.va[from[e]] - m.va[to[e]];
        const double c = cos(delta), s = sin(delta), vv = vf * vt;
        const double by_c[4] = {k[P_FC], -k[P_FS], k[P_TC], -k[P_TS]};
        const double by_s[4] = {k[P_FS], k[P_FC], -k[P_TS], -k[P_TC]};
        const double own_f[4] = {2 * k[P_FF] * vf, 2 * k[Q_FF] * vf, 0, 0};
        const double own_t[4] = {0, 0, 2 * k[P_TT] * vt, 2 * k[Q_TT] * vt};
        for (int j = 0; j < 4; j++) {
            const double rest = by_c[j] * c + by_s[j] * s, turn = vv * (by_c[j] * s - by_s[j] * c);
            out[at[4 * j]] = turn;
            out[at[4 * j + 1]] = -turn;
            out[at[4 * j + 2]] = -(own_f[j] + vt * rest);
            out[at[4 * j + 3]] = -(own_t[j] + vf * rest);
        }
        out[limit[0]] = 2 * m.p_ft[e];
        out[limit[1]] = 2 * m.q_ft[e];
        out[limit[2]] = 2 * m.p_tf[e];
        out[limit[3]] = 2 * m.q_tf[e];
    }
}

static void hessian(model_t m, const double *weights, double *restrict out)
{
    const int *restrict from = INTS(F_BUS), *restrict to = INTS(T_BUS), ne = m.ne;
    const double *p = weights + 1 + m.nr, *q = p + m.nb, *l = q + m.nb, *limit = l + 5 * ne;
    const int *shunt = INTS(SHUNT_H), *g_buses = INTS(G_BUSES), *b_buses = INTS(B_BUSES);
    memset(out, 0, INTS(SIZES)[1] * sizeof(double));
    for (int i = 0; i < size[QUADRATIC]; i++)
        out[INTS(COST_H)[i]] += 2 * weights[0] * DOUBLES(C2)[INTS(QUADRATIC)[i]];
    for (int i = 0; i < size[G_BUSES]; i++)
        out[*shunt++] += 2 * p[g_buses[i]] * DOUBLES(GS)[g_buses[i]];
    for (int i = 0; i < size[B_BUSES]; i++)
        out[*shunt++] -= 2 * q[b_buses[i]] * DOUBLES(BS)[b_buses[i]];
    for (int e = 0; e < ne; e++) {
        const double *k = DOUBLES(COEFFICIENTS) + 8 * e;
        const int *restrict at = INTS(BRANCH_H) + 10 * e, *restrict own = INTS(THERMAL_H) + 4 * e;
        const double vf = m.vm[from[e]], vt = m.vm[to[e]], delta = m.va[from[e]] - m.va[to[e]];
        const double c = cos(delta), s = sin(delta);
        const double l0 = l[e], l1 = l[ne + e], l2 = l[2 * ne + e], l3 = l[3 * ne + e];
        /* The branch's part is a vf^2 + b vt^2 + vf vt (by_c cos + by_s sin). */
        const double by_c = -(l0 * k[P_FC] - l1 * k[P_FS] + l2 * k[P_TC] - l3 * k[P_TS]);
        const double by_s = -(l0 * k[P_FS] + l1 * k[P_FC] - l2 * k[P_TS] - l3 * k[P_TC]);
        const double g = by_c * c + by_s * s, h = by_s * c - by_c * s, curve = vf * vt * g;
        out[at[0]] -= curve;
        out[at[1]] -= curve;
        out[at[2]] += curve;
        out[at[3]] += vt * h;
        out[at[4]] += vf * h;
        out[at[5]] -= vt * h;
        out[at[6]] -= vf * h;
        out[at[7]] -= 2 * (l0 * k[P_FF] + l1 * k[Q_FF]);
        out[at[8]] -= 2 * (l2 * k[P_TT] + l3 * k[Q_TT]);
        out[at[9]] += g;
        out[own[0]] = out[own[1]] = 2 * limit[e];
        out[own[2]] = out[own[3]] = 2 * limit[ne + e];
    }
}

void evaluate(char what, const double *x, const double *weights, double *out)
{
    const model_t m = model(x);
    const double *c2 = DOUBLES(C2), *c1 = DOUBLES(C1);
    if (what == 'f') {
        double cost = DOUBLES(C0)[0];
        for (int g = 0; g < m.ng; g++) cost += c2[g] * m.pg[g] * m.pg[g] + c1[g] * m.pg[g];
        *out = cost;
    } else if (what == 'd') {
        memset(out, 0, (2 * m.nb + 2 * m.ng + 4 * m.ne) * sizeof(double));
        for (int g = 0; g < m.ng; g++) out[2 * m.nb + g] = 2 * c2[g] * m.pg[g] + c1[g];
    } else if (what == 'c') {
        constraints(m, out);
    } else if (what == 'J') {
        jacobian(m, out);
    } else if (what == 'H') {
        hessian(m, weights, out);
    }
}
