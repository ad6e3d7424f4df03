"""Policy as data: packs of instruments, one file a document, and the catalogue that reads them."""

from sanhai.policy.catalogue import UnknownNameError, as_records, instrument, instruments, pack, packs
from sanhai.policy.levers import Lever, lever, lever_table
from sanhai.policy.pack_file import load_pack
from sanhai.policy.schema import (
    Adjust,
    Amount,
    Component,
    Condition,
    Count,
    Eligible,
    Entry,
    Figure,
    Instrument,
    LeverSpec,
    Pack,
    PackError,
    PayerBand,
    Stack,
    Supply,
    Target,
    Times,
    ancestors,
    nest,
)

__all__ = [
    "Adjust", "Amount", "Component", "Condition", "Count", "Eligible", "Entry", "Figure", "Instrument", "Lever",
    "LeverSpec", "Pack", "PackError", "PayerBand", "Stack", "Supply", "Target", "Times", "UnknownNameError",
    "ancestors", "as_records", "instrument", "instruments", "lever", "lever_table", "load_pack", "nest", "pack",
    "packs",
]  # fmt: skip
