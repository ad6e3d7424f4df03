"""sanhai (三孩): population, the cost of children, public money and nursery places, from country to county.

Names load on first use, so that importing the package costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from sanhai._version import __version__

if TYPE_CHECKING:
    from sanhai._bridge import build_info
    from sanhai.errors import (
        AccountingError,
        ConfigError,
        DomainError,
        Error,
        FileError,
        InputError,
        ShapeError,
        set_language,
    )
    from sanhai.io.load import load, rerun
    from sanhai.places.catalogue import place
    from sanhai.places.place import Place
    from sanhai.policy.levers import from_year
    from sanhai.policy.scenario import Scenario, scenario
    from sanhai.readers.door import read
    from sanhai.readers.figures import Figures
    from sanhai.results.compare import compare, main_job, project
    from sanhai.results.results import Results
    from sanhai.run.raking import rake, rake_births_and_stock
    from sanhai.run.rates import OriginDestinationRates, PoolRates

_WHERE = {
    "AccountingError": "sanhai.errors",
    "ConfigError": "sanhai.errors",
    "DomainError": "sanhai.errors",
    "Error": "sanhai.errors",
    "Figures": "sanhai.readers.figures",
    "FileError": "sanhai.errors",
    "InputError": "sanhai.errors",
    "OriginDestinationRates": "sanhai.run.rates",
    "Place": "sanhai.places.place",
    "PoolRates": "sanhai.run.rates",
    "Results": "sanhai.results.results",
    "Scenario": "sanhai.policy.scenario",
    "ShapeError": "sanhai.errors",
    "build_info": "sanhai._bridge",
    "compare": "sanhai.results.compare",
    "from_year": "sanhai.policy.levers",
    "load": "sanhai.io.load",
    "main_job": "sanhai.results.compare",
    "place": "sanhai.places.catalogue",
    "project": "sanhai.results.compare",
    "read": "sanhai.readers.door",
    "rake": "sanhai.run.raking",
    "rake_births_and_stock": "sanhai.run.raking",
    "rerun": "sanhai.io.load",
    "scenario": "sanhai.policy.scenario",
    "set_language": "sanhai.errors",
}

__all__ = [
    "AccountingError",
    "ConfigError",
    "DomainError",
    "Error",
    "Figures",
    "FileError",
    "InputError",
    "OriginDestinationRates",
    "Place",
    "PoolRates",
    "Results",
    "Scenario",
    "ShapeError",
    "__version__",
    "build_info",
    "compare",
    "from_year",
    "load",
    "main_job",
    "place",
    "project",
    "rake",
    "rake_births_and_stock",
    "read",
    "rerun",
    "scenario",
    "set_language",
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
