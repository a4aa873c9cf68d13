/* Functions of the block machine's own, over a block of n numbers; included by _machine.h.

   They hold in a range of arguments; a block with one outside goes to libm. */

static void NAME(sine_cosine)(int n, const double *x, double *sine, double *cosine) {
    const double round = 6755399441055744.0; /* 1.5 * 2**52: the sum's low bits are an integer */
    int outside = 0;
    EACH outside |= !(fabs(x[i]) <= 1e5);
    if (outside) {
        for (int i = 0; i < n; i++) {
            double t = x[i];
            sine[i] = sin(t);
            cosine[i] = cos(t);
        }
        return;
    }
    EACH {
        double t = x[i], shifted = t * 0.63661977236758138243 + round, k = shifted - round;
        double r, w, rest, hi, lo, z, s, c, h, a, b;
        long long q, bits_a, bits_b;
        memcpy(&q, &shifted, 8);
        /* Reduction with pi/2 in three parts, the result in two words (fdlibm). */
        t -= k * 1.57079632673412561417e+00;
        w = k * 6.07710050630396597660e-11;
        r = t - w;
        rest = k * 2.02226624879595063154e-21 - ((t - r) - w);
        hi = r - rest;
        lo = (r - hi) - rest;
        z = hi * hi;
        s = z * hi;
        h = 8.33333333332248946124e-03 + z * (-1.98412698298579493134e-04
            + z * (2.75573137070700676789e-06 + z * (-2.50507602534068634195e-08
            + z * 1.58969099521155010221e-10)));
        s = hi - ((z * (0.5 * lo - s * h) - lo) - s * -1.66666666666666324348e-01);
        c = z * (4.16666666666666019037e-02 + z * (-1.38888888888741095749e-03
            + z * (2.48015872894767294178e-05 + z * (-2.75573143513906633035e-07
            + z * (2.08757232129817482790e-09 + z * -1.13596475577881948265e-11)))));
        h = 0.5 * z;
        w = 1.0 - h;
        c = w + (((1.0 - w) - h) + (z * c - hi * lo));
        a = q & 1 ? c : s;
        b = q & 1 ? s : c;
        memcpy(&bits_a, &a, 8);
        memcpy(&bits_b, &b, 8);
        bits_a ^= (long long)((unsigned long long)(q & 2) << 62);
        bits_b ^= (long long)((unsigned long long)((q + 1) & 2) << 62);
        memcpy(&a, &bits_a, 8);
        memcpy(&b, &bits_b, 8);
        sine[i] = a;
        cosine[i] = b;
    }
}

static void NAME(exponential)(int n, const double *x, double *y) {
    const double round = 6755399441055744.0;
    int outside = 0;
    EACH outside |= !(fabs(x[i]) <= 700.0);
    if (outside) {
        for (int i = 0; i < n; i++) y[i] = exp(x[i]);
        return;
    }
    EACH {
        double t = x[i], shifted = t * 1.44269504088896338700 + round, k = shifted - round;
        double hi = t - k * 6.93147180369123816490e-01, lo = k * 1.90821492927058770002e-10;
        double r = hi - lo, p, scale;
        unsigned long long q;
        /* Taylor series of (exp(r) - 1 - r) / r**2; |r| is below 0.35. */
        p = 5.0e-1 + r * (1.66666666666666666667e-01 + r * (4.16666666666666666667e-02
            + r * (8.33333333333333333333e-03 + r * (1.38888888888888888889e-03
            + r * (1.98412698412698412698e-04 + r * (2.48015873015873015873e-05
            + r * (2.75573192239858906526e-06 + r * (2.75573192239858906526e-07
            + r * (2.50521083854417187751e-08 + r * (2.08767569878680989792e-09
            + r * 1.60590438368216145994e-10))))))))));
        p = 1.0 + (hi - (lo - r * r * p));
        memcpy(&q, &shifted, 8);
        q = (q + 1023) << 52;
        memcpy(&scale, &q, 8);
        y[i] = p * scale;
    }
}

static void NAME(logarithm)(int n, const double *x, double *y) {
    int outside = 0;
    EACH outside |= !(x[i] >= DBL_MIN && x[i] <= DBL_MAX);
    if (outside) {
        for (int i = 0; i < n; i++) y[i] = log(x[i]);
        return;
    }
    EACH {
        /* x = 2**k * m with m between sqrt(1/2) and sqrt(2); fdlibm's series in f / (2 + f). */
        double m = x[i], k, f, s, z, h, p;
        unsigned long long bits, e;
        memcpy(&bits, &m, 8);
        bits += 0x3ff0000000000000ULL - 0x3fe6a09e667f3bcdULL;
        e = (bits >> 52) | 0x4330000000000000ULL;
        bits = (bits & 0x000fffffffffffffULL) + 0x3fe6a09e667f3bcdULL;
        memcpy(&m, &bits, 8);
        memcpy(&k, &e, 8);
        k -= 4503599627370496.0 + 1023.0;
        f = m - 1.0;
        s = f / (2.0 + f);
        z = s * s;
        h = 0.5 * f * f;
        p = z * (6.666666666666735130e-01 + z * (3.999999999940941908e-01
            + z * (2.857142874366239149e-01 + z * (2.222219843214978396e-01
            + z * (1.818357216161805012e-01 + z * (1.531383769920937332e-01
            + z * 1.479819860511658591e-01))))));
        y[i] = k * 6.93147180369123816490e-01
            - ((h - (s * (h + p) + k * 1.90821492927058770002e-10)) - f);
    }
}
