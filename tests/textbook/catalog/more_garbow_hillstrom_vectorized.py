"""Moré, Garbow and Hillstrom 17 to 35: residuals as arrays."""

import numpy as np

from asdopt import Problem

from catalog._entry import MGH, textbook


def least_squares(residuals, x0):
    return Problem(lambda x: np.sum(np.square(residuals(x))), x0=np.asarray(x0, dtype=float))


Y17 = (
    np.array(
        """844 908 932 936 925 908 881 850 818 784 751 718 685 658 628 603 580 558 538 522 506 490
    478 467 457 448 438 431 424 420 414 411 406""".split(),
        dtype=float,
    )
    / 1000
)


@textbook("MGH17", 5.46489e-5, MGH, rel=1e-5, options={"tol": 1e-10})
def osborne1():
    t = 10 * np.arange(33)

    def residuals(x):
        return Y17 - (x[0] + x[1] * np.exp(-t * x[3]) + x[2] * np.exp(-t * x[4]))

    return least_squares(residuals, [0.5, 1.5, -1, 0.01, 0.02])


Y19 = (
    np.fromstring(
        """1366 1191 1112 1013 991 885 831 847 786 725 746 679 608 655 616 606 602 626 651 724 649
    649 694 644 624 661 612 558 533 495 500 423 395 375 372 391 396 405 428 429 523 562 607 653
    672 708 633 668 645 632 591 559 597 625 739 710 729 720 636 581 428 292 162 98 54""",
        sep=" ",
    )
    / 1000
)


@textbook("MGH19", 4.01377e-2, MGH, rel=2e-6)
def osborne2():
    t = np.linspace(0, 6.4, 65)

    def residuals(x):
        peaks = x[1:4, None] * np.exp(-x[5:8, None] * (t - x[8:, None]) ** 2)
        return Y19 - (x[0] * np.exp(-t * x[4]) + peaks.sum(axis=0))

    return least_squares(residuals, [1.3, 0.65, 0.65, 0.7, 0.6, 3, 5, 7, 2, 4.5, 5.5])


@textbook("MGH20, n = 12", 4.72238e-10, MGH, rel=1e-4, options={"tol": 1e-13})
def watson12():
    n = 12
    t = np.arange(1, 30)[:, np.newaxis] / 29
    powers = t ** np.arange(n)
    slopes = np.arange(1, n) * powers[:, :-1]

    def residuals(x):
        return np.concatenate(
            [slopes @ x[1:] - (powers @ x) ** 2 - 1, [x[0], x[1] - x[0] ** 2 - 1]]
        )

    return least_squares(residuals, np.zeros(n))


@textbook("MGH21", 0.0, MGH)
def extended_rosenbrock():
    n = 20

    def residuals(x):
        r = np.empty(n)
        r[::2] = 10 * (x[1::2] - x[::2] ** 2)
        r[1::2] = 1 - x[::2]
        return r

    return least_squares(residuals, np.tile([-1.2, 1], n // 2))


@textbook("MGH22", 0.0, MGH, abs=1e-6)
def extended_powell_singular():
    def f(x):
        a, b, c, d = x.reshape(-1, 4).T
        return np.sum((a + 10 * b) ** 2 + 5 * (c - d) ** 2 + (b - 2 * c) ** 4 + 10 * (a - d) ** 4)

    return Problem(f, x0=np.tile([3.0, -1, 0, 1], 5))


def penalty1(n):
    def residuals(x):
        return np.append(np.sqrt(1e-5) * (x - 1), x @ x - 0.25)

    return least_squares(residuals, np.arange(1, n + 1))


@textbook("MGH23, n = 4", 2.24997e-5, MGH, rel=5e-6, options={"tol": 1e-10})
def penalty1_4():
    return penalty1(4)


@textbook("MGH23, n = 10", 7.08765e-5, MGH, rel=2e-6, options={"tol": 1e-10})
def penalty1_10():
    return penalty1(10)


def penalty2(n):
    i = np.arange(2, n + 1)
    y = np.exp(i / 10) + np.exp((i - 1) / 10)

    def residuals(x):
        e = np.exp(x / 10)
        return np.hstack(
            [
                x[0] - 0.2,
                np.sqrt(1e-5) * (e[1:] + e[:-1] - y),
                np.sqrt(1e-5) * (e[1:] - np.exp(-0.1)),
                np.arange(n, 0, -1) @ x**2 - 1,
            ]
        )

    return least_squares(residuals, np.full(n, 0.5))


@textbook("MGH24, n = 4", 9.37629e-6, MGH, rel=2e-6, options={"tol": 1e-10})
def penalty2_4():
    return penalty2(4)


@textbook("MGH24, n = 10", 2.93660e-4, MGH, rel=1e-5, options={"tol": 1e-10})
def penalty2_10():
    return penalty2(10)


@textbook("MGH25", 0.0, MGH)
def variably_dimensioned():
    n = 10
    j = np.arange(1, n + 1)

    def residuals(x):
        s = j @ (x - 1)
        return np.concatenate((x - 1, [s, s**2]))

    return least_squares(residuals, 1 - j / n)


@textbook("MGH28", 0.0, MGH)
def discrete_boundary_value():
    n = 30
    h = 1 / (n + 1)
    t = h * np.arange(1, n + 1)

    def residuals(x):
        padded = np.pad(x, 1)
        return 2 * x - padded[:-2] - padded[2:] + h**2 * (x + t + 1) ** 3 / 2

    return least_squares(residuals, t * (t - 1))


@textbook("MGH30", 0.0, MGH)
def broyden_tridiagonal():
    n = 40

    def residuals(x):
        r = (3 - 2 * x) * x + 1
        r[1:] -= x[:-1]
        r[:-1] -= 2 * x[1:]
        return r

    return least_squares(residuals, -np.ones(n))


@textbook("MGH32", 20 - 8.0, MGH)
def linear_full_rank():
    m, n = 20, 8

    def residuals(x):
        r = -2 / m * np.sum(x) * np.ones(m) - 1
        r[:n] += x
        return r

    return least_squares(residuals, np.ones(n))


@textbook("MGH33", 20 * 19 / (2 * 41), MGH)
def linear_rank_one():
    m, n = 20, 8
    A = np.outer(np.arange(1, m + 1), np.arange(1, n + 1))
    return least_squares(lambda x: A @ x - 1, np.ones(n))


@textbook("MGH34", (400 + 60 - 6) / (2 * 37), MGH)
def linear_rank_one_with_zeros():
    m, n = 20, 8
    A = np.outer(np.arange(m), np.arange(1, n + 1))
    A[-1] = 0
    A[:, [0, -1]] = 0
    return least_squares(lambda x: np.matmul(A, x) - np.ones(m), np.ones(n))
