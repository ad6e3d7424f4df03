"""places.csv: every place of the census of 2020 with its names, and how far its boundary is the one of 2010."""

from __future__ import annotations

from collections.abc import Iterator

from reading import Row, places_by_code, rows_of, table_text

COLUMNS = (
    "code", "level", "parent", "is_leaf", "name_zh", "short_zh", "pinyin", "name_en", "say", "aliases", "area",
    "boundary", "boundary_kind", "note",
)  # fmt: skip
RENAMED = ("recoded", "renamed")  # kinds in which the place of 2010 is the same place under another name or code
# The rule that makes English names of zones drops the province's name, and with it all of these.
ENGLISH = {
    "140171": "Shanxi Transformation and Reform Demonstration Zone",
    "220271": "Jilin Economic Development Zone",
    "220272": "Jilin High-tech Industrial Development Zone",
    "540173": "Tibet Culture and Tourism Park",
}
ALIASES = {"100000": ("全国", "prc"), "620171": ("兰州新区", "lanzhou-new-area")}
GUESSED = "the code follows the pattern of the statistics bureau's codes; it was read in no list"
NOTES = {
    "100000": "run on its own; the sum of its leaves is run beside it; year-end totals include about 2 million "
    "servicemen whom the census places leave out",
    "460300": "the sum of its three groups of islands",
    "620105": "university district: many residents aged 18-24 leave after graduation",
    "620171": "carved from Yongdeng (620121) and Gaolan (620122) after the 2010 census",
    "620702": "Ganzhou District (甘州) of Zhangye, Gansu; NOT Ganzhou city (赣州, 360700) of Jiangxi",
}


CENSUS, CHANGES, OWN = (
    ("nbs-census-2020-county", "2020-11-01"),
    ("areacodes-1981-2024", "2024"),
    (
        "sanhai-areas-2010-2020",
        "2026",
    ),
)
DERIVED = "derived: from the changes of codes and from settled ages, 40-64 of 2010 against 50-74 of 2020"


def places_columns() -> Iterator[tuple[str, ...]]:
    """Rows of columns.csv: where the columns of places.csv come from."""
    for column in ("code", "level", "parent", "is_leaf", "name_zh", "short_zh"):
        yield ("places.csv", column, column, "both", "all", "text", *CENSUS, "high", "published")
    for column in ("pinyin", "name_en", "say"):
        yield ("places.csv", column, column, "both", "all", "text", *OWN, "medium", "derived: readings checked by hand")
    yield ("places.csv", "aliases", "aliases", "both", "all", "text", *CHANGES, "high", "published")
    for column in ("area", "boundary", "boundary_kind", "note"):
        yield ("places.csv", column, column, "both", "all", "text", *OWN, "medium", DERIVED)


def _aliases(place: Row, link: Row | None, codes: set[str], names: set[str]) -> list[str]:
    """Later names, and the name and code of 2010 where the place was only renamed or recoded."""
    found = [*ALIASES.get(place["code"], ()), place["name_now"]]
    if link is not None and link["kind"].split("+")[0] in RENAMED and ";" not in link["own_2010"]:
        found += [link["names_2010"]] if link["names_2010"] not in names else []
        found += [link["own_2010"]] if link["own_2010"] not in codes else []
    return [name for name in dict.fromkeys(found) if name and name != place["name_zh"]]


def places_table() -> str:
    places = places_by_code()
    links = {row["code_2020"]: row for row in rows_of("places/crosswalk.csv")}
    codes, names = {row["code"] for row in places}, {row["name_zh"] for row in places}
    out = []
    for place in places:
        link = links.get(place["code"])
        notes = [NOTES.get(place["code"], ""), link["note"] if link else ""]
        notes += [GUESSED] if place["code_source"] == "pattern" else []
        out.append(
            {
                "code": place["code"],
                "level": place["level"],
                "parent": place["parent"],
                "is_leaf": "true" if place["leaf"] == "1" else "false",
                "name_zh": place["name_zh"],
                "short_zh": place["short_zh"],
                "pinyin": place["pinyin"],
                "name_en": ENGLISH.get(place["code"], place["english"]),
                "say": place["say"],
                "aliases": ";".join(_aliases(place, link, codes, names)),
                "area": link["area"] if link else "",
                "boundary": link["sure"] if link else "",
                "boundary_kind": link["kind"] if link else "",
                "note": "; ".join(note for note in notes if note),
            }
        )
    return table_text(COLUMNS, out)
