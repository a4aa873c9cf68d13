/* Elementary and special functions that the operator table uses and math.h does not have.
   Accuracy of each is tested against mpmath in tests/test_ops.py. */
#ifndef ASDOPT_SPECIAL_H
#define ASDOPT_SPECIAL_H

#include <float.h>
#include <math.h>

#define LN2 0.693147180559945309417232121458
#define LN10 2.30258509299404568401799145468
#define PI 3.14159265358979323846264338328
#define TWO_OVER_SQRT_PI 1.12837916709551257389615890312
#define ONE_OVER_SQRT_2PI 0.398942280401432677939946059934
#define SQRT_2_OVER_PI 0.797884560802865355879892119869
#define SQRT_HALF 0.707106781186547524400844362105

static inline double sign(double x) { return x > 0.0 ? 1.0 : x < 0.0 ? -1.0 : x; }
static inline double mask(double c, double x) { return c != 0.0 ? x : 0.0; }
/* NumPy's maximum and minimum: NaN wins, a tie keeps the first. */
static inline double maximum_(double x, double y) { return (x >= y || x != x) ? x : y; }
static inline double minimum_(double x, double y) { return (x <= y || x != x) ? x : y; }
static inline double heaviside(double x, double y) {
    return x != x ? x : x < 0.0 ? 0.0 : x > 0.0 ? 1.0 : y;
}
static inline double exp10_(double x) { return pow(10.0, x); }

/* Python's and NumPy's % and //: the remainder has the sign of the divisor. */
static inline double python_mod(double x, double y) {
    double r;
    if (y == 0.0) return NAN;
    r = fmod(x, y);
    if (r != 0.0) {
        if ((y < 0.0) != (r < 0.0)) r += y;
    } else {
        r = copysign(0.0, y);
    }
    return r;
}
static inline double floor_divide(double x, double y) {
    double r, d, fl;
    if (y == 0.0) return x / y;
    r = fmod(x, y);
    d = (x - r) / y;
    if (r != 0.0 && (y < 0.0) != (r < 0.0)) d -= 1.0;
    if (d == 0.0) return copysign(0.0, x / y);
    fl = floor(d);
    return d - fl > 0.5 ? fl + 1.0 : fl;
}

static inline double logaddexp(double x, double y) {
    if (x == y) return x + LN2;
    return x > y ? x + log1p(exp(y - x)) : x < y ? y + log1p(exp(x - y)) : x + y;
}
static inline double logaddexp2(double x, double y) {
    if (x == y) return x + 1.0;
    return x > y ? x + log1p(exp2(y - x)) / LN2 : x < y ? y + log1p(exp2(x - y)) / LN2 : x + y;
}
static inline double xlogy(double x, double y) { return x == 0.0 && y == y ? 0.0 : x * log(y); }
static inline double xlog1py(double x, double y) {
    return x == 0.0 && y == y ? 0.0 : x * log1p(y);
}
static inline double entr(double x) {
    return x == 0.0 ? 0.0 : x < 0.0 ? -INFINITY : -x * log(x);
}
/* log(x/y) where the quotient may overflow or underflow. */
static inline double log_ratio(double x, double y) {
    double r = x / y;
    return r >= DBL_MIN && r <= DBL_MAX ? log(r) : log(x) - log(y);
}
static inline double rel_entr(double x, double y) {
    if (x != x || y != y) return NAN;
    if (x > 0.0 && y > 0.0) return x * log_ratio(x, y);
    return x == 0.0 && y >= 0.0 ? 0.0 : INFINITY;
}
static inline double expit(double x) { return 1.0 / (1.0 + exp(-x)); }
static inline double log_expit(double x) { return x < 0.0 ? x - log1p(exp(x)) : -log1p(exp(-x)); }
static inline double logit(double x) {
    /* Near 1/2 the logarithm of the quotient would cancel. */
    return x < 0.3 || x > 0.65 ? log(x / (1.0 - x)) : log1p(2.0 * (x - 0.5)) - log1p(-2.0 * (x - 0.5));
}

/* pow and its derivatives; an exact 0 factor wins over an infinite one, so that x**2 at x = 0
   and x**1 have their true derivatives. */
static inline double times_log(double v, double x, int k) {
    double l;
    if (v == 0.0) return 0.0;
    l = log(x);
    return k == 1 ? v * l : v * l * l;
}
static inline double power_d1(double x, double y) { return y == 0.0 ? 0.0 : y * pow(x, y - 1.0); }
static inline double power_d11(double x, double y) {
    double c = y * (y - 1.0);
    return c == 0.0 ? 0.0 : c * pow(x, y - 2.0);
}
static inline double power_d2(double x, double y) { return times_log(pow(x, y), x, 1); }
static inline double power_d22(double x, double y) { return times_log(pow(x, y), x, 2); }
static inline double power_d12(double x, double y) {
    double w = pow(x, y - 1.0);
    return w + (y == 0.0 ? 0.0 : y * times_log(w, x, 1));
}

/* sin(pi x)/(pi x), its derivatives by series where the closed forms cancel. */
static inline double sinc(double x) {
    double z = PI * x;
    return z == 0.0 ? 1.0 : sin(z) / z;
}
static inline double sinc_d1(double x) {
    double z = PI * x, s = z * z, term, sum, k;
    if (fabs(z) > 1.5) return PI * (cos(z) - sin(z) / z) / z;
    /* d/dz = sum (-1)^k 2k z^(2k-1) / (2k+1)! */
    term = -z / 3.0;
    sum = term;
    for (k = 2.0; k < 14.0; k += 1.0) {
        term *= -s * k / ((k - 1.0) * (2.0 * k) * (2.0 * k + 1.0));
        sum += term;
    }
    return PI * sum;
}
static inline double sinc_d2(double x) {
    double z = PI * x, s = z * z, term, sum, k;
    if (fabs(z) > 1.5) return PI * PI * (-sin(z) - 2.0 * (cos(z) - sin(z) / z) / z) / z;
    /* d2/dz2 = sum (-1)^k 2k (2k-1) z^(2k-2) / (2k+1)! */
    term = -1.0 / 3.0;
    sum = term;
    for (k = 2.0; k < 14.0; k += 1.0) {
        term *= -s * (k * (2.0 * k - 1.0)) / ((k - 1.0) * (2.0 * k - 3.0) * (2.0 * k) * (2.0 * k + 1.0));
        sum += term;
    }
    return PI * PI * sum;
}

/* Polygamma functions of order 0, 1, 2: reflection, recurrence upward, asymptotic series
   (Abramowitz and Stegun 6.3.18, 6.4.11 to 6.4.14). */
static inline double digamma(double x) {
    double shift = 0.0, r, s, d;
    if (x != x || x == INFINITY) return x;
    if (x == 0.0) return copysign(INFINITY, -x);
    if (x < 0.0) {
        if (x == floor(x)) return NAN;
        return digamma(1.0 - x) - PI / tan(PI * (x - nearbyint(x)));
    }
    /* Around the root its Taylor series keeps the relative accuracy. */
    d = (x - 1.4616321449683622) - 9.5499954299656977e-17;
    if (fabs(d) < 0.1) {
        return d * (0.96767224544762117 + d * (-0.44276316898359211 + d * (0.25849976095565101
            + d * (-0.16394270544240653 + d * (0.10782405069126237 + d * (-0.072199561256454711
            + d * (0.048804288164143107 + d * (-0.033161126474847359 + d * (0.022597648232218105
            + d * (-0.015424765904948959 + d * (0.010538791616612175
            + d * (-0.0072045343863568682 + d * (0.0049267813957298535
            + d * -0.0033698016554393281)))))))))))));
    }
    while (x < 10.0) {
        shift -= 1.0 / x;
        x += 1.0;
    }
    r = 1.0 / (x * x);
    s = r * (1.0 / 12.0 - r * (1.0 / 120.0 - r * (1.0 / 252.0 - r * (1.0 / 240.0
        - r * (1.0 / 132.0 - r * (691.0 / 32760.0 - r * (1.0 / 12.0)))))));
    return shift + log(x) - 0.5 / x - s;
}
static inline double trigamma(double x) {
    double shift = 0.0, r, t;
    if (x != x) return x;
    if (x <= 0.0) {
        if (x == floor(x)) return INFINITY;
        t = sin(PI * (x - nearbyint(x)));
        return -trigamma(1.0 - x) + PI * PI / (t * t);
    }
    while (x < 12.0) {
        shift += 1.0 / (x * x);
        x += 1.0;
    }
    r = 1.0 / (x * x);
    return shift + 1.0 / x + 0.5 * r + r / x * (1.0 / 6.0 - r * (1.0 / 30.0 - r * (1.0 / 42.0
        - r * (1.0 / 30.0 - r * (5.0 / 66.0 - r * (691.0 / 2730.0 - r * (7.0 / 6.0)))))));
}
static inline double tetragamma(double x) {
    double shift = 0.0, r, t, u;
    if (x != x) return x;
    if (x <= 0.0) {
        if (x == floor(x)) return NAN;
        t = PI * (x - nearbyint(x));
        u = PI / sin(t);
        return tetragamma(1.0 - x) - 2.0 * u * u * u * cos(t);
    }
    while (x < 14.0) {
        shift -= 2.0 / (x * x * x);
        x += 1.0;
    }
    r = 1.0 / (x * x);
    return shift - r - r / x - r * r * (0.5 - r * (1.0 / 6.0 - r * (1.0 / 6.0 - r * (3.0 / 10.0
        - r * (5.0 / 6.0 - r * (691.0 / 210.0 - r * (35.0 / 2.0)))))));
}

/* Normal distribution. In the left tail the continued fraction of the Mills ratio,
   phi(z)/Q(z) = z + 1/(z + 2/(z + 3/(z + ...))), gives log_ndtr and its derivatives unharmed. */
static inline double mills_excess(double z) {
    double t = z, k;
    for (k = floor(12.0 + 500.0 / (z * z)); k > 1.0; k -= 1.0) t = z + k / t;
    return 1.0 / t;
}
static inline double ndtr(double x) { return 0.5 * erfc(-x * SQRT_HALF); }
static inline double log_ndtr(double x) {
    if (x < -3.0) return -0.5 * x * x + log(ONE_OVER_SQRT_2PI / (-x + mills_excess(-x)));
    if (x > 1.0) return log1p(-0.5 * erfc(x * SQRT_HALF));
    return log(0.5 * erfc(-x * SQRT_HALF));
}
static inline double log_ndtr_d1(double x) {
    if (x < -3.0) return -x + mills_excess(-x);
    return ONE_OVER_SQRT_2PI * exp(-0.5 * x * x) / (0.5 * erfc(-x * SQRT_HALF));
}
static inline double log_ndtr_d2(double x) {
    double p = log_ndtr_d1(x);
    return -p * (x < -3.0 ? mills_excess(-x) : x + p);
}

#endif
