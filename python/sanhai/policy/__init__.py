"""Policy as data: packs of instruments, one file a document, and the catalogue that reads them."""

from sanhai.policy.catalogue import Catalogue, load, shipped
from sanhai.policy.entered import with_entered
from sanhai.policy.levers import Lever
from sanhai.policy.lookup import instrument, instruments, lever, lever_table, pack, packs
from sanhai.policy.pack_file import PackFile, load_pack
from sanhai.policy.records import as_records
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
from sanhai.policy.vocabulary import UnknownNameError
from sanhai.policy.workbook_file import Workbook, workbook

__all__ = [
    "Adjust", "Amount", "Catalogue", "Component", "Condition", "Count", "Eligible", "Entry", "Figure", "Instrument",
    "Lever", "LeverSpec", "Pack", "PackError", "PackFile", "PayerBand", "Stack", "Supply", "Target", "Times",
    "UnknownNameError", "Workbook", "ancestors", "as_records", "instrument", "instruments", "lever", "lever_table",
    "load", "load_pack", "nest", "pack", "packs", "shipped", "with_entered", "workbook",
]  # fmt: skip
