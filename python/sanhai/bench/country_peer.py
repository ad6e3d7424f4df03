"""The peer of a country: all leaves calibrated and carried on, as a good user of NumPy would write it.

It is given what a leaf's factors, the nation's rates and the published figures are, and takes provinces only: a group
inside a group would make it repeat the nation some thirteen times. What it leaves out is in its favour.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sanhai.bench.synthetic import FEMALE, Array
from sanhai.calibrate.country import CountryPath

__all__ = ["Peer", "peer_of", "solve"]

KEPT, HALF_LIFE, PROVINCE, LEAF = 0.4, 10.0, 0.975, 0.96  # as in cpp/src/engine
MOVING = slice(5, 75)


@dataclass(frozen=True)
class Peer:
    """What is given: leaves by province (row of each), factors, the nation alone, figures (province, fitted year)."""

    province: Array
    start: Array  # (leaf, sex, age)
    d: Array
    r: Array
    log_stay: Array  # (leaf, sex, 14)
    gain: Array  # (leaf, sex, 14)
    mx: Array  # (year, sex, age)
    asfr: Array  # (year, age)
    srb: Array  # (year)
    growth: Array  # (year, sex, 70) the nation's people at the end of the year over those at the start
    nation_births: Array  # (year)
    nation_deaths: Array  # (fitted year)
    nation_end: Array  # (fitted year)
    births: Array  # (province, fitted year), NaN where none
    deaths: Array
    end: Array


def peer_of(path: CountryPath, years: int) -> Peer:
    """The same problem for NumPy, to `years` years from the first, groups inside groups left out."""
    nation, groups = path.inputs.nation, path.inputs.groups
    parent = np.array(groups.parent)
    tops = [row for row, above in enumerate(parent) if row == above]
    province = np.array([tops.index(parent[row]) for row in groups.of_leaf])
    people = np.asarray(nation.pop_jan1)[..., MOVING]
    figures = (np.asarray(one)[tops] for one in (groups.births, groups.deaths, groups.pop_end))
    return Peer(
        province,
        np.asarray(path.inputs.pop_jan1),
        np.asarray(path.factors.mortality),
        np.asarray(path.factors.fertility),
        np.log1p(-np.asarray(path.factors.loss)),
        np.asarray(path.factors.gain),
        path.mx[:years],
        path.asfr[:years],
        np.asarray(nation.srb)[:years],
        people[1 : years + 1] / people[0],
        np.asarray(nation.births)[:years],
        np.asarray(nation.deaths),
        np.asarray(nation.pop_end),
        *figures,
    )


def _a0(m0: Array) -> Array:
    """(leaf, sex) Andreev & Kingkade (2015)."""
    men, women = m0[:, 0], m0[:, 1]
    young = np.where(men < 0.08307, 0.02832 + 3.26021 * men, 0.29915)
    of_men = np.where(men < 0.0230, 0.14929 - 1.99545 * men, young)
    young = np.where(women < 0.06891, 0.04667 + 3.88089 * women, 0.31411)
    return np.stack([of_men, np.where(women < 0.01724, 0.14903 - 2.05527 * women, young)], axis=1)


def _age(people: Array, mx: Array, asfr: Array, srb: float) -> tuple[Array, Array, Array, Array]:
    """(leaf, sex, age) survivors, births, deaths and deaths of infants of every leaf."""
    a = np.full(mx.shape, 0.5)
    a[..., 0] = _a0(mx[..., 0])
    left = 1.0 - a * mx
    S = np.empty_like(mx)
    S[..., 0] = 1.0 / (1.0 + (1.0 - a[..., 0]) * mx[..., 0])
    S[..., 1:] = left[..., :-1] / (1.0 + 0.5 * mx[..., 1:])
    S[..., -1] = left[..., -2] / (mx[..., -1] + left[..., -2])
    n = np.zeros_like(people)
    n[..., 1:] = people[..., :-1] * S[..., 1:]
    n[..., -1] += people[..., -1] * S[..., -1]
    deaths = people.sum(axis=(1, 2)) - n.sum(axis=(1, 2))
    births = (asfr * (people[:, FEMALE] + n[:, FEMALE])).sum(axis=1) / 2.0
    n[..., 0] = births[:, None] * (np.array([srb, 1.0]) / (1.0 + srb)) * S[..., 0]
    infants = births - n[..., 0].sum(axis=1)
    return n, births, deaths + infants, infants


def _by(province: Array, values: Array, n: int) -> Array:
    return np.bincount(province, weights=values, minlength=n).astype(np.float64)


def _balanced(one: Peer, t: int, n: Array, net: Array, y: Array, q: Array) -> tuple[Array, Array]:
    """y (province) and q (sex, 70) of a fitted year, from where they stand."""
    count = len(net)
    of = n[..., MOVING].reshape(*n.shape[:2], 14, 5)
    gain = np.stack([_by(one.province, cell, count) for cell in one.gain.reshape(len(n), -1).T], axis=1)
    gain = gain.reshape(count, 2, 14)
    growth = one.growth[t].reshape(2, 14, 5) / 5.0
    weight = gain.sum(axis=0)[..., None] * growth
    grouped = of.sum(axis=3)
    for _ in range(200):
        pool = q.reshape(2, 14, 5)
        arriving = KEPT * (gain * (growth * pool).sum(axis=2)).sum(axis=(1, 2))
        for _ in range(4):
            rate = -np.expm1(one.log_stay * (KEPT / y)[one.province][:, None, None])
            leavers = y * _by(one.province, (grouped * rate).sum(axis=(1, 2)), count)
            miss = np.abs(arriving * y - leavers / y - net).max()
            if miss < 1e-5:
                break
            y = (net + np.sqrt(net**2 + 4.0 * arriving * leavers)) / (2.0 * arriving)
        out = np.einsum("lsga,lsg->sga", of, rate)
        ratio = out / (KEPT * np.einsum("p,psg->sg", y, gain)[..., None] * growth * pool)
        if np.abs(ratio - 1.0).max() < 1e-11 and miss < 1e-5:
            break
        pool = pool * ratio
        q = (pool / ((weight * pool).sum() / weight.sum())).reshape(2, 70)
    return y, q


def _moved(one: Peer, t: int, n: Array, y: Array, q: Array | None, kept: float) -> Array:
    """(leaf, sex, age) people after the year's moves; q None: what makes them cancel."""
    hazard = one.log_stay * (kept / y)[one.province][:, None, None]
    leaving = n[..., MOVING] * np.repeat(-np.expm1(hazard), 5, axis=2)
    arriving = np.repeat(one.gain * y[one.province][:, None, None], 5, axis=2) * (kept / 5.0 * one.growth[t])
    if q is None:
        q = leaving.sum(axis=0) / arriving.sum(axis=0)
    out = n.copy()
    out[..., MOVING] += arriving * q - leaving
    return out


def solve(one: Peer) -> Array:
    """(leaf, year + 1) people on 1 January."""
    count, n_fitted = one.births.shape
    people, m, h = one.start, np.ones(count), np.ones(count)
    found = [people.sum(axis=(1, 2))]
    kept_m: list[Array] = []
    kept_h: list[Array] = []
    kept_net: list[Array] = []
    y, q = np.ones(count), np.ones((2, 70))
    for t in range(n_fitted):
        is_known = not np.isnan(one.births[:, t]).any()
        if not is_known:
            m, h = (np.sqrt(rates[-1] * rates[-2]) for rates in (kept_m, kept_h))
        for _ in range(60):
            mx = one.mx[t] * (m[one.province] * one.d)[:, None, None]
            n, births, deaths, _ = _age(people, mx, (h[one.province] * one.r)[:, None] * one.asfr[t], one.srb[t])
            if is_known:
                up_h = one.births[:, t] / _by(one.province, births, count)
                up_m = one.deaths[:, t] / _by(one.province, deaths, count)
            else:
                up_h, up_m = one.nation_births[t] / births.sum(), one.nation_deaths[t] / deaths.sum()
            m, h = m * up_m, h * up_h
            if max(np.abs(up_h - 1.0).max(), np.abs(up_m - 1.0).max()) < 1e-13:
                break
        before = _by(one.province, n.sum(axis=(1, 2)), count)
        net = one.end[:, t] - before
        if not is_known:
            net = np.median(kept_net, axis=0)
            net = net + (one.nation_end[t] - before.sum() - net.sum()) * np.abs(net) / np.abs(net).sum()
        y, q = _balanced(one, t, n, net, y, q)
        people = _moved(one, t, n, y, q, KEPT)
        found.append(people.sum(axis=(1, 2)))
        for kept, value in zip((kept_m, kept_h, kept_net), (m, h, net), strict=True):
            kept.append(value)
    return np.stack([*found, *_path(one, people, m, h, y)], axis=1)


def _path(one: Peer, people: Array, m: Array, h: Array, y: Array) -> list[Array]:
    n_fitted, own = one.births.shape[1], np.log(one.r * h[one.province])
    women = people[:, FEMALE, 15:50].sum(axis=1)
    mean = float(np.average(own, weights=women))
    count = len(m)
    of_province = (_by(one.province, women * own, count) / _by(one.province, women, count))[one.province]
    found = []
    for t in range(n_fitted, len(one.mx)):
        passed = t + 1 - n_fitted
        relative = np.exp(mean + (of_province - mean) * PROVINCE**passed + (own - of_province) * LEAF**passed)
        mx = one.mx[t] * (m[one.province] * one.d)[:, None, None]
        n, births, _, _ = _age(people, mx, relative[:, None] * one.asfr[t], one.srb[t])
        n[..., 0] *= one.nation_births[t] / births.sum()
        people = _moved(one, t, n, y, None, KEPT * 0.5 ** (passed / HALF_LIFE))
        found.append(people.sum(axis=(1, 2)))
    return found
