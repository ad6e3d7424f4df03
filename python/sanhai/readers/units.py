"""Units as files write them, and what they are in base units. A unit that is not known is asked for, never guessed."""

from __future__ import annotations

from sanhai.places.figures import REPORTED
from sanhai.readers.labels import narrow
from sanhai.readers.rows import Asked, Report, Spot, Unit

__all__ = ["BASE", "unit_of"]

COUNTS = {
    "persons": 1.0,
    "人": 1.0,
    "person": 1.0,
    "nr": 1.0,
    "thousands": 1e3,
    "thousand": 1e3,
    "千人": 1e3,
    "万人": 1e4,
    "万": 1e4,
    "births": 1.0,
    "deaths": 1.0,
    "ten_thousand": 1e4,
    "亿人": 1e8,
}
RATES = {
    "1/year": 1.0,
    "/年": 1.0,
    "1/年": 1.0,
    "每年": 1.0,
    "peryear": 1.0,
    "share": 1.0,
    "比例": 1.0,
    "perwoman": 1.0,
    "个/妇女": 1.0,
    "perperson": 1.0,
    "childrenperwoman": 1.0,
    "‰": 1e-3,
    "per1,000": 1e-3,
    "per1000": 1e-3,
    "千分比": 1e-3,
    "permille": 1e-3,
    "%": 1e-2,
    "percent": 1e-2,
    "per100,000": 1e-5,
    "per100000": 1e-5,
    "1/10万": 1e-5,
    "/10万": 1e-5,
    "十万分之一": 1e-5,
}
YEARS = {"years": 1.0, "岁": 1.0, "年": 1.0, "year": 1.0}
RATIO = {
    "boyspergirl": 1.0,
    "男婴/女婴": 1.0,
    "ratio": 1.0,
    "女=100": 1e-2,
    "女婴=100": 1e-2,
    "per100girls": 1e-2,
    "girls=100": 1e-2,
    "female=100": 1e-2,
    "boysper100girls": 1e-2,
    "比值": 1.0,
}
LX = {
    "share": 1.0,
    "比例": 1.0,
    "radix1000": 1e-3,
    "radix100000": 1e-5,
    "radix100,000": 1e-5,
    "1": 1.0,
    "100000": 1e-5,
    "人": 1e-5,
}
PLACES = {"places": 1.0, "个": 1.0, "托位": 1.0}
INSTITUTIONS = {"institutions": 1.0, "家": 1.0}
YUAN = {"yuan": 1.0, "元": 1.0, "万元": 1e4, "ten_thousand_yuan": 1e4, "亿元": 1e8}
COUPLES = {"couples": 1.0, "对": 1.0, "万对": 1e4}

COUNTED = ("pop", "deaths", "exposure", "births", "pop_yearend", "pop_jan1", "pop_midyear", "net_migration", "flow")
SPELT = {"persons": COUNTS, "places": PLACES, "institutions": INSTITUTIONS, "yuan": YUAN}
# variable -> (base unit, spellings with their factor)
BASE: dict[str, tuple[str, dict[str, float]]] = {
    **dict.fromkeys(COUNTED, ("persons", COUNTS)),
    **dict.fromkeys(("mx", "asfr", "cbr", "cdr", "nmr"), ("1/year", RATES)),
    **dict.fromkeys(("qx", "rate", "parity_share", "birth_order_share"), ("share", RATES)),
    "tfr": ("children per woman", RATES),
    **dict.fromkeys(("e0", "mac"), ("years", YEARS)),
    "srb": ("boys per girl", RATIO),
    "lx": ("share", LX),
    **{name: (unit, SPELT[unit]) for name, unit in REPORTED.items()},
    "marriages": ("couples", COUPLES),
}
NAMES = {"人": "persons", "个": "places", "nr": "persons"}  # two spellings of one unit


def unit_of(
    variable: str,
    written: object,
    asked: Asked,
    report: Report,
    spot: Spot | None = None,
    known: str = "file",
    points: bool = False,
) -> Unit | None:
    """The unit of a variable: the user's word before the file's. None after UNIT was noted.

    `points`: a contradiction is noted at `spot`, the cell of the unit, and not at the value.
    """
    text = asked.unit.get(variable, None)
    if text is not None:
        known, written = "user", text
    base, spellings = BASE[variable]
    plain = narrow(written or "").strip("()（）").lower()
    if plain not in spellings:
        key = "input.UNIT.unknown" if plain else "input.UNIT.missing"
        report.add(key, spot, got=str(written or ""), variable=variable, known=list(spellings))
        return None
    return Unit(NAMES.get(plain, str(written).strip()), spellings[plain], base, known, spot if points else None)
