"""The national standard: World Population Prospects 2024, China, one wide table a subject, counts in persons."""

from __future__ import annotations

from collections.abc import Iterator

from reading import Row, rows_of, table_text, times

AGES = tuple(str(age) for age in range(101))
LAST = "100+"
PUBLISHED, REBUILT = ("un-wpp-2024", "2024-07-11"), ("un-wpp-2024-extract", "2024-07-11")
BOTH_SEXES = (("male", "M"), ("female", "F"))
PERSONS = "1000"
# columns of the indicators: read as, variable, sex, unit, factor
INDICATORS = (
    ("tfr", "tfr", "female", "children per woman", "1"),
    ("tfr_low", "tfr_low", "female", "children per woman", "1"),
    ("tfr_high", "tfr_high", "female", "children per woman", "1"),
    *((f"tfr_{end}", f"tfr_{end}", "female", "children per woman", "1") for end in ("80l", "80u", "95l", "95u")),
    ("srb", "srb", "both", "boys per girl", "1"),
    ("e0M", "e0_male", "male", "years", "1"),
    ("e0F", "e0_female", "female", "years", "1"),
    ("e0B", "e0", "both", "years", "1"),
    *((f"e0M_{end}", f"e0_{end}_male", "male", "years", "1") for end in ("80l", "80u")),
    *((f"e0F_{end}", f"e0_{end}_female", "female", "years", "1") for end in ("80l", "80u")),
    *((f"e0B_{end}", f"e0_{end}", "both", "years", "1") for end in ("80l", "80u", "95l", "95u")),
    ("births", "births", "both", "births", PERSONS),
    ("deaths", "deaths", "both", "deaths", PERSONS),
    ("pop_change", "pop_change", "both", "persons", PERSONS),
    ("cbr", "cbr", "both", "1/year", "0.001"),
    ("cdr", "cdr", "both", "1/year", "0.001"),
    ("growth_rate", "growth_rate", "both", "1/year", "0.01"),
    ("net_migration", "net_migration", "both", "persons", PERSONS),
    *((f"mig_{end}", f"net_migration_{end}", "both", "persons", PERSONS) for end in ("80l", "80u", "95l", "95u")),
    ("popM_dec31", "pop_yearend_male", "male", "persons", PERSONS),
    ("popF_dec31", "pop_yearend_female", "female", "persons", PERSONS),
    *((f"pop_dec31_{e}", f"pop_yearend_{e}", "both", "persons", PERSONS) for e in ("80l", "80u", "95l", "95u")),
    *((f"pop_dec31_{e}", f"pop_yearend_{e}", "both", "persons", PERSONS) for e in ("low", "high")),
)
GROUPS5 = tuple(f"{low}-{low + 4}" for low in range(10, 55, 5))
ABRIDGED = ("0", "1-4", *(f"{low}-{low + 4}" for low in range(5, 100, 5)), LAST)


def _named(age: str) -> str:
    return LAST if age == "100" else age


def _by_sex_and_age(name: str, head: str, factor: str) -> str:
    """A row a year and sex, a column a single age."""
    found: dict[tuple[str, str], Row] = {}
    for row in rows_of(name):
        for sex, letter in BOTH_SEXES:
            cells = found.setdefault((row["year"], sex), {"year": row["year"], "sex": sex})
            cells[_named(row["age"])] = times(row[head + letter], factor)
    return table_text(("year", "sex", *map(_named, AGES)), found.values())


def _pop_jan1() -> str:
    found: dict[str, Row] = {sex: {"year": "2024", "sex": sex} for sex, _ in BOTH_SEXES}
    for row in rows_of("wpp2024/china_base_pop_2024.csv"):
        for sex, letter in BOTH_SEXES:
            found[sex][_named(row["age"])] = times(row["pop" + letter], PERSONS)
    return table_text(("year", "sex", *map(_named, AGES)), found.values())


def _by_mothers_age(name: str, age: str, value: str, factor: str, ages: tuple[str, ...]) -> str:
    found: dict[str, Row] = {}
    for row in rows_of(name):
        found.setdefault(row["year"], {"year": row["year"]})[row[age]] = times(row[value], factor)
    return table_text(("year", *ages), found.values())


def _indicators() -> str:
    rows = [
        {"year": row["year"], "kind": row["kind"]}
        | {column: times(row[read], factor) if row[read] else "" for read, column, _, _, factor in INDICATORS}
        for row in rows_of("wpp2024/china_indicators.csv")
    ]
    return table_text(("year", "kind", *(column for _, column, *_ in INDICATORS)), rows)


def _abridged() -> str:
    """A row a period (`year` is its first, from one mid-year to the next but four) and sex."""
    found: dict[tuple[str, str], Row] = {}
    for row in rows_of("wpp2024/china_mx_age5_period.csv"):
        lower, year = int(row["age_start"].rstrip("+")), row["period"].split("-")[0]
        age = next(group for group in ABRIDGED if int(group.rstrip("+").split("-")[0]) == lower)
        for sex, letter in (*BOTH_SEXES, ("both", "B")):
            cells = found.setdefault((year, sex), {"year": year, "sex": sex})
            cells[age] = row["mx" + letter]
    return table_text(("year", "sex", *ABRIDGED), found.values())


FERTILE = tuple(str(age) for age in range(10, 55))


def wpp_tables() -> dict[str, str]:
    return {
        "wpp_mx.csv": _by_sex_and_age("wpp2024/china_mx_age1.csv.gz", "mx", "1"),
        "wpp_net_migration.csv": _by_sex_and_age("wpp2024/china_mig_age1.csv.gz", "mig", PERSONS),
        "wpp_pop_jan1.csv": _pop_jan1(),
        "wpp_asfr.csv": _by_mothers_age("wpp2024/china_asfr_age1.csv.gz", "age", "asfr", "1", FERTILE),
        "wpp_pasfr.csv": _by_mothers_age("wpp2024/china_pasfr_age5.csv", "age_group", "pasfr_percent", "0.01", GROUPS5),
        "wpp_indicators.csv": _indicators(),
        "wpp_mx_abridged.csv": _abridged(),
    }


def wpp_columns() -> Iterator[tuple[str, ...]]:
    """Rows of columns.csv for the tables of this file; sex is that of the row where it is empty."""
    single = tuple(map(_named, AGES))
    projected = "published: medium projection"
    for table, variable, sex, ages, unit, source, sure, method in (
        ("wpp_mx.csv", "mx", "", single, "1/year", REBUILT, "medium", "reconstructed"),
        ("wpp_net_migration.csv", "net_migration", "", single, "persons", PUBLISHED, "high", projected),
        ("wpp_pop_jan1.csv", "pop_jan1", "", single, "persons", REBUILT, "medium", "reconstructed"),
        ("wpp_asfr.csv", "asfr", "female", FERTILE, "1/year", REBUILT, "medium", "reconstructed"),
        ("wpp_pasfr.csv", "pasfr", "female", GROUPS5, "share", PUBLISHED, "high", "published"),
        ("wpp_mx_abridged.csv", "mx_abridged", "", ABRIDGED, "1/year", PUBLISHED, "high", "published"),
    ):
        for age in ages:
            yield (table, age, variable, sex, age, unit, *source, sure, method)
    estimated = "published: estimate to 2023, medium projection after"
    for _, column, sex, unit, _ in INDICATORS:
        variable = column.removesuffix("_male").removesuffix("_female")
        yield ("wpp_indicators.csv", column, variable, sex, "all", unit, *PUBLISHED, "high", estimated)
