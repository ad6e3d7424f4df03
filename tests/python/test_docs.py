"""The documentation is held to the product: generated parts, links, examples, flags, point values."""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

import sanhai as sh
from sanhai import _bridge
from sanhai.policy.lookup import lever_table

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([ROOT / "README.md", ROOT / "README.zh.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").rglob("*.md")])
EXAMPLES = [
    "README.md",
    "README.zh.md",
    "docs/data.md",
    "docs/exchange.md",
    "docs/guide/quick_start.md",
    "docs/guide/quick_start.zh.md",
    "docs/own-data.md",
    "docs/raking.md",
    "docs/targets.md",
]
LINK = re.compile(r"\]\(([^)\s]+)\)")
CODE = re.compile(r"^```(\w*)\n(.*?)^```", re.DOTALL | re.MULTILINE)


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def _generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("docs_generate", ROOT / "docs" / "_generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


GENERATE = _generator()


def _blocks(page: Path, *languages: str) -> list[str]:
    return [body for language, body in CODE.findall(page.read_text(encoding="utf-8")) if language in languages]


def _anchors(page: Path) -> set[str]:
    """Anchors a heading gets: lower case, punctuation away, spaces to hyphens."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", list(GENERATE.BLOCKS))
def test_generated_parts_are_up_to_date(page: str) -> None:
    committed = (ROOT / page).read_text(encoding="utf-8")
    assert committed == GENERATE.rewritten(page), f"{page} is stale: run python docs/_generate.py"


def test_every_lever_and_instrument_is_in_the_tables() -> None:
    from sanhai.policy import instruments

    levers = (ROOT / "docs" / "levers.md").read_text(encoding="utf-8")
    assert [path for path in lever_table() if f"| `{path}` |" not in levers] == []
    listed = (ROOT / "docs" / "instruments.md").read_text(encoding="utf-8")
    assert [row.full_id for row in instruments() if f"| `{row.full_id}` |" not in listed] == []


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_relative_links_resolve(page: Path) -> None:
    broken = []
    for target in LINK.findall(CODE.sub("", page.read_text(encoding="utf-8"))):
        if target.startswith(("http://", "https://", "mailto:")):
            continue
        path, _, anchor = target.partition("#")
        found = (page.parent / path).resolve() if path else page
        if not found.exists() or (anchor and anchor not in _anchors(found)):
            broken.append(target)
    assert broken == []


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_pages_ask_nothing_of_the_network(page: Path) -> None:
    """No picture, style or script from elsewhere; addresses in text are fine."""
    text = page.read_text(encoding="utf-8")
    assert re.findall(r"!\[[^\]]*\]\((?:https?:)?//", text) == []
    assert re.findall(r"<(?:img|script|link|iframe)\b", text) == []


@pytest.mark.parametrize("page", EXAMPLES)
def test_python_examples_run(page: str, capsys: pytest.CaptureFixture[str]) -> None:
    blocks = _blocks(ROOT / page, "python")
    assert blocks, f"{page} has no Python example"
    if page == "docs/own-data.md":  # those that read files run in test_own_examples.py, which makes the files
        blocks = [block for block in blocks if "sh.read(" not in block]
    for block in blocks:
        names: dict[str, object] = {}
        exec(compile(block, page, "exec"), names)
        found = names.get("found")
        if found is not None:
            assert isinstance(found, sh.Results)
            assert (found.diff("births").iloc[0] == 0.0).all()
            assert (found.diff("births").iloc[1].loc[2030:2045] > 0.0).all()


def _sanhai(*arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", "import sys; from sanhai.cli import main; sys.exit(main())", *arguments],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "COLUMNS": "200", "TERM": "dumb", "NO_COLOR": "1", "PYTHONIOENCODING": "utf-8"},
    )
    return done.stdout


def _shell_lines() -> list[str]:
    """Every `sanhai ...` that a page shows in a shell block or in backticks."""
    found = []
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        lines = [line for block in _blocks(page, "sh", "") for line in block.splitlines()]
        lines += re.findall(r"`(sanhai [^`]+)`", CODE.sub("", text))
        found += [line[line.index("sanhai ") :].split("#")[0].strip() for line in lines if "sanhai " in line]
    return sorted({line for line in found if line.split()[1] in ("run", "places", "policies", "check")})


def test_flags_in_the_docs_exist() -> None:
    lines = _shell_lines()
    assert len(lines) >= 5
    helps = {command: _sanhai(command, "--help") for command in {line.split()[1] for line in lines}}
    unknown = [
        f"{line}: {flag}"
        for line in lines
        for flag in re.findall(r"(?<![\w-])(--?[a-z][\w-]*)", line)
        if not re.search(rf"(?<![\w-]){re.escape(flag)}(?![\w-])", helps[line.split()[1]])
    ]
    assert unknown == []


def test_point_values_on_the_policy_page() -> None:
    text = (ROOT / "docs" / "policy.md").read_text(encoding="utf-8")
    point = _bridge.ResponseParameters()
    table = lever_table()
    shown = dict(re.findall(r"^\| `([\w.]+)` \| ([\d.]+) \|", text, re.MULTILINE))
    assert len(shown) == 11
    for path, value in shown.items():
        default = table[path].default
        assert float(value) == pytest.approx(point.w if default is None else float(default), abs=5e-4), path
    sigma = dict(zip(("cash", "fee", "tax", "leave", "housing", "insured"), point.sigma, strict=True))
    for name, value in sigma.items():
        assert f"| {name} | {value:.3g} |" in text
    assert ", ".join(f"{share:.2f}" for share in point.repayment) in text
    from sanhai.policy.response import eps_band

    assert "eps {} and {}".format(*eps_band()) in text


def test_the_contract_names_every_column_and_dim() -> None:
    from sanhai.results.frame import COLUMNS

    text = (ROOT / "docs" / "contracts.md").read_text(encoding="utf-8")
    assert [name for name in COLUMNS if f"`{name}`" not in text] == []
    data = GENERATE.main_job().data
    for name in data.data_vars:
        assert data[name].dims[:4] == ("scenario", "place", "draw", "year"), name
    assert data["e0"].dims[4:] == ("sex",)
    assert data["births_order"].dims[4:] == ("order",)
    for dim in ("scenario", "place", "draw", "year", "sex", "order"):
        assert f"`{dim}`" in text or f"{dim}," in text or f"{dim})" in text, dim


def test_scenario_file_in_the_contract_is_read(tmp_path: Path) -> None:
    from sanhai.policy.scenario_file import read_scenario

    blocks = _blocks(ROOT / "docs" / "contracts.md", "toml")
    assert len(blocks) == 1
    path = tmp_path / "example.toml"
    path.write_text(blocks[0], encoding="utf-8")
    one = read_scenario(path)
    assert one.place == sh.place("lanzhou")
    assert one.number("subsidy.child3.yuan_per_month", "2027-06") is None
    assert one.number("subsidy.child3.yuan_per_month", "2027-07") == 500.0


def test_the_picture_is_small_enough() -> None:
    picture = ROOT / "docs" / "images" / "lanzhou.png"
    assert picture.read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"
    assert picture.stat().st_size <= 300 * 1024
