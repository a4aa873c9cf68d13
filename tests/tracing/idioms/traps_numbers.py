"""Short functions, each with one trap: numbers, builtins, the module math, text."""

import math


def trap_021(x):
    return round(x[0], 2) + round(float(x[1]), 1)


def trap_022(x):
    return math.floor(x[2]) + math.trunc(x[2]) * x[0]


def trap_023(x):
    return float(x[0]).is_integer() * x[1] + x[2]


def trap_052(x):
    return "ab".index("b") * x[0] * "a b".split().__len__()


def trap_053(x):
    return x[0] * int(f"{3}") * float("1e1")


def trap_054(x):
    return math.exp(x[0]) if x is not None else 0


def trap_070(x):
    return 5 - x[0] ** (-2) / (3 // 2) % 4


def trap_071(x):
    y = x[0]
    y += 1
    y *= 2
    y -= x[1]
    y /= 3
    y **= 2
    return y + x[0]


def trap_072(x):
    return -x[0] + +x[1] + abs(-x[2])


def trap_073(x):
    return divmod(x[2], 0.3)[1]


def trap_074(x):
    return max(x, default=0) + min(*x) + max(x[0], 2, key=lambda v: -v)


def trap_075(x):
    return sum(x, start=1.0) + sum((x[0], x[1]))


def trap_077(x):
    return math.hypot(x[0], 3) + math.atan2(1, x[0]) + math.atan2(x[1], -1)


def trap_078(x):
    return math.comb(4, 2) * x[0] ** math.factorial(3)


def trap_079(x):
    return math.log(x[0], 10) + math.log(2, x[1]) + math.log(2, 4)


def trap_080(x):
    return math.sqrt(4) * x[0]


def trap_107(x):
    return (
        math.fsum((v * v for v in x)) + math.sumprod(x, x)
        if hasattr(math, "sumprod")
        else math.fsum((v * v for v in x))
    )


def trap_108(x):
    return x[0].item() + float(x[1:2][0]) + x[2].__float__().__add__(1) if False else x[0].item()


def trap_135(x):
    return "%d" % 3 and x[0]


def trap_136(x):
    return f"{x[0]:.3f}" < "z" and x[0]


def trap_137(x):
    return str(x[0])[0] and x[0]


def trap_138(x):
    return len(str(3.0)) * x[0]


def trap_231(x):
    return math.ulp(1.0) * x[0] + math.nextafter(1, 2) * x[1]
