"""What the config says about planning, as values that the planner is handed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from reconcile.domain.text import folded

__all__ = ["YES_NO", "CellRules", "PlanningRules", "ResolvingRules", "SyncedDefault"]

YES_NO: Final[Mapping[str, bool]] = {
    **dict.fromkeys(("true", "yes", "y", "t", "1"), True),
    **dict.fromkeys(("false", "no", "n", "f", "0"), False),
}

SyncedDefault = Literal["auto", "none"] | bool
"""What is said of orders of which no row says yes or no; `auto` is the rule of section 3."""


@dataclass(frozen=True, slots=True)
class CellRules:
    """What the config says about cells.

    `yes_no` and `statuses` are people's own words and what they mean. Case and the blanks
    around a word don't matter, here as in a cell.
    """

    clear_word: str = "(clear)"
    yes_no: Mapping[str, bool] = field(default_factory=dict)
    statuses: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "clear_word", folded(self.clear_word))
        for name, words in (("yes_no", self.yes_no), ("statuses", self.statuses)):
            object.__setattr__(self, name, {folded(word): words[word] for word in words})


@dataclass(frozen=True, slots=True)
class ResolvingRules:
    """What the config says about numbers and SKUs.

    `prefix` stands before every order number of the export and not in the map;
    `order_level_only` syncs orders without items whose items the map doesn't know;
    `not_items` are SKUs that are none: shipping, a discount.
    """

    prefix: str = ""
    order_level_only: bool = False
    not_items: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class PlanningRules:
    """What the config says about planning."""

    cells: CellRules = field(default_factory=CellRules)
    synced_default: SyncedDefault = "auto"
    send_status: bool = False
    resolving: ResolvingRules = field(default_factory=ResolvingRules)
