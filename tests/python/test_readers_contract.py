"""The shared files in real layouts: read to the expected numbers, or refused with the code and the place named."""

from __future__ import annotations

import json
import math
import re
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import sanhai as sh

DATA = Path(__file__).resolve().parents[3] / "shared" / "data" / "readers"
CASES = sorted(DATA.glob("*.expected.json"))
pytestmark = pytest.mark.skipif(not CASES, reason="the shared files are not there")


def load(case: Path) -> tuple[dict[str, Any], Path]:
    expected = json.loads(case.read_text(encoding="utf-8"))
    return expected, DATA / expected["file"]


def of(outcome: str) -> list[Any]:
    return [pytest.param(case, id=case.name.split(".")[0]) for case in CASES if load(case)[0]["outcome"] == outcome]


def plain(text: str) -> str:
    return re.sub(r"(?<=\d),(?=\d)", "", text)


def sums(frame: pd.DataFrame, what: str) -> float:
    """A sum as the expectations name it: missing, all, tfr, "tfr order 3+", "male 2024-01-01", "male"."""
    if what == "missing":
        return float(frame["value"].isna().sum())
    if what == "all":
        return float(frame["value"].sum())
    if what.startswith("tfr"):
        rates = frame[frame["variable"] == "asfr"]
        order = what.split()[-1]
        held = set(rates["order"])
        wanted = {"3", "4", "5+"} if order == "3+" and "3+" not in held else {order} if "order" in what else {"", "all"}
        rates = rates[rates["order"].isin(wanted)] if order != "all" else rates[rates["order"] == "all"]
        width = [int(age.split("-")[1]) - int(age.split("-")[0]) + 1 if "-" in age else 1 for age in rates["age"]]
        return float((rates["value"] * width).sum())
    sex, *day = what.split()
    people = frame[(frame["sex"] == sex) & (frame["variable"] == "pop")]
    return float(people[people["date"] == day[0]]["value"].sum() if day else people["value"].sum())


@pytest.mark.parametrize("case", of("read"))
def test_read_right(case: Path) -> None:
    expected, path = load(case)
    read = {**expected["read"]}
    if isinstance(read.get("years"), list):
        read["years"] = tuple(read["years"])
    figures = sh.read(path, **read)
    frame = figures.frame
    assert len(frame) == expected["rows"]
    assert any(f"read as {expected['format']}," in note for note in figures.notes)
    assert dict(zip(figures.units["column"], figures.units["unit"], strict=True)) == expected["units"]
    for what, value in expected["sums"].items():
        slack = 0.0005 if what.startswith("tfr") else max(0.5, 2e-6 * abs(value))
        assert math.isclose(sums(frame, what), value, abs_tol=slack), what
    for cell in expected["cells"]:
        chosen = frame
        for name, value in cell.items():
            if name == "place":
                chosen = chosen[(chosen["place"] == value) | (chosen["name"] == value)]
            elif name != "value":
                chosen = chosen[chosen[name] == value]
        assert chosen["value"].tolist() == pytest.approx([cell["value"]], rel=1e-12), cell
    if code := expected.get("place_code"):
        assert set(frame["place"]) == {code}
    if home := expected.get("policy_place"):
        assert figures.about[expected["place_code"]]["policy_place"] == home


@pytest.mark.parametrize("case", of("refuse"))
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_refused_with_the_place_named(case: Path, lang: str) -> None:
    expected, path = load(case)
    with pytest.raises(sh.InputError) as caught:
        sh.read(path, **expected["read"])
    sh.set_language(lang)
    error, at = caught.value, expected["at"]
    first = error.problems.iloc[0]
    assert first["code"] == expected["code"], str(error)
    for name in ("sheet", "line", "column", "cell"):
        if name in at:
            assert first[name] == at[name], str(error)
    if "any_cell" in at:
        assert first["cell"] in at["any_cell"]
    for text in expected["message_names"]:
        assert plain(text) in plain(str(error)), str(error)
