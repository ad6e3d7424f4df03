"""Policy as data: packs of instruments, one file a document, and the catalogue that reads them."""

from sanhai.policy.catalogue import UnknownNameError, as_records, instrument, instruments, pack, packs
from sanhai.policy.levers import Lever, lever, lever_table
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
    "Stacking", "Target", "UnknownNameError", "ancestors", "as_records", "instrument", "instruments", "lever",
    "lever_table", "load_pack", "nest", "pack", "packs",
]  # fmt: skip
