"""Φ(h) = exp(A·h) for the four amounts, exactly and without a special case.

Sums of exponentials divide by differences of rates: at equal rates they are 0/0, and near them they lose digits. Here A + q·I has no negative
entry once q is the largest rate, so its Taylor series has only terms of zero or more: nothing cancels, and no amount ever turns negative. The
interval is halved until q·h ≤ 1, eighteen terms then leave a remainder below 1e-17, and squaring brings the interval back.

Each squaring doubles the relative error of what it squares, which over 50,000 hours would cost five digits. But six of the entries have closed
forms that lose none (`restored_entries`): put back after each squaring beyond the sixth, they leave the other five only the sum of the errors.
They are put back at the end too: a matrix that is applied a thousand times must not be wrong in its last digits always to the same side.

Only eleven of the sixteen entries can differ from zero (nothing returns to the gut, nothing comes back from the metabolite);
a matrix is the tuple

    (gg,  cg, cc, cp,  pg, pc, pp,  mg, mc, mp, mm)      row letter first: cg is what reaches the centre from the gut.
"""

import math

from .model import Parameters

Matrix = tuple[float, float, float, float, float, float, float, float, float, float, float]
State = tuple[float, float, float, float]

NOTHING: State = (0.0, 0.0, 0.0, 0.0)
IDENTITY: Matrix = (1.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0)
TERMS = 18
RESTORE_AFTER = 6


def times(x: Matrix, y: Matrix) -> Matrix:
    """The product x·y: first y, then x."""
    xg, xcg, xcc, xcp, xpg, xpc, xpp, xmg, xmc, xmp, xmm = x
    yg, ycg, ycc, ycp, ypg, ypc, ypp, ymg, ymc, ymp, ymm = y
    return (
        xg * yg,
        xcg * yg + xcc * ycg + xcp * ypg,
        xcc * ycc + xcp * ypc,
        xcc * ycp + xcp * ypp,
        xpg * yg + xpc * ycg + xpp * ypg,
        xpc * ycc + xpp * ypc,
        xpc * ycp + xpp * ypp,
        xmg * yg + xmc * ycg + xmp * ypg + xmm * ymg,
        xmc * ycc + xmp * ypc + xmm * ymc,
        xmc * ycp + xmp * ypp + xmm * ymp,
        xmm * ymm,
    )


def applied(m: Matrix, x: State) -> State:
    gg, cg, cc, cp, pg, pc, pp, mg, mc, mp, mm = m
    g, c, p, n = x
    return (gg * g, cg * g + cc * c + cp * p, pg * g + pc * c + pp * p, mg * g + mc * c + mp * p + mm * n)


def propagator(parameters: Parameters, hours: float) -> Matrix:
    """Φ(hours). `hours` ≥ 0. Relative error of each entry below 1e-13, plus the rounding of the rate itself (the exponent times 1e-16)."""
    return by_rates(parameters.rates, hours)


def by_rates(rates: tuple[float, ...], hours: float) -> Matrix:
    ka, k10, k12, k21, kf, km = rates
    q = max(ka, k10 + k12, k21, km)
    if hours == 0 or q == 0:
        return IDENTITY
    halvings = max(0, math.ceil(math.log2(q * hours))) if q * hours > 1 else 0
    h = math.ldexp(hours, -halvings)
    b = (
        (q - ka) * h, ka * h, (q - k10 - k12) * h, k21 * h, 0.0, k12 * h, (q - k21) * h, 0.0, kf * h, 0.0, (q - km) * h,
    )  # fmt: skip
    phi = IDENTITY
    for k in range(TERMS, 0, -1):
        t = times(b, phi)
        phi = (
            1 + t[0] / k, t[1] / k, 1 + t[2] / k, t[3] / k, t[4] / k, t[5] / k, 1 + t[6] / k, t[7] / k, t[8] / k, t[9] / k, 1 + t[10] / k,
        )  # fmt: skip
    decay = math.exp(-q * h)
    phi = tuple(entry * decay for entry in phi)  # type: ignore[assignment]
    for level in range(1, halvings + 1):
        phi = times(phi, phi)
        if level > RESTORE_AFTER:
            phi = restored(rates, math.ldexp(h, level), phi)
    return restored(rates, hours, phi)


def restored(rates: tuple[float, ...], h: float, phi: Matrix) -> Matrix:
    """Φ(h), its six entries with closed forms put back."""
    gg, cc, cp, pc, pp, mm = restored_entries(rates, h)
    _, cg, _, _, pg, _, _, mg, mc, mp, _ = phi
    return (gg, cg, cc, cp, pg, pc, pp, mg, mc, mp, mm)


def restored_entries(rates: tuple[float, ...], h: float) -> tuple[float, float, float, float, float, float]:
    """gg, cc, cp, pc, pp, mm: gut, metabolite, and the exchange of centre and periphery in closed form. The exchange has two real eigenvalues;
    neither they nor the weights subtract what is nearly equal (the smaller of each pair comes from the product that both obey)."""
    ka, k10, k12, k21, _, km = rates
    apart, cross = k10 + k12 - k21, k12 * k21
    d = math.sqrt(apart * apart + 4 * cross)
    big = (abs(apart) + d) / 2
    small = cross / big if big > 0 else 0.0
    u, v = (big, small) if apart >= 0 else (small, big)
    fast = (k10 + k12 + k21 + d) / 2
    slow = k10 * k21 / fast if fast > 0 else 0.0
    e1, e2 = math.exp(-fast * h), math.exp(-slow * h)
    between = e2 * (-math.expm1(-d * h) / d) if d * h > 0 else e2 * h
    cc, pp = ((v * e2 + u * e1) / d, (u * e2 + v * e1) / d) if d > 0 else (e2, e2)
    return (math.exp(-ka * h), cc, k21 * between, k12 * between, pp, math.exp(-km * h))
