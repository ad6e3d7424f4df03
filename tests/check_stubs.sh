#!/usr/bin/env bash
# python/sanhai/_core.pyi says what the compiled module holds. Needs an environment with sanhai[dev] installed.
#   bash tests/check_stubs.sh            fails where the two differ
#   bash tests/check_stubs.sh --update   writes the stub anew from the installed module
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

folder=$(mktemp -d)
trap 'rm -r "$folder"' EXIT
if [ "${1:-}" = --update ]; then
  python -m pybind11_stubgen sanhai._core --output-dir "$folder" --exit-code --numpy-array-use-type-var
  cp "$folder/sanhai/_core.pyi" python/sanhai/_core.pyi
  sed -i '/^__all__/d' python/sanhai/_core.pyi  # the module has none
  # Members of an enum are values in a stub, and its __new__ is the base class's own.
  python - <<'PYTHON'
import re
from pathlib import Path

from sanhai import _core

path = Path("python/sanhai/_core.pyi")
text = re.sub(r"    @classmethod\n    def __new__\(cls, value\):\n?.*?\.\.\.\n", "", path.read_text(encoding="utf-8"))
# Nobody calls __new__ of a class of ours: the module closes it.
closed = re.compile(r'    @staticmethod\n    def __new__\(\*args, \*\*kwargs\):\n        """\n.*?"""\n', re.DOTALL)
text = closed.sub("", text)
member = re.compile(r"^    (\w+): typing\.ClassVar\[(\w+)\].*$", re.MULTILINE)
text = member.sub(lambda m: f"    {m[1]} = {getattr(_core, m[2])[m[1]].value}", text)
text = text.replace("**kwargs)", "**kwargs: typing.Any)")  # a struct's fields by name
path.write_text(text, encoding="utf-8")
PYTHON
  ruff check --fix --quiet python/sanhai/_core.pyi
  ruff format --quiet python/sanhai/_core.pyi
else
  # stubtest cannot express pybind11's metaclass, nor the __init__ of a class that Python may not construct; the
  # allowlist would also hide a class that is on one side only, hence the comparison of names.
  printf '%s\n' 'sanhai\._core\.[A-Z]\w*' 'sanhai\._core\.[A-Z]\w*\.__(init|new|pybind11_native_enum)__' >"$folder/allow"
  MYPYPATH=python python -m mypy.stubtest sanhai._core --mypy-config-file pyproject.toml --allowlist "$folder/allow" --ignore-unused-allowlist
  python - <<'PYTHON'
import ast
from pathlib import Path

from sanhai import _core

body = ast.parse(Path("python/sanhai/_core.pyi").read_text(encoding="utf-8")).body
stub = {node.name for node in body if isinstance(node, ast.ClassDef)}
module = {name for name, value in vars(_core).items() if isinstance(value, type) and value.__module__ == "sanhai._core"}
if stub != module:
    raise SystemExit(f"python/sanhai/_core.pyi: classes on one side only: {sorted(stub ^ module)}")
PYTHON
fi
