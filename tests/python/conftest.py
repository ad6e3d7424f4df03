"""Runs shared by the tests: each is made once a session, because a comparison is immutable."""

from __future__ import annotations

import csv
from importlib.resources import files
from pathlib import Path

import pytest

import sanhai as sh


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch):
    """Words are English unless a test says otherwise, whatever the locale; a language set in a test ends with it."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.setenv(name, "C.UTF-8")
    sh.set_language(None)
    yield
    sh.set_language(None)


@pytest.fixture(scope="session")
def shared_data() -> Path | None:
    """The folder of reference tables beside the repository, or None where it is not there."""
    folder = Path(__file__).resolve().parents[3] / "shared" / "data"
    return folder if folder.is_dir() else None


@pytest.fixture(scope="session")
def table_rows():
    """Reads a shipped table with the csv module alone: what a test expects never passes through the code it tests."""

    def read(name: str) -> list[dict[str, str]]:
        with files("sanhai.places").joinpath("data", name).open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    return read


@pytest.fixture(scope="session")
def published_figures(table_rows):
    """(place, variable, sex) -> {year: value} of 2021-25, rows of all ages that are sure enough to fit to."""
    found: dict[tuple[str, str, str], dict[int, float]] = {}
    for row in table_rows("published.csv"):
        if row["age"] == "all" and row["confidence"] != "low" and 2021 <= int(row["year"]) <= 2025:
            key = (row["place"], row["variable"], row["sex"])
            found.setdefault(key, {})[int(row["year"])] = float(row["value"])
    return found


@pytest.fixture(scope="session")
def lanzhou():
    """The main job of Lanzhou, with China alongside."""
    return sh.compare(sh.main_job("lanzhou"), (2021, 2050))


@pytest.fixture(scope="session")
def china_allowance():
    """China as it is, with the national allowance, and without it."""
    return sh.compare([sh.scenario(name, "china") for name in ("baseline", "no-allowance")], (2021, 2080))


@pytest.fixture
def complains():
    """Runs a call that must fail and checks that its message names what, got, allowed and remedy."""

    def check(call, *fragments: str, kind: type[Exception] = sh.Error, got: bool = True) -> str:
        with pytest.raises(kind) as caught:
            call()
        text = str(caught.value)
        for fragment in (*fragments, "allowed ", "remedy: ", *(["got "] if got else [])):
            assert fragment in text, f"{fragment!r} is not in: {text}"
        return text

    return check
