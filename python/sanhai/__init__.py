"""sanhai (三孩): population, the cost of children, public money and nursery places, from country to county.

Names load on first use, so that importing the package costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from sanhai._version import __version__

if TYPE_CHECKING:
    from sanhai import places, policy
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
    from sanhai.places.ages import by_age
    from sanhai.places.catalogue import place
    from sanhai.places.place import Place
    from sanhai.policy.scenario import Scenario, scenario
    from sanhai.policy.series import from_month, from_year
    from sanhai.rates.makers import Fertility, Migration, Mortality, Parity, like
    from sanhai.rates.paths import e0_path, tfr_path
    from sanhai.readers.door import read
    from sanhai.readers.figures import Figures
    from sanhai.results.compare import compare, main_job, project
    from sanhai.results.results import Results
    from sanhai.run.raking import rake, rake_births_and_stock
    from sanhai.run.rates import OriginDestinationRates, PoolRates
    from sanhai.show.doc import cite, doc, find

_WHERE = {
    "AccountingError": "sanhai.errors",
    "ConfigError": "sanhai.errors",
    "DomainError": "sanhai.errors",
    "Error": "sanhai.errors",
    "Fertility": "sanhai.rates.makers",
    "Figures": "sanhai.readers.figures",
    "FileError": "sanhai.errors",
    "InputError": "sanhai.errors",
    "Migration": "sanhai.rates.makers",
    "Mortality": "sanhai.rates.makers",
    "OriginDestinationRates": "sanhai.run.rates",
    "Parity": "sanhai.rates.makers",
    "Place": "sanhai.places.place",
    "PoolRates": "sanhai.run.rates",
    "Results": "sanhai.results.results",
    "Scenario": "sanhai.policy.scenario",
    "ShapeError": "sanhai.errors",
    "build_info": "sanhai._bridge",
    "by_age": "sanhai.places.ages",
    "cite": "sanhai.show.doc",
    "compare": "sanhai.results.compare",
    "doc": "sanhai.show.doc",
    "e0_path": "sanhai.rates.paths",
    "find": "sanhai.show.doc",
    "from_month": "sanhai.policy.series",
    "from_year": "sanhai.policy.series",
    "like": "sanhai.rates.makers",
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
    "tfr_path": "sanhai.rates.paths",
}

__all__ = [
    "AccountingError",
    "ConfigError",
    "DomainError",
    "Error",
    "Fertility",
    "Figures",
    "FileError",
    "InputError",
    "Migration",
    "Mortality",
    "OriginDestinationRates",
    "Parity",
    "Place",
    "PoolRates",
    "Results",
    "Scenario",
    "ShapeError",
    "__version__",
    "build_info",
    "by_age",
    "cite",
    "compare",
    "doc",
    "e0_path",
    "find",
    "from_month",
    "from_year",
    "like",
    "load",
    "main_job",
    "place",
    "places",
    "policy",
    "project",
    "rake",
    "rake_births_and_stock",
    "read",
    "rerun",
    "scenario",
    "set_language",
    "tfr_path",
]


def __getattr__(name: str) -> Any:
    if name in ("places", "policy"):  # the rooms themselves: what they export is public
        return import_module(f"sanhai.{name}")
    if name not in _WHERE:
        raise AttributeError(f"module 'sanhai' has no attribute {name!r}")
    value = getattr(import_module(_WHERE[name]), name)
    # A submodule of the same name (sanhai.run.compare, sanhai.policy.scenario) would otherwise hide the function.
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
