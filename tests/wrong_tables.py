"""Wrong tables in the style of students, with what was done in them: written before any diagnosis of them was seen.

Each is computed here in plain numbers, by a pupil who follows a wrong rule or slips: (problem, table, truth). The truth is a
set of ids, any of which names what was done, or a place: (step, letters of the wrong coordinates).
"""

from fractions import Fraction as F
from math import sqrt
from types import SimpleNamespace

from course_utils.landscapes import BOWL, SADDLE, quadratic
from course_utils.optimizers import SGD, AdaGrad, Adam, Momentum, Nesterov, NesterovLookahead, RMSProp
from course_utils.practice.problems import StepProblem

H, Q, T = F(1, 2), F(1, 4), F(3, 4)
G = {
    "xy": lambda x, y: (y, x),
    "bowl": lambda x, y: (x / 10, 2 * y),
    "1,2": lambda x, y: (x, 2 * y),
    "1,7": lambda x, y: (x, 7 * y),
    "1,9": lambda x, y: (x, 9 * y),
    "3,1": lambda x, y: (3 * x, y),
}
LAND = {"xy": SADDLE, "bowl": BOWL} | {
    k: quadratic(*map(int, k.split(","))) for k in ("1,2", "1,7", "1,9", "3,1")
}
METHOD = {"sgd": SGD, "mom": Momentum, "nag": NesterovLookahead, "theta": Nesterov}

# --- a pupil with a velocity, or without one ---------------------------------------------------------------


def pupil(
    method,
    land,
    lr,
    mu,
    start,
    n,
    g=None,
    step=None,
    ahead=None,
    v0=(0, 0),
    write=None,
    slips=(),
    lr_=None,
    mu_=None,
):
    """(problem, table).  slips: (step, axis, what becomes of the number, whether it is carried on)."""
    problem = StepProblem(
        LAND[land], METHOD[method](lr) if method == "sgd" else METHOD[method](lr, mu), start, n
    )
    eta, mu = lr if lr_ is None else lr_, (mu or 0) if mu_ is None else mu_
    look = (mu if method == "nag" else 0) if ahead is None else ahead
    s = SimpleNamespace(
        lr=eta, mu=mu, t=0, g=None, old=[], v=list(v0), p=[F(a) for a in start], f=G[land], start=start
    )
    rows, vs, gs = [tuple(s.p)], [tuple(s.v)], []
    for t in range(1, n + 1):
        s.t = t
        at = [a + look * b for a, b in zip(s.p, s.v, strict=False)]
        grad = G[land](*at)
        if g:
            grad = g(grad, s, at)
        s.old.append(G[land](*at))
        for k in (0, 1):
            p, v, slope = s.p[k], s.v[k], grad[k]
            if step:
                s.p[k], s.v[k] = step(p, v, slope, s, k)
            elif method == "sgd":
                s.p[k] = p - eta * slope
                s.v[k] = -eta * slope
            elif method == "theta":
                s.p[k], s.v[k] = p + mu * mu * v - (1 + mu) * eta * slope, mu * v - eta * slope
            else:
                s.v[k] = mu * v - eta * slope
                s.p[k] = p + s.v[k]
        row = list(s.p)
        for at_step, k, slip, carried in slips:
            if at_step == t:
                row[k] = slip(row[k])
                if carried == "v":
                    s.v[k] += row[k] - s.p[k]
                if carried:
                    s.p[k] = row[k]
        rows.append(tuple(row)), vs.append(tuple(s.v)), gs.append(tuple(grad))
    table = rows[1:]
    return problem, [tuple(r) for r in (write(rows, vs, gs) if write else table)]


CASES = []


def case(who, truth, **how):
    CASES.append((*pupil(*who, **how), truth))


S1 = ("sgd", "bowl", H, None, (-8, 2), 3)
S2 = ("sgd", "1,7", Q, None, (16, 8), 3)
S3 = ("sgd", "xy", H, None, (2, 4), 3)
M1 = ("mom", "xy", H, Q, (8, 16), 3)
M2 = ("mom", "bowl", H, H, (-8, 2), 3)
M3 = ("mom", "1,2", Q, T, (16, 4), 4)
M4 = ("mom", "1,9", Q, Q, (8, 8), 3)
M5 = ("mom", "3,1", Q, H, (4, -8), 3)
N1 = ("nag", "xy", H, Q, (8, 16), 3)
N2 = ("nag", "1,2", H, Q, (16, 4), 3)
N3 = ("nag", "3,1", Q, H, (8, -4), 3)
T1 = ("theta", "xy", F(2), H, (1, 2), 3)
T2 = ("theta", "bowl", H, Q, (-4, 2), 3)
T3 = ("theta", "1,2", Q, H, (8, 4), 3)


def swap(g, s, at):
    return (g[1], g[0])


def up(g, s, at):
    return (-g[0], -g[1])


def late(g, s, at):
    return s.old[-1] if s.old else g


def frozen(g, s, at):
    return s.old[0] if s.old else g


def both_x(g, s, at):
    return (g[0], g[0])


def both_y(g, s, at):
    return (g[1], g[1])


def half_y(g, s, at):
    return (g[0], g[1] / 2)


def half_x(g, s, at):
    return (g[0] / 2, g[1])


def lost(g, s, at):
    return (abs(g[0]), abs(g[1]))


def ones(g, s, at):
    return (1, 1)


def minus_x(g, s, at):
    return (-g[0], g[1])


def minus_y(g, s, at):
    return (g[0], -g[1])


def half(g, s, at):
    return (g[0] / 2, g[1] / 2)


def double(g, s, at):
    return (2 * g[0], 2 * g[1])


def no_v(p, v, g, s, k):
    return (p - s.lr * g, -s.lr * g)


def minus_v(p, v, g, s, k):
    return (p - s.mu * v - s.lr * g, -s.mu * v - s.lr * g)


def old_v(p, v, g, s, k):
    return (p + v, s.mu * v - s.lr * g)


def ema(p, v, g, s, k):
    return (p + s.mu * v - (1 - s.mu) * s.lr * g, s.mu * v - (1 - s.mu) * s.lr * g)


def damped(p, v, g, s, k):
    return (lambda w: (p + w, w))(s.mu * v - (1 if s.t == 1 else 1 - s.mu) * s.lr * g)


def against(p, v, g, s, k):
    return (lambda w: (p - w, w))(s.mu * v - s.lr * g)


def mu_g(p, v, g, s, k):
    return (lambda w: (p + w, w))(s.mu * (v - s.lr * g))


def yx(rows, vs, gs):
    return [(y, x) for x, y in rows[1:]]


def speeds(rows, vs, gs):
    return vs[1:]


def slopes(rows, vs, gs):
    return gs


def shifted(rows, vs, gs):
    return rows[:-1]


def flip_y(rows, vs, gs):
    return [(x, -y) for x, y in rows[1:]]


def flip_x(rows, vs, gs):
    return [(-x, y) for x, y in rows[1:]]


def no_signs(rows, vs, gs):
    return [(abs(x), abs(y)) for x, y in rows[1:]]


def to(d):
    return lambda rows, vs, gs: [tuple(F(str(round(float(a), d))) for a in r) for r in rows[1:]]


def first_two(rows, vs, gs):
    return [*rows[1:3], *[(None, None)] * (len(rows) - 3)]


LATE, FRACTION_ = {"gradient one step late", "gradient of the step before"}, {"1/η in place of η"}
SWAP, UP, YX, SIGNS = {"partial derivatives swapped"}, {"uphill"}, {"(y, x) order"}, set()
NO_V, MINUS_V = {"no velocity", "velocity replaced", "velocity left out"}, {"velocity subtracted"}
AHEAD, NO_AHEAD = {"look-ahead gradient (NAG)"}, {"no look-ahead"}
START = {"start in the order (y, x)", "sign of the start wrong in x", "sign of the start wrong in y"}

# one rule, wrong
case(S1, LATE, g=late)
case(M1, LATE, g=late)
case(N2, LATE, g=late)
case(T3, LATE, g=late)
case(M3, FRACTION_, lr_=F(4))
case(S2, FRACTION_, lr_=F(4))
case(N1, FRACTION_, lr_=F(2))
case(M3, {"1 − μ in place of μ"}, mu_=Q)
case(M1, {"1 − μ in place of μ"}, mu_=T)
case(T2, {"1 − μ in place of μ"}, mu_=T)
case(M2, {"y with x's gradient"}, g=both_x)
case(S3, {"y with x's gradient"}, g=both_x)
case(N1, {"x with y's gradient", "y with x's gradient"}, g=both_y)
case(S1, {"gradient written for the point", "gradient written for the position"}, write=slopes)
case(M5, {"gradient written for the point", "gradient written for the position"}, write=slopes)
case(M4, SIGNS | {"signs of y turned"}, write=flip_y)
case(M2, SIGNS | {"signs of x turned"}, write=flip_x)
case(M1, {"averaged gradient, the first one whole"}, step=damped)
case(N3, {"averaged gradient, the first one whole"}, step=damped)
case(
    T1,
    {"NAG: averaged gradient"},
    step=lambda p, v, g, s, k: (lambda w: (p + s.mu * w - s.lr * g, w))(s.mu * v - (1 - s.mu) * s.lr * g),
)
case(S1, {"factor in ∂f/∂y"}, g=half_y)
case(M2, {"factor in ∂f/∂x"}, g=half_x)
case(S2, {"factor in ∂f/∂y"}, g=lambda g, s, at: (g[0], 2 * g[1]))
case(M4, {"factor in ∂f/∂y"}, g=lambda g, s, at: (g[0], g[1] / 3))
case(N2, {"factor in ∂f/∂y"}, g=half_y)
case(T2, {"factor in ∂f/∂x"}, g=lambda g, s, at: (10 * g[0], g[1]))
case(S3, {"another η", "η dropped"}, g=double)  # with η = 1/2
case(M1, {"another η"}, lr_=F(1, 10))
case(M5, {"another μ"}, mu_=F(9, 10))
case(N1, {"another μ"}, mu_=F(1, 3))
case(T3, {"another η"}, lr_=F(1, 5))
case(S2, {"another η"}, lr_=F(1, 2) / 5)
case(M2, NO_V, step=no_v)
case(M3, {"moved before the velocity was updated"}, step=old_v)
case(N3, NO_AHEAD, ahead=0)
case(T3, AHEAD, step=lambda p, v, g, s, k: (p + s.mu * v - s.lr * g, s.mu * v - s.lr * g), ahead=H)
case(M4, AHEAD, ahead=Q)
case(M5, {"gradient taken as (1, 1)"}, g=ones)
case(S1, {"velocity written for the position"}, write=speeds)

# two at once
case(M1, SWAP | UP, g=lambda g, s, at: (-g[1], -g[0]))
case(M2, SWAP | {"η dropped"}, g=swap, lr_=F(1))
case(M3, UP | {"μ dropped", "moved against the velocity"}, g=up, mu_=F(1))
case(M1, NO_V | YX, step=no_v, write=yx)
case(M5, AHEAD | YX, ahead=H, write=yx)
case(M3, MINUS_V | {"gradient frozen at the start"}, g=frozen, step=minus_v)
case(M1, {"μ dropped", "η dropped"}, lr_=F(1), mu_=F(1))
case(M2, {"averaged gradient (EMA)"} | SWAP | {"another η", "μ on the gradient too"}, g=swap, step=ema)
case(M5, {"gradient halved", "another η"} | NO_V, g=half, step=no_v)
case(N1, {"velocity written for the position"} | NO_AHEAD, ahead=0, write=speeds)
case(M1, YX | {"start counted as step 1"}, write=lambda r, v, g: [(y, x) for x, y in r[:-1]])
case(M4, {"sign wrong in x"} | MINUS_V, g=minus_x, step=minus_v)
case(M2, LATE | {"μ dropped"}, g=late, mu_=F(1))
case(N2, SWAP | {"μ dropped"}, g=swap, mu_=F(1))
case(N3, UP | YX, g=up, write=yx)
case(T2, SWAP | {"η dropped"}, g=swap, lr_=F(1))
case(
    T1,
    {"NAG: 1 + μ dropped"} | YX,
    step=lambda p, v, g, s, k: (p + s.mu**2 * v - s.lr * g, s.mu * v - s.lr * g),
    write=yx,
)
case(
    T3,
    {"NAG: μ v in place of μ² v"} | {"sign wrong in y"},
    g=minus_y,
    step=lambda p, v, g, s, k: (p + s.mu * v - (1 + s.mu) * s.lr * g, s.mu * v - s.lr * g),
)
case(S2, SWAP | {"η used twice"}, g=swap, lr_=F(1, 16))
case(S3, UP | YX, g=up, write=yx)
case(S1, SWAP | {"steps added up"}, g=swap, step=lambda p, v, g, s, k: (p + v - s.lr * g, v - s.lr * g))
case(S2, {"sign wrong in y", "η dropped"}, g=minus_y, lr_=F(1))
case(M1, {"sign of the gradient lost"} | NO_V, g=lost, step=no_v)
case(M4, {"η dropped"} | SIGNS | {"signs of y turned"}, lr_=F(1), write=flip_y)
case(M3, {"velocity written for the position"} | YX, write=lambda r, v, g: [(b, a) for a, b in v[1:]])
case(M2, {"μ used twice"} | SWAP | {"another μ"}, g=swap, mu_=Q)
case(N2, MINUS_V | {"η dropped"}, lr_=F(1), step=minus_v)
case(M5, NO_V | {"rounded"}, step=no_v, write=to(1))
case(M2, MINUS_V | {"rounded"}, step=minus_v, write=to(1))
case(M5, {"y with x's gradient"} | MINUS_V, g=both_x, step=minus_v)


# a wrong rule, and a slip in it; or only begun
def bump(d):
    return lambda a: a + d


def neg(a):
    return -a


case(M1, NO_V, step=no_v, slips=[(3, 1, bump(1), None)])
case(M2, AHEAD, ahead=H, slips=[(3, 0, bump(F(1, 2)), None)])
case(M4, SWAP, g=swap, slips=[(3, 1, neg, None)])
case(M3, {"moved before the velocity was updated"}, step=old_v, slips=[(4, 0, bump(-2), None)])
case(N1, NO_AHEAD, ahead=0, slips=[(3, 0, bump(3), None)])
case(S2, {"η dropped"}, lr_=F(1), slips=[(3, 1, bump(10), None)])
case(M1, MINUS_V, step=minus_v, write=first_two)
case(M3, NO_V, step=no_v, write=first_two)
case(N3, NO_AHEAD, ahead=0, write=first_two)
case(
    T2,
    {"NAG: 1 + μ dropped"},
    step=lambda p, v, g, s, k: (p + s.mu**2 * v - s.lr * g, s.mu * v - s.lr * g),
    write=first_two,
)

# slips of the pencil
case(M1, (1, "x"), slips=[(1, 0, bump(2), "v")])
case(M1, (2, "y"), slips=[(2, 1, bump(-1), "p")])
case(M2, (1, "x"), slips=[(1, 0, neg, "p")])
case(M3, (3, "x"), slips=[(3, 0, bump(H), "v")])
case(M3, (2, "y"), slips=[(2, 1, bump(1), None)])
case(M4, (3, "y"), slips=[(3, 1, bump(10), None)])
case(M5, (2, "x"), slips=[(2, 0, neg, None)])
case(N1, (1, "y"), slips=[(1, 1, bump(1), "v")])
case(N2, (2, "x"), slips=[(2, 0, bump(-H), "p")])
case(N3, (3, "x"), slips=[(3, 0, bump(1), None)])
case(T1, (2, "y"), slips=[(2, 1, bump(2), "p")])
case(T3, (1, "x"), slips=[(1, 0, bump(1), "p")])
case(S1, (2, "x"), slips=[(2, 0, bump(F(1, 10)), "p")])
case(S2, (1, "y"), slips=[(1, 1, lambda a: a * 10, "p")])
case(S3, (3, "x"), slips=[(3, 0, neg, None)])
case(M1, (1, "x"), slips=[(1, 0, bump(1), "p"), (3, 1, bump(1), None)])
case(S2, (1, "x"), slips=[(1, 0, bump(-1), "p"), (2, 1, bump(2), "p")])
case(M4, (1, "xy"), slips=[(1, 0, bump(3), "v"), (1, 1, bump(5), "v")])
case(S1, (2, "y"), slips=[(2, 1, bump(1), None), (3, 0, bump(1), None)])
case(M3, (2, "x"), slips=[(2, 0, bump(9), None)], write=lambda r, v, g: [*r[1:4], (None, None)])


# one step of several
def once(n, rule):
    return lambda p, v, g, s, k: (
        rule(p, v, g, s, k) if s.t == n else (p + s.mu * v - s.lr * g, s.mu * v - s.lr * g)
    )


case(M3, NO_V, step=once(3, no_v))
case(M1, MINUS_V, step=once(2, minus_v))
case(M5, {"row copied"}, step=once(2, lambda p, v, g, s, k: (p, v)))
case(M3, UP, g=lambda g, s, at: up(g, s, at) if s.t == 3 else g)
case(N2, SWAP, g=lambda g, s, at: swap(g, s, at) if s.t == 2 else g)
case(S2, SWAP, g=lambda g, s, at: swap(g, s, at) if s.t == 3 else g)
case(M3, {"gradient frozen at the start"} | LATE, g=lambda g, s, at: s.old[1] if s.t > 2 else g)
case(M4, {"η dropped"}, step=once(3, lambda p, v, g, s, k: (p + s.mu * v - g, s.mu * v - g)))
case(T3, SWAP, g=lambda g, s, at: swap(g, s, at) if s.t > 1 else g)
case(M2, {"steps swapped"}, write=lambda r, v, g: [r[1], (r[1][0] + v[2][1], r[1][1] + v[2][0]), r[3]])


# --- a pupil with a method that divides by a root ------------------------------------------------------------


def adaptive(kind, land, start, n, truth, rule=None, g=None, write=None, slip=None, **settings):
    problem = StepProblem(
        LAND[land], {"ada": AdaGrad, "rms": RMSProp, "adam": Adam}[kind](**settings), start, n
    )
    s = SimpleNamespace(s=[0.0, 0.0], m=[0.0, 0.0], t=0, old=[], **settings)
    rule = rule or {"ada": ada, "rms": rms, "adam": adam}[kind]
    p, table = [float(a) for a in start], []
    for t in range(1, n + 1):
        s.t = t
        right = G[land](*p)
        grad = g(right, s, p) if g else right
        s.old.append(right)
        p = [p[k] - rule(grad[k], s, k) for k in (0, 1)]
        if slip and slip[0] == t:
            p[slip[1]] += slip[2]
        table.append(tuple(F(str(round(a, 4))) for a in p))
    CASES.append((problem, write(table) if write else table, truth))


def ada(g, s, k):
    s.s[k] += g * g
    return s.lr * g / (sqrt(s.s[k]) + s.eps)


def rms(g, s, k):
    s.s[k] = s.rho * s.s[k] + (1 - s.rho) * g * g
    return s.lr * g / (sqrt(s.s[k]) + s.eps)


def adam(g, s, k, m_hat=True, s_hat=True, inside=False, beside=False, first=False):
    s.m[k] = s.beta1 * s.m[k] + (1 - s.beta1) * g
    s.s[k] = s.beta2 * s.s[k] + (1 - s.beta2) * g * g
    t = 1 if first else s.t
    m = s.m[k] / (1 - s.beta1**t) if m_hat else s.m[k]
    c = 1 - s.beta2**t if s_hat else 1
    if beside:
        return s.lr * m * sqrt(c) / (sqrt(s.s[k]) + s.eps)
    return s.lr * m / (sqrt(s.s[k] / c + s.eps) if inside else sqrt(s.s[k] / c) + s.eps)


def with_s(rule):  # rule(g, s, k) -> the new s; then the step
    def step(g, s, k):
        s.s[k] = rule(g, s, k)
        return s.lr * g / (sqrt(s.s[k]) + s.eps)

    return step


A1 = ("ada", "1,2", (4, -2), 3)
A2 = ("ada", "xy", (2, 3), 3)
R1 = ("rms", "bowl", (-8, 2), 3)
R2 = ("rms", "1,2", (4, 1), 3)
D1 = ("adam", "1,2", (4, -2), 3)
D2 = ("adam", "xy", (2, 3), 3)
a = {"lr": 0.5, "eps": 1e-8}
r = {"lr": 0.25, "rho": 0.75, "eps": 1e-8}
d = {"lr": 0.5, "beta1": 0.5, "beta2": 0.75, "eps": 1e-8}
adaptive(
    *A1,
    {"root forgotten"},
    lambda g, s, k: (
        with_s(lambda g, s, k: s.s[k] + g * g)(g, s, k) * (sqrt(s.s[k]) + s.eps) / (s.s[k] + s.eps)
    ),
    **a,
)
adaptive(*A1, {"no memory of squares"}, with_s(lambda g, s, k: g * g), **a)
adaptive(*A2, {"gradient not squared"}, with_s(lambda g, s, k: s.s[k] + abs(g)), **a)
adaptive(*A2, SWAP, g=swap, **a)
adaptive(*A1, UP, g=up, **a)
adaptive(
    *A1,
    {"ε inside the root"},
    lambda g, s, k: (s.s.__setitem__(k, s.s[k] + g * g), s.lr * g / sqrt(s.s[k] + s.eps))[1],
    lr=0.5,
    eps=1,
)
adaptive(*A1, (2, "x"), slip=(2, 0, 0.1), **a)
adaptive(*R1, {"squares added up", "β dropped"}, with_s(lambda g, s, k: s.s[k] + g * g), **r)
adaptive(*R2, {"β and 1 − β swapped"}, with_s(lambda g, s, k: (1 - s.rho) * s.s[k] + s.rho * g * g), **r)
adaptive(*R2, {"1 − β forgotten"}, with_s(lambda g, s, k: s.rho * s.s[k] + g * g), **r)
adaptive(*R1, SWAP | {"η dropped"}, g=swap, rule=lambda g, s, k: rms(g, s, k) / s.lr, **r)
adaptive(*R1, (1, "y"), slip=(1, 1, -0.2), **r)
adaptive(*D1, {"no bias correction"}, lambda g, s, k: adam(g, s, k, m_hat=False, s_hat=False), **d)
adaptive(*D1, {"only m corrected"}, lambda g, s, k: adam(g, s, k, s_hat=False), **d)
adaptive(*D2, {"only s corrected"}, lambda g, s, k: adam(g, s, k, m_hat=False), **d)
adaptive(
    *D2, {"ε beside the uncorrected root"}, lambda g, s, k: adam(g, s, k, beside=True), **(d | {"eps": 0.5})
)
adaptive(*D1, {"ε inside the root"}, lambda g, s, k: adam(g, s, k, inside=True), **(d | {"eps": 1}))
adaptive(*D1, {"bias always of the first step"}, lambda g, s, k: adam(g, s, k, first=True), **d)
adaptive(*D2, (3, "y"), slip=(3, 1, 0.3), **d)
adaptive(*D2, {"1/η in place of η"}, lambda g, s, k: adam(g, s, k) * 4, **d)


# --- written after the first mechanisms, again before any diagnosis of them was seen --------------------------

FIRST = len(CASES)


def right_step(p, v, g, s, k):
    return (lambda w: (p + w, w))(s.mu * v - s.lr * g)


def plain(p, v, g, s, k):
    return (p - s.lr * g, -s.lr * g)


def mu_on_step(p, v, g, s, k):
    return (p - s.mu * s.lr * g, -s.mu * s.lr * g)


def from_start(p, v, g, s, k):
    return (lambda w: (F(s.start[k]) + w, w))(s.mu * v - s.lr * g)


def kth(p, v, g, s, k):
    return (lambda w: (p + w, w))(s.mu * v - s.lr * s.t * g)


def fading(p, v, g, s, k):
    return (lambda w: (p + w, w))(s.mu * v - s.lr / s.t * g)


def add_y(g, s, at):
    return (g[0], g[1] + 1)


def drop_y(g, s, at):
    return (g[0], 0)


def whole(rows, vs, gs):
    return [tuple(F(round(float(x))) for x in r) for r in rows[1:]]


def exchanged(rows, vs, gs):
    return [rows[1], rows[3], rows[2], *rows[4:]]


def skipped(n):
    return lambda rows, vs, gs: [*rows[1:n], *rows[n + 1 :]]


def thousandths(rows, vs, gs):
    return [tuple(F(str(round(float(x), 3))) for x in r) for r in rows[1:]]


def elsewhere(who, start, truth, **how):
    """Walked from another start than the one that was given."""
    _, table = pupil(*who[:4], start, who[5], **how)
    CASES.append((pupil(*who)[0], table, truth))


elsewhere(S1, (8, 2), START)
elsewhere(M2, (8, 2), START)
elsewhere(M1, (16, 8), START)
elsewhere(N2, (4, 16), START)
elsewhere(T2, (-4, -2), START)
elsewhere(M5, (4, 8), START)
case(N1, {"looked back"}, ahead=-Q)
case(N3, {"looked back"}, ahead=-H)
case(N2, {"looked ahead by v, not μ v"}, ahead=1)
case(N1, {"looked ahead by v, not μ v"} | YX, ahead=1, write=yx)
case(M3, {"μ on the gradient too"} | NO_V | {"another η"}, step=mu_on_step)
case(M4, {"moved from the start"}, step=from_start)
case(M1, {"moved from the start"}, step=from_start)
case(S2, {"moved from the start"}, step=lambda p, v, g, s, k: (F(s.start[k]) - s.lr * g, -s.lr * g))
case(M2, {"η changes from step to step"}, step=kth)
case(S1, {"η changes from step to step"}, step=lambda p, v, g, s, k: (p - s.lr / s.t * g, 0))
case(M5, {"η changes from step to step"}, step=fading)
case(M2, {"factor in ∂f/∂x"} | NO_V, g=half_x, step=plain)
case(S1, {"factor in ∂f/∂x"}, g=lambda g, s, at: (2 * g[0], g[1]))
case(M4, {"factor in ∂f/∂y"}, g=lambda g, s, at: (g[0], F(2, 9) * g[1]))
case(M1, {"rows exchanged"}, write=exchanged)
case(M3, {"rows exchanged"}, write=exchanged)
case(M3, {"step left out"} | {"row copied"}, write=lambda r, v, g: [r[1], r[3], r[4], (None, None)])
case(S2, {"y does not move"} | {"factor in ∂f/∂y"}, g=drop_y)
case(M1, {"y does not move"} | {"factor in ∂f/∂y"}, g=drop_y)
case(M5, {"factor in ∂f/∂x"} | {"x does not move"}, g=lambda g, s, at: (0, g[1]))
case(M3, (2, "x"), slips=[(2, 0, lambda a: a * 10, None)])
case(M3, (2, "x"), slips=[(2, 0, lambda a: a * 10, "p")])
case(S2, (2, "y"), slips=[(2, 1, neg, "p")])
case(N2, (3, "y"), slips=[(3, 1, bump(F(1, 4)), None)])
case(T1, (3, "x"), slips=[(3, 0, bump(-1), None)])
case(M1, (2, "x"), slips=[(2, 0, bump(16), "v")])
case(M4, (2, "xy"), slips=[(2, 0, bump(3), None), (2, 1, bump(7), None)])
case(S1, (1, "x"), slips=[(1, 0, neg, None), (2, 0, neg, None)])
case(N1, (2, "y"), slips=[(2, 1, bump(6), "v")])
case(T3, (2, "x"), slips=[(2, 0, bump(H), "p"), (3, 0, bump(H), None)])
case(M2, SWAP, g=swap, slips=[(2, 0, bump(1), "p")])
case(M1, SWAP, g=swap, slips=[(3, 0, bump(2), None), (3, 1, bump(1), None)])
case(N3, NO_AHEAD, ahead=0, slips=[(3, 1, neg, None)])
case(M3, {"η dropped"}, lr_=F(1), slips=[(3, 0, bump(1), "v")])
case(M5, NO_V | {"rounded"}, step=plain, write=thousandths)
case(M4, UP | MINUS_V, g=up, step=minus_v)
case(M3, {"averaged gradient (EMA)"} | YX, step=ema, write=yx)
case(N2, {"1/η in place of η"} | YX, lr_=F(2), write=yx)
case(M1, {"1 − μ in place of μ"} | {"η dropped"}, mu_=T, lr_=F(1))
case(M4, LATE | NO_V, g=late, step=plain)
case(S3, {"y with x's gradient"} | {"η dropped"}, g=both_x, lr_=F(1))
case(M5, {"y with x's gradient"} | {"η dropped"}, g=both_x, lr_=F(1))
case(M3, {"gradient doubled", "another η"} | {"μ dropped"}, g=double, mu_=F(1))
case(M2, {"another η"} | NO_V, lr_=F(1, 5), step=plain)
case(
    T3,
    {"NAG: v updated before μ² v is used"} | SWAP,
    g=swap,
    step=lambda p, v, g, s, k: (lambda w: (p + s.mu**2 * w - (1 + s.mu) * s.lr * g, w))(s.mu * v - s.lr * g),
)
case(T2, AHEAD | YX, step=right_step, ahead=Q, write=yx)
case(M1, {"sign of the gradient lost"} | {"η dropped"}, g=lost, lr_=F(1))
case(M3, SWAP, g=swap, write=first_two)
case(M5, {"sign wrong in x"}, g=minus_x, write=first_two)
case(M1, {"μ dropped"}, mu_=F(1), write=lambda r, v, g: [*r[1:3], (r[3][0], None)])
case(M4, {"minus signs left out"} | SIGNS, write=no_signs)
case(T1, {"velocity written for the position"}, write=speeds)
case(
    M3,
    {"velocity started at −η g"},
    step=lambda p, v, g, s, k: right_step(p, -s.lr * g if s.t == 1 else v, g, s, k),
)
adaptive(*A1, SWAP | {"no memory of squares"}, rule=with_s(lambda g, s, k: g * g), g=swap, **a)
adaptive(*A2, UP | {"gradient not squared"}, rule=with_s(lambda g, s, k: s.s[k] + abs(g)), g=up, **a)
adaptive(*R2, {"1/η in place of η"}, lambda g, s, k: rms(g, s, k) * 16, **r)
adaptive(*R1, YX, write=lambda t: [(y, x) for x, y in t], **r)
adaptive(
    *D1,
    {"no bias correction"} | {"η dropped"},
    lambda g, s, k: 2 * adam(g, s, k, m_hat=False, s_hat=False),
    **d,
)
adaptive(
    *D2,
    {"β₁ and β₂ swapped"},
    lambda g, s, k: adam(g, SimpleNamespace(**(vars(s) | {"beta1": s.beta2, "beta2": s.beta1})), k),
    **d,
)
adaptive(*D2, {"another η"}, lambda g, s, k: adam(g, s, k) * 0.2, **d)
adaptive(*A2, (1, "y"), slip=(1, 1, 0.5), **a)
adaptive(
    *D1,
    {"not divided by the root"},
    lambda g, s, k: adam(g, s, k) * (sqrt(s.s[k] / (1 - s.beta2**s.t)) + s.eps),
    **d,
)


# --- kept for the end: other numbers, written last, and diagnosed once -----------------------------------------

SECOND = len(CASES)
K1 = ("mom", "xy", F(1, 5), F(3, 5), (5, 10), 3)
K2 = ("mom", "3,1", F(1, 3), F(1, 2), (6, 3), 4)
K3 = ("nag", "bowl", F(1, 4), F(1, 2), (10, 4), 3)
K4 = ("theta", "xy", H, F(1, 3), (6, 9), 3)
K5 = ("sgd", "3,1", F(1, 5), None, (5, -10), 3)
K6 = ("sgd", "xy", F(2), None, (1, 3), 4)
K7 = ("mom", "bowl", F(1), F(9, 10), (10, 1), 3)
K8 = ("theta", "1,2", F(1, 3), H, (9, 6), 4)
case(K1, LATE, g=late)
case(K2, {"y with x's gradient"}, g=both_x)
case(K3, {"1 − μ in place of μ", "μ dropped", "μ used twice"} | NO_AHEAD, ahead=0)
case(K4, FRACTION_, lr_=F(2))
case(K5, {"factor in ∂f/∂x"}, g=lambda g, s, at: (g[0] / 3, g[1]))
case(K6, SWAP, g=swap)
case(K7, {"factor in ∂f/∂x"}, g=lambda g, s, at: (at[0] / 20, g[1]))
case(K8, AHEAD, step=right_step, ahead=H)
case(K1, NO_V | UP, g=up, step=plain)
case(K2, MINUS_V | {"η dropped"}, step=minus_v, lr_=F(1))
case(K3, SWAP | YX, g=swap, write=yx)
case(
    K4,
    SWAP | {"NAG: 1 + μ dropped"},
    g=swap,
    step=lambda p, v, g, s, k: (p + s.mu**2 * v - s.lr * g, s.mu * v - s.lr * g),
)
case(K5, UP | {"η dropped"}, g=up, lr_=F(1))
case(K6, {"sign wrong in y"} | {"η used twice", "another η"}, g=minus_y, lr_=F(4))
case(K7, {"gradient frozen at the start"} | NO_V, g=frozen, step=plain)
case(K8, {"uphill", "μ dropped"}, g=up, mu_=F(1))
case(K1, {"averaged gradient (EMA)"} | UP, g=up, step=ema)
case(K2, {"moved before the velocity was updated"} | SWAP, g=swap, step=old_v)
case(K3, {"looked ahead by v, not μ v"}, ahead=1)
case(
    K7, {"η and μ swapped", "another η", "η used twice"} | {"averaged gradient (EMA)"}, lr_=F(9, 10), mu_=F(1)
)
case(K1, (1, "y"), slips=[(1, 1, bump(F(1, 5)), "v")])
case(K2, (2, "x"), slips=[(2, 0, bump(1), "p")])
case(K3, (3, "y"), slips=[(3, 1, bump(F(1, 10)), None)])
case(K5, (2, "y"), slips=[(2, 1, bump(2), None)])
case(K6, (3, "x"), slips=[(3, 0, bump(3), "p")])
case(K7, (2, "x"), slips=[(2, 0, bump(F(9, 10)), "v")])
case(K8, (4, "y"), slips=[(4, 1, bump(-1), None)])
case(K1, (2, "xy"), slips=[(2, 0, bump(1), "v"), (2, 1, bump(-3), "v")])
case(K1, MINUS_V, step=minus_v, slips=[(3, 0, bump(1), None)])
case(K2, NO_V, step=plain, slips=[(4, 1, neg, None)])
case(K3, SWAP, g=swap, slips=[(3, 1, bump(F(1, 2)), None)])
case(K8, NO_AHEAD, step=right_step, slips=[(4, 0, bump(1), None)])
case(K2, SWAP, g=lambda g, s, at: swap(g, s, at) if s.t == 3 else g)
case(K8, UP, g=lambda g, s, at: up(g, s, at) if s.t == 4 else g)
case(K2, NO_V, step=once(2, no_v))
case(
    K1, {"position used for velocity"}, step=lambda p, v, g, s, k: (lambda w: (p + w, w))(s.mu * p - s.lr * g)
)
case(K3, {"velocity written for the position"} | YX, write=lambda r, v, g: [(b, a) for a, b in v[1:]])
case(K6, {"start counted as step 1"} | {"row copied"}, write=shifted)
case(K4, {"start counted as step 1"} | YX, write=lambda r, v, g: [(y, x) for x, y in r[:-1]])
case(K5, {"f used for its gradient"}, g=lambda g, s, at: ((3 * at[0] ** 2 + at[1] ** 2) / 2,) * 2)
adaptive("ada", "3,1", (2, -4), 3, {"no memory of squares"}, with_s(lambda g, s, k: g * g), lr=0.3, eps=1e-8)
adaptive(
    "adam",
    "bowl",
    (-8, 3),
    3,
    {"no bias correction"},
    lambda g, s, k: adam(g, s, k, m_hat=False, s_hat=False),
    lr=0.4,
    beta1=0.9,
    beta2=0.8,
    eps=1e-8,
)
adaptive(
    "rms",
    "1,7",
    (2, 1),
    4,
    {"1 − β forgotten"},
    with_s(lambda g, s, k: s.rho * s.s[k] + g * g),
    lr=0.1,
    rho=0.9,
    eps=1e-8,
)
adaptive(
    "adam",
    "3,1",
    (1, 4),
    3,
    UP | SWAP,
    g=lambda g, s, p: (-g[1], -g[0]),
    lr=0.2,
    beta1=0.6,
    beta2=0.7,
    eps=1e-8,
)
adaptive("rms", "3,1", (3, -2), 3, (2, "x"), slip=(2, 0, 0.4), lr=0.5, rho=0.5, eps=1e-8)
adaptive(
    "ada",
    "bowl",
    (5, 2),
    3,
    {"η dropped", "another η"},
    lambda g, s, k: ada(g, s, k) / s.lr,
    lr=0.25,
    eps=1e-8,
)
