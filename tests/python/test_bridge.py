"""The compiled module holds what the package uses and no more; what only tests reach is tested in C++."""

from __future__ import annotations

import inspect
import re
from importlib.resources import files
from pathlib import Path

from sanhai import _bridge, _core

ROOT = Path(str(files("sanhai")))
TEXTS = [path.read_text(encoding="utf-8") for path in sorted(ROOT.rglob("*.py")) if path.name != "_bridge.py"]
# Types of what calls give back, and a base.
COME_OUT = {"Accounts", "Indicator", "LegacyStocks", "PathMaker", "PlaceFit"}


def test_every_name_of_the_bridge_is_used_by_the_package():
    used = {name for text in TEXTS for name in re.findall(r"\b_bridge\.(\w+)", text)}
    assert set(_bridge.__all__) - used == set()
    assert used <= set(_bridge.__all__)


def test_every_binding_is_reached():
    public = {name for name in vars(_core) if not name.startswith("_")}
    assert public == set(_bridge.__all__) | COME_OUT
    assert all(inspect.isclass(getattr(_core, name)) for name in COME_OUT)
