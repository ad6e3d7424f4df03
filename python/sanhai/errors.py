"""The one exception file of the Python side; the C++ core raises the same names."""

from __future__ import annotations

__all__ = ["AccountingError", "ConfigError", "DomainError", "Error", "ShapeError", "complaint"]


class Error(Exception):
    """Base of everything sanhai raises on purpose."""


class ShapeError(Error, ValueError):
    """A table has the wrong axes, or an axis the wrong length."""


class DomainError(Error, ValueError):
    """A value lies outside what its quantity can be."""


class AccountingError(Error, ValueError):
    """Persons or money do not add up."""


class ConfigError(Error, ValueError):
    """Settings that cannot hold together: an unknown name, a lever out of range, shares that do not sum to one."""


def complaint(what: str, *, where: str = "", got: object = None, allowed: str = "", remedy: str = "") -> str:
    """The five parts every message carries, in the order the C++ core writes them; empty parts are left out."""
    parts = [f"{what}: {where}" if where else what]
    if got is not None:
        parts[0] += f": got {got}"
    if allowed:
        parts.append(f"allowed {allowed}")
    if remedy:
        parts.append(f"remedy: {remedy}")
    return "; ".join(parts)
