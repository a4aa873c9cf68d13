# Bits of a node's class; a node that does not depend on the inputs has none.
# DX, DY: the first derivative with respect to operand a, b does not vanish; TERMS: the same for
# some term of a weighted sum. DXX, DXY, DYY: the second derivatives, where both operands are
# ACTIVE: their gradients are not empty. LIVE: an output depends on the node through nonzero
# first derivatives.
cdef enum:
    DX = 1
    DY = 2
    TERMS = 4
    ACTIVE = 8
    DXX = 16
    DXY = 32
    DYY = 64
    LIVE = 128
