"""How long something was counted: in so many months, or in which, and what the season makes of these.

The reports of July and August are of more illness than the rest of the year, where these are its worst months. Twelve
times what was counted in a month of theirs is too much, as many times as their season is above that of the year.
"""

from typing import Any, NamedTuple

from mho_sim.scenario import quantities, tables
from mho_sim.scenario.values import NUMBERS, typed

LONGEST = 120  # months of counting
MONTHS_SAID = f"a whole number from 1 to {LONGEST} (months of counting), or a list of the months such as [july, august]"

MonthsWritten = int | tuple[int, ...]
Season = tuple[float, ...] | None


class Counting(NamedTuple):
    """So many months of counting; their season, 1 in an average month; and which they are, if that is told."""

    months: int
    season: float = 1.0
    names: tuple[int, ...] = ()

    @property
    def years(self) -> float:
        """The years in which as many cases would be counted, on average."""
        return self.months * self.season / 12

    def __str__(self) -> str:
        named = f" ({', '.join(tables.MONTHS[month - 1] for month in self.names)})" if self.names else ""
        return f"{self.months} month{'' if self.months == 1 else 's'}{named}"


def read_months(value: Any, expected: str) -> MonthsWritten:
    """How many months, or which; the same month of two years may be there twice."""
    if isinstance(value, list | tuple):
        return tables.read_counts(value, tables.read_month, LONGEST, expected)
    return quantities.read_whole(value, 1, LONGEST, expected)


def write_months(months: MonthsWritten) -> Any:
    """The months as they are written in a file."""
    return [tables.MONTHS[month - 1] for month in months] if isinstance(months, tuple) else months


Months = typed(
    int | tuple[int, ...],
    read_months,
    MONTHS_SAID,
    {"type": [*NUMBERS["type"], "array"], "minimum": 1, "maximum": LONGEST},
    write_months,
)


def how_many(months: MonthsWritten) -> int:
    """How many months were written, one way or the other."""
    return len(months) if isinstance(months, tuple) else months


def season_of(months: MonthsWritten, season: Season) -> float:
    """The mean season of these months, that of all twelve being 1; 1 where months or season are not told."""
    if not isinstance(months, tuple) or season is None or not sum(season) > 0:
        return 1.0
    return sum(season[month - 1] for month in months) * 12 / (len(months) * sum(season))


def counting(months: MonthsWritten, season: Season) -> Counting:
    """How long something was counted. Months in which nobody is ill, which are refused, count as average ones."""
    names = months if isinstance(months, tuple) else ()
    return Counting(how_many(months), season_of(months, season) or 1.0, names)


def uneven(months: MonthsWritten) -> bool:
    """Whether months are named, and not all twelve equally often."""
    return isinstance(months, tuple) and len({months.count(month) for month in range(1, 13)}) > 1
