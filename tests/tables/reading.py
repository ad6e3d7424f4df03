"""Reading the reference tables and writing CSV text, with the csv module alone."""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from pathlib import Path

Row = dict[str, str]
REPOSITORY = Path(__file__).resolve().parents[2]
SHARED = REPOSITORY.parent / "shared" / "data"
SHIPPED = REPOSITORY / "python" / "sanhai" / "places" / "data"
SEXES = (("male", "m"), ("female", "f"))
GROUPS = ("0", "1-4", *(f"{low}-{low + 4}" for low in range(5, 85, 5)), "85+")
CELLS = tuple(f"{letter}_{group}" for _, letter in SEXES for group in GROUPS)


def rows_of(name: str) -> list[Row]:
    path = SHARED / name
    data = path.read_bytes()
    text = (gzip.decompress(data) if path.suffix == ".gz" else data).decode("utf-8")
    return list(csv.DictReader(io.StringIO(text)))


def places_by_code() -> list[Row]:
    """Places of 2020, ascending: every parent before its children."""
    return sorted(rows_of("places/places.csv"), key=lambda place: place["code"])


def table_text(columns: Sequence[str], rows: Iterable[Mapping[str, str]]) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def times(value: str, factor: str) -> str:
    """A printed number x a power of ten, with the digits it was printed with."""
    return plain(Decimal(value) * Decimal(factor))


def plain(value: Decimal) -> str:
    text = f"{value:f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text) or "0"


def whole(value: str) -> str:
    """A count, empty or with a trailing .0 in the source."""
    number = Decimal(value or "0")
    assert number == number.to_integral_value()
    return str(int(number))
