"""sanhai (三孩): population, the cost of children, public money and nursery places, from country to county.

Names load on first use, so that importing the package costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from sanhai._version import __version__

if TYPE_CHECKING:
    from sanhai._bridge import build_info
    from sanhai.errors import AccountingError, ConfigError, DomainError, Error, ShapeError
    from sanhai.places.catalogue import place
    from sanhai.places.place import Place
    from sanhai.policy.levers import from_year
    from sanhai.policy.scenario import Scenario, scenario
    from sanhai.results.results import Comparison
    from sanhai.run.compare import compare, main_job, project
    from sanhai.run.exchange import Exchanged, project_exchanging
    from sanhai.run.raking import rake, rake_births_and_stock
    from sanhai.run.rates import OriginDestinationRates, PoolRates

_WHERE = {
    "AccountingError": "sanhai.errors",
    "Comparison": "sanhai.results.results",
    "ConfigError": "sanhai.errors",
    "DomainError": "sanhai.errors",
    "Error": "sanhai.errors",
    "Exchanged": "sanhai.run.exchange",
    "OriginDestinationRates": "sanhai.run.rates",
    "Place": "sanhai.places.place",
    "PoolRates": "sanhai.run.rates",
    "Scenario": "sanhai.policy.scenario",
    "ShapeError": "sanhai.errors",
    "build_info": "sanhai._bridge",
    "compare": "sanhai.run.compare",
    "from_year": "sanhai.policy.levers",
    "main_job": "sanhai.run.compare",
    "place": "sanhai.places.catalogue",
    "project": "sanhai.run.compare",
    "project_exchanging": "sanhai.run.exchange",
    "rake": "sanhai.run.raking",
    "rake_births_and_stock": "sanhai.run.raking",
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
    # A submodule of the same name (sanhai.run.compare, sanhai.policy.scenario) would otherwise hide the function.
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
