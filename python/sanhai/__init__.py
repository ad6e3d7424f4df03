"""sanhai (三孩): population, the cost of children, public money and nursery places, from country to county.

Names load on first use, so that importing the package costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from sanhai._version import __version__

if TYPE_CHECKING:
    from sanhai._bridge import build_info
    from sanhai.comparison import compare, main_job, project
    from sanhai.errors import AccountingError, ConfigError, DomainError, Error, ShapeError
    from sanhai.exchange import OriginDestinationRates, PoolRates
    from sanhai.exchanged import Exchanged, project_exchanging
    from sanhai.places.place import Place, place
    from sanhai.policy.scenario import Scenario, scenario
    from sanhai.policy.settings import from_year
    from sanhai.raking import rake, rake_births_and_stock
    from sanhai.results import Comparison

_WHERE = {
    "AccountingError": "sanhai.errors",
    "Comparison": "sanhai.results",
    "ConfigError": "sanhai.errors",
    "DomainError": "sanhai.errors",
    "Error": "sanhai.errors",
    "Exchanged": "sanhai.exchanged",
    "OriginDestinationRates": "sanhai.exchange",
    "Place": "sanhai.places.place",
    "PoolRates": "sanhai.exchange",
    "Scenario": "sanhai.policy.scenario",
    "ShapeError": "sanhai.errors",
    "build_info": "sanhai._bridge",
    "compare": "sanhai.comparison",
    "from_year": "sanhai.policy.settings",
    "main_job": "sanhai.comparison",
    "place": "sanhai.places.place",
    "project": "sanhai.comparison",
    "project_exchanging": "sanhai.exchanged",
    "rake": "sanhai.raking",
    "rake_births_and_stock": "sanhai.raking",
    "scenario": "sanhai.policy.scenario",
}

__all__ = [
    "AccountingError",
    "Comparison",
    "ConfigError",
    "DomainError",
    "Error",
    "Exchanged",
    "OriginDestinationRates",
    "Place",
    "PoolRates",
    "Scenario",
    "ShapeError",
    "__version__",
    "build_info",
    "compare",
    "from_year",
    "main_job",
    "place",
    "project",
    "project_exchanging",
    "rake",
    "rake_births_and_stock",
    "scenario",
]


def __getattr__(name: str) -> Any:
    if name not in _WHERE:
        raise AttributeError(f"module 'sanhai' has no attribute {name!r}")
    value = getattr(import_module(_WHERE[name]), name)
    # A submodule of the same name (sanhai.comparison, sanhai.places.place) would otherwise hide the function.
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
