"""Policy as data: packs of instruments, one file a document, and the catalogue that reads them."""

from sanhai.policy.catalogue import (
    Lever,
    UnknownNameError,
    as_records,
    instrument,
    instruments,
    lever,
    levers,
    pack,
    packs,
)
from sanhai.policy.schema import (
    AdultBand,
    Amount,
    Component,
    Figure,
    Instrument,
    LeverSpec,
    Pack,
    PackError,
    PayerBand,
    Stacking,
    Target,
    ancestors,
    load_pack,
    nest,
)

__all__ = [
    "AdultBand", "Amount", "Component", "Figure", "Instrument", "Lever", "LeverSpec", "Pack", "PackError", "PayerBand",
    "Stacking", "Target", "UnknownNameError", "ancestors", "as_records", "instrument", "instruments", "lever", "levers",
    "load_pack", "nest", "pack", "packs",
]  # fmt: skip
