"""Prints the golden bits of golden.rs: docs/determinism.md in exact rational arithmetic, with one rounding function.

Run it with Python 3 alone: `python3 golden_reference.py`.
"""
import math, struct
from fractions import Fraction as Q

LIMIT = 2 ** 24 * 2 ** 104

def bits(x): return struct.unpack("<I", struct.pack("<f", x))[0]
def real(b): return struct.unpack("<f", struct.pack("<I", b))[0]

def rounded(q):
    """The exact number q, not zero, to the nearest binary32, ties to even."""
    size, exponent = abs(q), -149
    while size / Q(2) ** exponent >= 2 ** 24: exponent += 1
    mantissa = round(size / Q(2) ** exponent)  # Python rounds a fraction to even
    value = math.inf if mantissa * Q(2) ** exponent >= LIMIT else math.ldexp(mantissa, exponent)
    return math.copysign(value, q)

def sign(x): return math.copysign(1.0, x)
def fma(a, b, c):
    exact = Q(a) * Q(b) + Q(c)
    if exact: return rounded(exact)
    product = sign(a) * sign(b)
    return -0.0 if product < 0 and sign(c) < 0 else 0.0
def add(a, b): return fma(a, 1.0, b)
def sub(a, b): return fma(b, -1.0, a)
def mul(a, b): return rounded(Q(a) * Q(b)) if a and b else sign(a) * sign(b) * 0.0
def div(a, b):
    if math.isinf(b): return 0.0
    return rounded(Q(a) / Q(b)) if a else sign(b) * a

def horner(constants, x):
    p = real(constants[0])
    for c in constants[1:]: p = add(mul(p, x), real(c))
    return p

def exp(x):
    x = min(max(x, -104.0), rounded(Q(888, 10)))
    shifted = add(mul(x, real(0x3fb8aa3b)), real(0x4b400000))
    n = sub(shifted, real(0x4b400000))
    r = sub(sub(x, mul(n, real(0x3f318000))), mul(n, real(0xb95e8083)))
    p = horner([0x39506967, 0x3ab743ce, 0x3c088908, 0x3d2aa9c1, 0x3e2aaaaa, 0x3f000000], r)
    y = add(add(mul(p, mul(r, r)), r), 1.0)
    half = int(n) >> 1
    return mul(mul(y, 2.0 ** half), 2.0 ** (int(n) - half))

def sigmoid(x): e = exp(-x); return div(1.0, math.inf if math.isinf(e) else add(1.0, e))
def tanh(x):
    z = abs(x)
    if z < 0.625:
        s = mul(z, z)
        p = horner([0xbbbaf0ea, 0x3ca9134e, 0xbd5c1e2d, 0x3e088393, 0xbeaaaa99], s)
        z = add(mul(mul(p, s), z), z)
    else:
        e = exp(mul(2.0, z))
        z = sub(1.0, div(2.0, math.inf if math.isinf(e) else add(e, 1.0)))
    return -z if x < 0 else z

def reduce16(row, start, combine):
    lanes = [start] * 16
    for i, x in enumerate(row): lanes[i % 16] = combine(lanes[i % 16], x)
    for width in (8, 4, 2, 1):
        for l in range(width): lanes[l] = combine(lanes[l], lanes[l + width])
    return lanes[0]

def softmax(row):
    m = reduce16(row, -math.inf, lambda a, b: b if b > a else a)
    e = [exp(sub(x, m)) for x in row]
    total = reduce16(e, 0.0, add)
    return [div(x, total) for x in e]

def states(seed):
    while True: seed = (seed * 1664525 + 1013904223) % 2 ** 32; yield seed
def take(seed, count, f): s = states(seed); return [f(next(s)) for _ in range(count)]
def floats(seed, count): return take(seed, count, lambda s: ((s >> 8) - 2 ** 23) / 2 ** 22)
def int8s(seed, count): return take(seed, count, lambda s: (s >> 8) % 255 - 127)

def chain(xs, ws):
    acc = 0.0
    for x, w in zip(xs, ws): acc = fma(x, w, acc)
    return acc

def linear(x, w, b, rows, k, outputs):
    return [add(chain(x[r*k:][:k], w[o*k:][:k]), b[o]) for r in range(rows) for o in range(outputs)]

def conv2d(x, w, b, c, h, wd, o, kh, kw, stride, pad):
    def tap(i, y, z): return x[(i * h + y) * wd + z] if 0 <= y < h and 0 <= z < wd else 0.0
    taps = [(i, u, v) for i in range(c) for u in range(kh) for v in range(kw)]
    oh, ow = (h + 2 * pad - kh) // stride + 1, (wd + 2 * pad - kw) // stride + 1
    return [add(chain([tap(i, y * stride + u - pad, z * stride + v - pad) for i, u, v in taps],
                      w[f * len(taps):][:len(taps)]), b[f]) for f in range(o) for y in range(oh) for z in range(ow)]

def linear_i8(x, w, scales, b, rows, k, outputs):
    out = []
    for r in range(rows):
        row = x[r*k:][:k]; m = max(map(abs, row)); inverse = div(127.0, m)
        q = [int(sub(add(mul(v, inverse), real(0x4b400000)), real(0x4b400000))) for v in row]
        for o in range(outputs):
            acc = sum(a * c for a, c in zip(q, w[o*k:][:k]))
            scale = mul(div(m, 127.0), scales[o])
            out.append(add(mul(rounded(Q(acc)) if acc else 0.0, scale), b[o]))
    return out

def show(name, values):
    print(f"// {name}")
    for i in range(0, len(values), 6): print("        " + " ".join(f"0x{bits(v):08x}," for v in values[i:i+6]))

POINTS = [0x00000000, 0x80000000, 0x00000001, 0x80400000, 0x33800000, 0x3dcccccd, 0xbe99999a, 0x3f1fffff,
          0x3f200000, 0xbf800000, 0x40490fdb, 0xc0d00000, 0x41100000, 0xc2ac0000, 0xc2cf0000, 0x42b17217]
points = [real(b) for b in POINTS]
show("linear", linear(floats(1, 3*37), floats(2, 11*37), floats(3, 11), 3, 37, 11))
show("conv2d", conv2d(floats(4, 3*5*4), floats(5, 3*3*3*2), floats(6, 3), 3, 5, 4, 3, 3, 2, 2, 1))
show("linear_i8", linear_i8(floats(7, 2*21), int8s(8, 5*21), [s / 64 for s in floats(9, 5)], floats(10, 5), 2, 21, 5))
show("softmax", [v for i in (0, 67) for v in softmax(floats(11, 134)[i:i+67])][59:75])  # the seam of two rows
for f in (exp, tanh, sigmoid): show(f.__name__, [f(x) for x in points])
