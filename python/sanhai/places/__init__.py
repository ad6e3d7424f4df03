"""Places: bundled figures with source, date and confidence, and the calibrated start made from them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["search"]


def search(text: str = "", under: str | None = None) -> pd.DataFrame:
    """Shipped places whose code or name, in any spelling, is or holds `text`; `under`: only those in that place.

    Columns code, name_zh, name_en, pinyin, level (nation, province, prefecture, county; zone: a statistical area, no
    county), parent, is_leaf, say (a name that no other place has), pop_2020 (persons at the census), documents (whether
    it has policy documents of its own), boundary (how sure the land of 2010 is: high, medium, low), note. Without
    `text` all places. ConfigError for an `under` that is unknown or not clear.
    """
    from sanhai.places.listing import frame

    return frame(text, under)
