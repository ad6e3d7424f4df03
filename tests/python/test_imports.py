"""Importing the package loads nothing heavy, and its names do not depend on what was used first."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = ("numpy", "pandas", "xarray", "matplotlib", "openpyxl", "xlsxwriter", "typer", "rich", "pydantic", "scipy")


def run(code: str) -> str:
    """Standard output of a fresh interpreter."""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_import_loads_no_heavy_module():
    code = f"import sys, sanhai; print([name for name in {HEAVY!r} if name in sys.modules])"
    assert run(code) == "[]"


def test_import_loads_no_module_of_the_package_but_its_version():
    loaded = run("import sys, sanhai; print(sorted(name for name in sys.modules if name.startswith('sanhai')))")
    assert set(eval(loaded)) <= {"sanhai", "sanhai._version", "sanhai.errors"}


def test_dir_version_and_errors_load_nothing_either():
    used = "dir(sanhai); sanhai.__version__; sanhai.Error"
    assert run(f"import sys, sanhai; {used}; print([name for name in {HEAVY!r} if name in sys.modules])") == "[]"


def test_names_of_places_need_no_table_reader():
    code = "import sys, sanhai; sanhai.place('兰州').name_en; print('pandas' in sys.modules, 'xarray' in sys.modules)"
    assert run(code) == "False False"


def test_a_comparison_draws_nothing_and_opens_no_socket():
    code = (
        "import socket, sys\n"
        "def refuse(*args, **kwargs): raise RuntimeError('network')\n"
        "socket.socket.connect = refuse\n"
        "import sanhai as sh\n"
        "sh.project('china', (2021, 2026)).frame\n"
        "print([name for name in ('matplotlib', 'openpyxl', 'xarray') if name in sys.modules])"
    )
    assert run(code) == "[]"


@pytest.mark.parametrize(
    "first",
    [
        "sh.project",
        "sh.main_job",
        "sh.compare",
        "sh.Results",
        "import sanhai.results.compare",
        "from sanhai.results.compare import LAST_SHOWN",
        "import sanhai.places.place",
        "import sanhai.policy.scenario",
    ],
)
def test_names_stay_functions_whatever_was_used_first(first):
    """A submodule must not take the place of the function of the same name."""
    # A module that is not there cannot hide anything.
    tried = f"try:\n    {first}\nexcept ModuleNotFoundError:\n    pass"
    rooms = "('__version__', 'places', 'policy')"
    hidden = f"[name for name in sh.__all__ if name not in {rooms} and not callable(getattr(sh, name))]"
    assert run(f"import sanhai as sh\n{tried}\nprint({hidden})") == "[]"


def test_every_name_of_all_is_there():
    run("import sanhai; [getattr(sanhai, name) for name in sanhai.__all__]; from sanhai import *")


def test_an_unknown_name_is_an_attribute_error():
    code = "import sanhai\ntry: sanhai.nothing\nexcept AttributeError as error: print(error)"
    assert "nothing" in run(code)


def test_build_info_says_how_the_core_was_built():
    import sanhai as sh

    info = sh.build_info()
    if not info:
        pytest.skip("this core was compiled without its build facts")
    assert {"version", "compiler", "compiler_version", "flags", "build_type"} <= set(info)
    assert info["version"] == sh.__version__
    assert all(isinstance(value, str | tuple | list) for value in info.values())


def test_the_package_is_typed():
    from importlib.resources import files

    assert files("sanhai").joinpath("py.typed").is_file()


def test_errors_are_one_family():
    import sanhai as sh

    for kind in (sh.ShapeError, sh.DomainError, sh.AccountingError, sh.ConfigError):
        assert issubclass(kind, sh.Error)
        assert issubclass(kind, ValueError)
