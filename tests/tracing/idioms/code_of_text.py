"""Code made of text, names found at run time."""

import math
import operator
import string
import types


def use_locals(x):
    a = x[0]
    b = 2.0
    return sum((v for k, v in locals().items() if k in ("a", "b")))


def use_vars(x):

    class A:
        pass

    o = A()
    o.__dict__.update(a=x[0], b=x[1])
    return sum(vars(o).values()) * math.prod(o.__dict__.values())


def use_setattr(x):
    o = types.SimpleNamespace()
    for i, v in enumerate(x):
        setattr(o, f"v{i}", v)
    return [getattr(o, f"v{i}") * math.sin(getattr(o, "v0")) for i in range(4)] + [
        getattr(o, "zz", x[0])
    ]


def use_str_dispatch(x):
    ops = {"+": operator.add, "*": operator.mul, "sin": math.sin, "max": max, "pow": math.pow}
    st = []
    for tok in "0 sin 1 * 2 + 3 max 2c pow".split():
        if tok.isdigit():
            st.append(x[int(tok)])
        elif tok == "2c":
            st.append(2.0)
        elif tok == "sin":
            st.append(ops[tok](st.pop()))
        else:
            b, a = (st.pop(), st.pop())
            st.append(ops[tok](a, b))
    return st


def use_eval_expr(x):
    return eval("sin(a)*b + a**2", {"sin": math.sin, "a": x[0], "b": x[1]}) + eval("math.exp(x[2])")


CODE = compile("[math.sin(v) for v in x]", "<model>", "eval")


def use_eval_code(x):
    return eval(CODE)


def use_exec_inner(x):
    ns = {"x": x, "math": math}
    exec(
        "y = math.sin(x[0])\nz = [math.exp(v) for v in x]\ndef h(t):\n    return math.cos(t)\nw = h(x[1])",
        ns,
    )
    return [ns["y"], *ns["z"], ns["w"], ns["h"](x[2])]


def use_strtemplate(x):
    return (
        string.Template("$a").substitute(a=x[0])
        and x[0] * len(string.Formatter().format("{0}", x[1])) * 0 + x[0]
    )


CODE2 = compile("sin(a)*b + m.exp(a) + max(a, b)", "<formula>", "eval")


def use_eval_code2(x):
    return eval(CODE2, {"sin": math.sin, "m": math}, {"a": x[0], "b": x[1]}) + eval(
        CODE2, {"sin": math.sin, "m": math, "a": x[2], "b": x[3]}
    )


CODE3 = compile(
    "import math as q\ny = q.sin(a)\nfor k in range(2):\n    y = y * math.cos(a)\ndef f(t):\n    return math.exp(t) * y\nz = f(a)\nw = [math.sin(u) for u in (a, y)]\n",
    "<model>",
    "exec",
)


def use_exec_code3(x):
    ns = {"math": math, "a": x[0]}
    exec(CODE3, ns)
    return [ns["y"], ns["z"], *ns["w"], ns["f"](x[1])]


def use_exec_code4(x):
    loc = {"a": x[0]}
    exec(CODE3, {"math": math, "a": x[0], "y": x[1]}, loc)
    return [loc["y"]]
