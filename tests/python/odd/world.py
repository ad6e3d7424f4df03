"""What odd calls are made on: one small place with draws, run once, and folders of it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

import sanhai as sh

__all__ = ["LAST", "YEARS", "World"]

YEARS = (2025, 2028)
LAST = YEARS[1]


@dataclass(frozen=True)
class World:
    """A place of six parts with two areas above; scenarios; results with five draws and without."""

    folder: Path

    @cached_property
    def place(self) -> sh.Place:
        return sh.place("zhangye")

    @cached_property
    def baseline(self) -> sh.Scenario:
        return sh.scenario("baseline", self.place)

    @cached_property
    def more(self) -> sh.Scenario:
        return self.baseline.vary("more", {"subsidy.child3.yuan_per_month": 500})

    @cached_property
    def drawn(self) -> sh.Results:
        return sh.compare([self.baseline, self.more], YEARS, draws=5, seed=1)

    @property
    def point(self) -> sh.Results:
        return self.drawn.central

    def compare(self, **how: Any) -> sh.Results:
        return sh.compare([self.baseline], **{"years": YEARS, **how})

    def vary(self, path: Any, value: Any, **how: Any) -> sh.Scenario:
        return self.baseline.vary("varied", {path: value}, **how)

    # ---- files -------------------------------------------------------------------------------------------------

    @cached_property
    def saved(self) -> Path:
        return self.drawn.save(self.folder / "saved")

    def empty(self, name: str) -> Path:
        path = self.folder / name
        path.mkdir(exist_ok=True)
        return path

    def file(self, name: str, content: str | bytes = "") -> Path:
        path = self.folder / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def fifo(self) -> Path:
        path = self.folder / "fifo"
        if not path.exists():
            os.mkfifo(path)
        return path

    def changed(self, **values: Any) -> dict[str, Any]:
        """The manifest with other values; those that are ... are taken out."""
        content = {**self.drawn.manifest, **values}
        return {key: value for key, value in content.items() if value is not ...}

    # ---- rates -------------------------------------------------------------------------------------------------

    @cached_property
    def codes(self) -> tuple[str, ...]:
        return tuple(leaf.code for leaf in self.place.leaves)

    def rate(self, value: float = 0.001, n: int | None = None) -> np.ndarray:
        n = len(self.codes) if n is None else n
        out = np.full((n, n, 1, 2, 101), value)
        out[range(n), range(n)] = 0.0
        return out

    def pool(self, **changed: Any) -> sh.PoolRates:
        n = len(self.codes)
        how = {
            "places": self.codes,
            "pool_of": dict.fromkeys(self.codes, "pool"),
            "out_rate": np.full((n, 1, 2, 101), 0.01),
            "in_share": np.full((n, 1, 2, 101), 1.0 / n),
        }
        return sh.PoolRates(**{**how, **changed})
