"""What a batch remembers: people and households of each world, books and registers, and a stretch of time."""

from typing import NamedTuple

import numpy as np

NEVER = np.int64(2**62)
LONG_SERVED = -1  # `cover_from` of those who have served all waiting periods
SUPPLIER, PROVIDER = 0, 1  # columns of `owing`, in the order in which they are paid; the last is households
AGES = (5, 15, 50)  # years at which the age groups of the registers begin, after the first
FIFTHS, AGE_GROUPS = 5, 4
BLOCK = 32  # rows whose earliest episode is kept
HOME = np.dtype(
    [
        ("owed", "i8"),
        ("advance", "i8"),
        ("used", "i8"),
        ("own", "i8"),
        ("bills", "i8"),
        ("suspended_from", "i4"),
        ("struck_from", "i4"),
        ("cover_from", "i4"),
        ("joins", "i4"),
        ("left_on", "i4"),
        ("alive", "i2"),
        ("children", "i2"),
        ("fifth", "i2"),
    ],
    align=True,
)
TOLD = np.dtype([("ordinal", "i4"), ("events", "u2"), ("days", "u2")], align=True)
BY_HOME = np.dtype([("paid", "i8"), ("events", "i8")], align=True)


class State(NamedTuple):
    """What a batch remembers of people and households; W worlds, K kinds, M mutuals, H households.

    A `person` has what `population.PERSON` says; rows beyond a world's people are unused. A `home` has owed,
    suspended_from, struck_from, advance (paid ahead), used (of the ceiling of the household-year), own (spending of the
    household-year), bills, cover_from, joins, left_on, alive and children (people), fifth (of usual income). `told`
    has, of each kind, episodes so far, and in this year those and the days that were counted. What no limit of the
    package asks for has no room: the last axis of `spent`, `used` and `by_home` is 0.
    """

    person: np.ndarray  # (W, rows)
    first: np.ndarray  # (W, H + 1): a household's first row
    home: np.ndarray  # (W, H)
    pays_on: np.ndarray  # (W, H): day on which it pays what it owes; NEVER_DAY
    next_change: np.ndarray  # (W, H): day of the next birth, birthday that matters, or death
    due: np.ndarray  # (W, K, rows): clock reading of the next episode
    soonest: np.ndarray  # (W, K, blocks of rows): nobody's next episode is due before this reading
    told: np.ndarray  # (W, K, rows)
    spent: np.ndarray  # (W, K, rows): of the kind's ceiling of the person-year
    used: np.ndarray  # (W, rows): of the ceiling of the person-year
    by_home: np.ndarray  # (W, H, K): paid and episodes counted in this year
    clock: np.ndarray  # (W, M, K): reading at the beginning of the month
    pace: np.ndarray  # (W, M, K): ticks a day in this month
    community: np.ndarray  # (W, M, K, years): the factor that all share


class Memory(NamedTuple):
    """Books, registers, log and the day buckets from which the cash box is rolled; W worlds, M mutuals."""

    books: np.ndarray  # (W, M, accounts)
    registers: np.ndarray  # (W, M, months, measures)
    whom: np.ndarray  # (W, M, cells, measures)
    closings: np.ndarray  # (W, M, months, accounts)
    log: np.ndarray  # (W, room) entries
    written: np.ndarray  # (W,)
    paid_in: np.ndarray  # (W, M, days): money that came in on a day
    owing: np.ndarray  # (W, M, days, creditors): debts by due day: suppliers, providers, households


class Stretch(NamedTuple):
    """A stretch of time inside one month."""

    until: int  # moment before which events happen
    month: int
    first_day: int  # of the month
    next_first: int  # of the next month
    ill_days: int  # days of the month whose illness lies before its end
    has_illness: bool  # whether the illness part of a day lies in it
    world0: int
    seed: np.uint64


class Start(NamedTuple):
    """Where everyone stands on day 0, the same in all worlds."""

    band: np.ndarray  # (people,): birthdays passed at which something may change
    alive: np.ndarray  # (households,)
    children: np.ndarray  # (households,): below the age at which another contribution begins
    child_band: int  # that age's place among the birthdays; -1
