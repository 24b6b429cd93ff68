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
    if math.isinf(b): return math.copysign(0.0, a)
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

def sqrt(x):
    q, shift = Q(x), 2 ** 60
    root = math.isqrt(q.numerator * q.denominator * shift ** 2)
    sticky = 0 if root ** 2 == q.numerator * q.denominator * shift ** 2 else 1
    return rounded(Q(2 * root + sticky, 2 * q.denominator * shift))

def erf(x):
    limit = real(0x407547cb)
    x = min(max(x, -limit), limit); t = mul(x, x)
    a = horner([0x39702d51, 0x3b5f5da2, 0x3d50b6eb, 0x3e3da740, 0x3f906eba], t)
    b = horner([0xb3fd3906, 0x37c588df, 0x3a856d28, 0x3c6687d4, 0x3de34c21, 0x3efeb44a, 0x3f800000], t)
    return min(max(div(mul(x, a), b), -1.0), 1.0)
def gelu(v): return mul(mul(0.5, v), add(1.0, erf(mul(v, real(0x3f3504f3)))))
def gelu_tanh(v):
    inner = mul(real(0x3f4c422a), add(v, mul(real(0x3d372713), mul(mul(v, v), v))))
    return mul(mul(0.5, v), add(1.0, tanh(inner)))
def silu(v): e = exp(-v); return div(v, math.inf if math.isinf(e) else add(1.0, e))
def rsqrt(v): return div(1.0, sqrt(v))

def squares(row): return reduce16([mul(v, v) for v in row], 0.0, add)
def layer_norm(row, weight, bias, epsilon):
    n = float(len(row)); mean = div(reduce16(row, 0.0, add), n)
    d = [sub(v, mean) for v in row]
    factor = div(1.0, sqrt(add(div(squares(d), n), epsilon)))
    return [add(mul(mul(v, factor), w), b) for v, w, b in zip(d, weight, bias)]
def rms_norm(row, weight, epsilon):
    factor = div(1.0, sqrt(add(div(squares(row), float(len(row))), epsilon)))
    return [mul(mul(v, factor), w) for v, w in zip(row, weight)]
def l2(row):
    length = sqrt(squares(row)); least = real(0x2b8cbccc)
    length = least if least > length else length
    return [div(v, length) for v in row]

# Python's floats are binary64, and each of its operations is rounded once.
def double(b): return struct.unpack("<d", struct.pack("<Q", b))[0]
def single(x): return rounded(Q(x)) if x else x
def nearest(x): shifted = x + 6755399441055744.0; return shifted - 6755399441055744.0
def power(base, exponent):
    m, e = math.frexp(base); m, e = m * 2, e - 1
    if m > double(0x3ff6a09e667f3bcd): m, e = m * 0.5, e + 1
    s = (m - 1.0) / (m + 1.0); z = s * s; p = 1.0 / 21.0
    for k in range(19, 0, -2): p = p * z + 1.0 / float(k)
    x = exponent * (float(e) * double(0x3fe62e42fefa39ef) + (2.0 * s) * p)
    n = nearest(x * double(0x3ff71547652b82fe))
    r = (x - n * double(0x3fe62e42fee00000)) - n * double(0x3dea39ef35793c76)
    p = 0.0
    for k in range(14, -1, -1): p = p * r + 1.0 / float(math.factorial(k))
    return single(math.ldexp(p, int(n)))
def sine_cosine(angle):
    n = nearest(angle * double(0x3fe45f306dc9c883)); r = angle
    for part in (0x3ff921fb54000000, 0x3e110b4611000000, 0x3c44c4c6628b80dc): r = r - n * double(part)
    z = r * r; s = c = 0.0
    for k in range(15, 1, -2): s = s * z + (-1.0 if (k // 2) % 2 else 1.0) / float(math.factorial(k))
    for k in range(16, 1, -2): c = c * z + (-1.0 if (k // 2) % 2 else 1.0) / float(math.factorial(k))
    s, c = single(s * (z * r) + r), single(c * z + 1.0)
    return [(s, c), (c, -s), (-s, -c), (-c, s)][int(n) % 4]
def rotate(head, position, base):
    half = len(head) // 2; out = [0.0] * len(head)
    for i in range(half):
        frequency = div(1.0, power(base, float(2 * i) / float(len(head))))
        s, c = sine_cosine(mul(float(position), frequency)); a, b = head[i], head[i + half]
        out[i], out[i + half] = sub(mul(a, c), mul(b, s)), add(mul(b, c), mul(a, s))
    return out

def attend(q, k, v, heads, key_heads, size, scale):
    """Causal, as many queries as keys."""
    rows, out = len(q) // (heads * size), []
    for r in range(rows):
        for h in range(heads):
            g = h * key_heads // heads
            at = lambda x, row, n, i: x[(row * n + i) * size:][:size]
            weights = softmax([mul(chain(at(q, r, heads, h), at(k, j, key_heads, g)), scale) for j in range(r + 1)])
            out += [chain(weights, [at(v, j, key_heads, g)[d] for j in range(r + 1)]) for d in range(size)]
    return out

def chacha(seed, stream):
    """The 64-bit numbers of a stream."""
    def rotl(x, n): return (x << n | x >> (32 - n)) % 2 ** 32
    key = struct.unpack("<8I", seed); counter = 0
    while True:
        start = [0x61707865, 0x3320646e, 0x79622d32, 0x6b206574, *key, counter, stream % 2 ** 32, stream >> 32, 0]
        w = start[:]
        for _ in range(10):
            for a, b, c, d in [(0, 4, 8, 12), (1, 5, 9, 13), (2, 6, 10, 14), (3, 7, 11, 15),
                               (0, 5, 10, 15), (1, 6, 11, 12), (2, 7, 8, 13), (3, 4, 9, 14)]:
                for x, y, z, n in [(a, b, d, 16), (c, d, b, 12), (a, b, d, 8), (c, d, b, 7)]:
                    w[x] = (w[x] + w[y]) % 2 ** 32; w[z] = rotl(w[z] ^ w[x], n)
        w = [(x + y) % 2 ** 32 for x, y in zip(w, start)]
        for i in range(0, 16, 2): yield w[i] | w[i + 1] << 32
        counter += 1
def sample(logits, milli, top, seed, position):
    order = sorted(range(len(logits)), key=lambda i: (-logits[i], i))
    best, candidates = order[0], sorted(order[:top] if top else order)
    temperature = div(float(milli), 1000.0)
    weights = [int(mul(exp(div(sub(logits[i], logits[best]), temperature)), 2.0 ** 31)) for i in candidates]
    total = sum(weights)
    number = next(n for n in chacha(seed, position) if n < 2 ** 64 // total * total) % total
    for i, w in zip(candidates, weights):
        if number < w: return i
        number -= w

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

def half(b):
    u = b[0] | b[1] << 8; e, m = u >> 10 & 31, u & 1023
    return (-1.0 if u >> 15 else 1.0) * (math.ldexp(m, -24) if e == 0 else math.ldexp(m + 1024, e - 25))
def int8(b): return b - 256 if b > 127 else b
def single_of(n): return rounded(Q(n)) if n else 0.0
def away(x): n = int(abs(Q(x)) + Q(1, 2)); return -n if x < 0 else n
def quantise_block(x):
    """The integers and the scale of up to 256 values."""
    v = next(v for v in x if abs(v) == max(map(abs, x)))
    if abs(v) < 2.0 ** -120: return [0] * len(x), 0.0
    f = div(-127.0, v)
    return [away(mul(a, f)) for a in x], div(1.0, f)
def parts_q8_0(b): return 32, [(half(b), [int8(v) for v in b[2:34]], None)]
def parts_q4_k(b):
    out = []
    for s in range(8):
        c, h = b[4:16], b[16 + s // 2 * 32:][:32]
        if s < 4: a, m = c[s] & 63, c[s + 4] & 63
        else: a, m = c[s + 4] & 15 | c[s - 4] >> 6 << 4, c[s + 4] >> 4 | c[s] >> 6 << 4
        out.append((mul(half(b), float(a)), [v >> 4 if s % 2 else v & 15 for v in h], mul(half(b[2:]), float(m))))
    return 256, out
def parts_q6_k(b):
    code = lambda i: (b[i // 128 * 64 + i % 64] >> (4 if i % 128 >= 64 else 0) & 15) \
        | (b[128 + i // 128 * 32 + i % 32] >> i % 128 // 32 * 2 & 3) << 4
    return 256, [(mul(half(b[208:]), float(int8(b[192 + s]))), [code(i) - 32 for i in range(16 * s, 16 * s + 16)], None)
                 for s in range(16)]
def linear_blocks(x, w, size, parts, bias, rows, k, outputs):
    out, per_row = [], len(w) // size // outputs
    for r in range(rows):
        q = [(n, d) for i in range(0, k, 256) for v, d in [quantise_block(x[r*k:][:k][i:i+256])] for n in v]
        for o in range(outputs):
            acc, i = 0.0, 0
            for b in range(per_row):
                for scale, values, minimum in parts(w[(o * per_row + b) * size:][:size])[1]:
                    d = q[i][1]; part = [n for n, _ in q[i:i + len(values)]]; i += len(values)
                    acc = fma(single_of(sum(a * c for a, c in zip(part, values))), mul(scale, d), acc)
                    if minimum is not None: acc = fma(-minimum, mul(d, single_of(sum(part))), acc)
            out.append(add(acc, bias[o]))
    return out
def dequantise(w, size, parts):
    return [sub(mul(scale, float(v)), minimum) if minimum is not None else mul(scale, float(v))
            for b in range(0, len(w), size) for scale, values, minimum in parts(w[b:b + size])[1] for v in values]
def block_bytes(seed, count, size, scales):
    """Random bytes, but for the exponents of the binary16 scales: 2^-8."""
    w = take(seed, count * size, lambda s: (s >> 8) % 256)
    for b in range(0, len(w), size):
        for at in scales: w[b + at + 1] = w[b + at + 1] & 0x83 | 0x1c
    return w

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
for f in (erf, gelu, gelu_tanh, silu): show(f.__name__, [f(x) for x in points])
show("rsqrt", [rsqrt(abs(x)) for x in points if x])
show("layer_norm", layer_norm(floats(12, 37), floats(13, 37), floats(14, 37), real(0x3727c5ac))[:12])
show("rms_norm", rms_norm(floats(12, 37), floats(13, 37), real(0x3727c5ac))[:12])
show("l2", l2(floats(12, 37))[:12])
show("rotary", rotate(floats(15, 8), 5, 10000.0) + rotate(floats(16, 8), 123456, 10000.0))
show("attend", attend(floats(17, 5*4*3), floats(18, 5*2*3), floats(19, 5*2*3), 4, 2, 3, real(0x3f13cd3a))[-24:])
print("// sample", [sample(floats(20, 50), 700, top, bytes(range(32)), p) for top in (0, 5) for p in range(12)])
for name, size, parts, scales, k in (("Q8_0", 34, parts_q8_0, [0], 288), ("Q4_K", 144, parts_q4_k, [0, 2], 512),
                                     ("Q6_K", 210, parts_q6_k, [208], 512)):
    w = block_bytes(21, 3 * k // parts(bytes(size))[0], size, scales)
    show(f"linear_blocks {name}", linear_blocks(floats(22, 2 * k), w, size, parts, floats(23, 3), 2, k, 3))
    show(f"embed {name}", dequantise(w, size, parts)[28:36])
