"""The peer: the model's year over all draws at once, as a good user of NumPy would write it.

Draws lie on the last axis, buffers are made once and written in place, weighted sums over ages are products with a
vector (BLAS). It knows no births by order and no check of cells below zero, which the engine has:
what it leaves out is in its favour.
"""

from __future__ import annotations

import numpy as np

from sanhai.bench.synthetic import FEMALE, MALE, Array, Inputs, Paths

__all__ = ["INDICATORS", "Sx_from_mx", "project_lee_carter", "project_shared"]

INDICATORS = ("pop_jan1", "pop_0_14", "pop_65plus", "births", "deaths")
FERTILE = slice(15, 50)


def Sx_from_mx(mx: Array, out: Array | None = None) -> Array:
    """Survivorship by age of arrival from death rates with a(x) = 0.5: both (..., sex, age, draw)."""
    S = np.empty_like(mx) if out is None else out
    half = 0.5 * mx
    left = 1.0 - half
    np.divide(left[..., :-1, :], 1.0 + half[..., 1:, :], out=S[..., 1:, :])
    np.divide(1.0, 1.0 + half[..., 0, :], out=S[..., 0, :])
    np.divide(left[..., -2, :], mx[..., -1, :] + left[..., -2, :], out=S[..., -1, :])
    return S


def _age_groups(n_ages: int) -> Array:
    """(group, sex x age): all, 0-14, 65+."""
    age = np.tile(np.arange(n_ages), 2)
    return np.array([np.ones(2 * n_ages), age < 15, age >= 65], dtype=float)


def _give_birth(start: Array, end: Array, asfr: Array, srb: float, factor: Array) -> Array:
    """(sex, draw) births of one year; asfr (age) over the fertile ages."""
    births = 0.5 * (asfr @ start[FEMALE, FERTILE] + asfr @ end[FEMALE, FERTILE]) * factor
    by_sex = np.empty((2, len(births)))
    by_sex[MALE] = births * (srb / (1.0 + srb))
    by_sex[FEMALE] = births * (1.0 / (1.0 + srb))
    return by_sex


def project_shared(inputs: Inputs, Sx: Array, paths: Paths) -> Array:
    """Draws of fertility; one mortality for all. Place 0; Sx (year, sex, age). Returns (indicator, year + 1, draw)."""
    n_years, n_draws, n_ages = inputs.n_years, paths.fertility.shape[1], inputs.mx.shape[2]
    out = np.full((len(INDICATORS), n_years + 1, n_draws), np.nan)
    groups = _age_groups(n_ages)
    asfr = inputs.asfr.sum(axis=1)[:, FERTILE]
    movers = inputs.net_migration[0, 0, :, :, None]
    state = np.repeat(inputs.pop_jan1[0, :, :, None], n_draws, axis=2)
    end = np.empty_like(state)
    for t in range(n_years):
        out[:3, t] = groups @ state.reshape(2 * n_ages, n_draws)
        S = Sx[t, :, :, None]
        lost = 1.0 - np.concatenate([Sx[t, :, 1:], Sx[t, :, -1:]], axis=1)  # by age at the start
        np.multiply(state[:, :-1], S[:, 1:], out=end[:, 1:])
        end[:, -1] += state[:, -1] * S[:, -1]
        born = _give_birth(state, end, asfr[t], float(inputs.srb[t]), paths.fertility[t])
        out[3, t] = born.sum(axis=0)
        out[4, t] = lost.ravel() @ state.reshape(2 * n_ages, n_draws) + (1.0 - Sx[t, :, 0]) @ born
        np.multiply(born, S[:, 0], out=end[:, 0])
        end += movers
        state, end = end, state
    out[:3, n_years] = groups @ state.reshape(2 * n_ages, n_draws)
    return out


def project_lee_carter(inputs: Inputs, paths: Paths) -> Array:
    """Draws of fertility, mortality (a life table a draw), migration. Place 0. Returns (indicator, year + 1, draw)."""
    n_years, n_draws, n_ages = inputs.n_years, paths.fertility.shape[1], inputs.mx.shape[2]
    out = np.full((len(INDICATORS), n_years + 1, n_draws), np.nan)
    groups = _age_groups(n_ages)
    asfr = inputs.asfr.sum(axis=1)[:, FERTILE]
    movers, pattern = inputs.net_migration[0, 0, :, :, None], inputs.pattern[0, 0, :, :, None]
    state = np.repeat(inputs.pop_jan1[0, :, :, None], n_draws, axis=2)
    end, mx, S = np.empty_like(state), np.empty_like(state), np.empty_like(state)
    for t in range(n_years):
        out[:3, t] = groups @ state.reshape(2 * n_ages, n_draws)
        np.multiply(inputs.b[:, :, None], paths.k[t], out=mx)
        np.exp(mx, out=mx)
        mx *= inputs.mx[t, :, :, None]
        Sx_from_mx(mx, out=S)
        state[:, -2] += state[:, -1]  # the last two groups arrive together
        np.multiply(state[:, :-1], S[:, 1:], out=end[:, 1:])
        state[:, -2] -= state[:, -1]
        born = _give_birth(state, end, asfr[t], float(inputs.srb[t]), paths.fertility[t])
        out[3, t] = born.sum(axis=0)
        np.multiply(born, S[:, 0], out=end[:, 0])
        np.subtract(1.0, S, out=S)  # now the share that is lost
        out[4, t] = np.einsum("sxd,sxd->d", state[:, :-1], S[:, 1:])
        out[4, t] += (state[:, -1] * S[:, -1]).sum(axis=0) + (born * S[:, 0]).sum(axis=0)
        np.multiply(pattern, paths.shock[t], out=mx)
        end += mx
        end += movers
        state, end = end, state
    out[:3, n_years] = groups @ state.reshape(2 * n_ages, n_draws)
    return out
