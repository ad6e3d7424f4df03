"""Builds the shipped tables of places anew from the reference tables beside the repository.

python tests/tables/build.py writes them; `tables()` gives their text by name. They are text of the files read and of
what stands here; nothing is fitted.
"""

from __future__ import annotations

from census import census_2010_table, census_2020_table, census_columns, longform_2020_table
from places import places_columns, places_table
from reading import SHIPPED, table_text
from vital import published_table, sources_table
from wpp import wpp_columns, wpp_tables

COLUMNS = ("table", "column", "variable", "sex", "age", "unit", "source", "date", "confidence", "method")


def tables() -> dict[str, str]:
    """File name -> text."""
    columns = [dict(zip(COLUMNS, row, strict=True)) for row in (*places_columns(), *census_columns(), *wpp_columns())]
    return {
        "places.csv": places_table(),
        "census_2020.csv": census_2020_table(),
        "longform_2020.csv": longform_2020_table(),
        "census_2010.csv": census_2010_table(),
        **wpp_tables(),
        "columns.csv": table_text(COLUMNS, columns),
        "published.csv": published_table(),
        "sources.csv": sources_table(),
    }


if __name__ == "__main__":
    for name, text in tables().items():
        (SHIPPED / name).write_text(text, encoding="utf-8", newline="\n")
        print(f"{name}: {len(text.splitlines()) - 1} rows")
