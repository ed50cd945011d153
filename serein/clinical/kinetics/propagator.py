"""Φ(h) = exp(A·h) for the four amounts, exactly and without a special case.

Sums of exponentials divide by differences of rates: at equal rates they are 0/0, and near them they lose digits. Here A + q·I has no negative
entry once q is the largest rate, so its Taylor series has only terms of zero or more: nothing cancels, and no amount ever turns negative. The
interval is halved until q·h ≤ 1, eighteen terms then leave a remainder below 1e-17, and squaring brings the interval back.

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
    """Φ(hours). `hours` ≥ 0. Relative error of each entry about 2^s·1e-16 after s halvings: below 1e-11 for any course of years."""
    ka, k10, k12, k21, kf, km = parameters.rates
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
    for _ in range(halvings):
        phi = times(phi, phi)
    return phi
