"""For tests of one's own: asserts that a result must hold, strategies for Hypothesis, fixtures for pytest.

`assert_balanced`, `assert_sums`, `assert_paired` need nothing more; `strategies` needs Hypothesis, and the fixtures
(`sanhai.testing.plugin`) pytest: `pip install "sanhai[testing]"`. Names load on first use.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from sanhai.errors import ConfigError, refuse

if TYPE_CHECKING:
    from sanhai.testing import strategies
    from sanhai.testing.asserts import assert_balanced, assert_paired, assert_sums
    from sanhai.testing.made_up import MadeUp

__all__ = ["MadeUp", "assert_balanced", "assert_paired", "assert_sums", "strategies"]


def __getattr__(name: str) -> Any:
    if name == "strategies":
        try:
            return import_module("sanhai.testing.strategies")
        except ModuleNotFoundError as error:
            raise refuse(ConfigError, "testing.library", got=error.name) from error
    if name not in __all__:
        raise AttributeError(f"module 'sanhai.testing' has no attribute {name!r}")
    return getattr(import_module("sanhai.testing.made_up" if name == "MadeUp" else "sanhai.testing.asserts"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
