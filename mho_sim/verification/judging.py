"""Judges one obtained number against an expected one: exactly, to so many digits, or inside a band.

Bands of what is simulated. A number of worlds that show an event lies in its exact binomial band, two-sided 1e-6 or
less; means and other estimates within 4.9 standard errors: 1e-6 for a normal law. The chance that a right program falls
outside all the same is carried with each figure, and added up in the book.
"""

from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

from scipy.stats import binom, norm

from mho_sim.verification import oracles
from mho_sim.verification.oracles import BANDS, EXPECTED, ROWS
from mho_sim.verification.words import words_of

ERRORS = 4.9  # standard errors: two-sided 1e-6 for a normal estimate
ALARM = 2 * float(norm.sf(ERRORS))  # of an estimate
TAIL = 5e-7  # of a binomial band, each side
CLOSED, NUMERICAL = 1e-9, 1e-6  # relative: closed forms; numerical laws
EXACTLY, DIGITS, PRINTED, COUNTED, ESTIMATED, TOLERATED, FAILED = (
    "exactly",  # equal to the unit
    "digits",  # a share of the expected value, 1e-9 or 1e-6
    "printed",  # rounds to what is printed
    "counted",  # events in independent trials: exact binomial band
    "estimated",  # 4.9 standard errors
    "tolerated",  # a published tolerance
    "failed",  # the case ended in an error
)
BANDED = (COUNTED, ESTIMATED, TOLERATED)


class Figure(NamedTuple):
    """One comparison: what it is, both numbers, the band, and whether the obtained one lies inside."""

    name: str  # of its row in the tables; or what it is, in words
    words: str
    way: str  # how it is judged
    expected: float | str
    obtained: float | str
    low: float | None
    high: float | None
    inside: bool
    trials: int | None = None  # of a number of events
    alarm: float = 0.0  # chance that a right program falls outside
    printed: str | None = None  # a second value: as printed elsewhere, or computed in another way
    reason: str | None = None  # why it, or what was published, differs

    @property
    def used(self):
        """The share of the band, on its side, that the distance from the expected number takes; None for what has no
        band.
        """
        if self.way not in BANDED:
            return None
        away = self.obtained - self.expected
        room = self.high - self.expected if away > 0 else self.expected - self.low
        if away == 0:
            return 0.0
        return abs(away / room) if room > 0 else float("inf")


def judge(name, expected, obtained, low, high, way=TOLERATED, **more):
    """Whether the obtained number lies in a band; `more` are other fields of the figure. Numbers become plain ones."""
    expected, obtained, low, high = (_plain(x) for x in (expected, obtained, low, high))
    if name in ROWS and way not in (COUNTED, ESTIMATED):  # there the band is wider than any such difference
        more = {"printed": ROWS[name]["second_value"] or None, "reason": _reason(name)} | more
    return Figure(name, words_of(name), way, expected, obtained, low, high, bool(low <= obtained <= high), **more)


def judge_exactly(name, obtained, expected=None, **more):
    """By equality with a row, or with another expected number."""
    expected = EXPECTED[name] if expected is None else expected
    return judge(name, expected, obtained, expected, expected, EXACTLY, **more)


def judge_same(name, obtained, expected):
    """By equality of two things that are not numbers: lists, words."""
    return Figure(name, name, EXACTLY, _told(expected), _told(obtained), None, None, _told(obtained) == _told(expected))


def judge_that(name, is_so):
    """By whether something is so."""
    return judge_same(name, "yes" if is_so else "no", "yes")


def judge_relative(name, obtained, relative=CLOSED, expected=None, **more):
    """By equality but for this share: 1e-9 for closed forms, 1e-6 for numerical laws."""
    expected = EXPECTED[name] if expected is None else expected
    width = abs(expected) * relative
    return judge(name, expected, float(obtained), expected - width, expected + width, DIGITS, **more)


def judge_rows(values, relative=CLOSED):
    """By equality of each row with its value, but for this share of it; `values` by name of row."""
    return [judge_relative(name, value, relative) for name, value in values.items()]


def judge_to_the_last_digit(name, obtained):
    """By the twelve digits with which a row is printed."""
    return judge_relative(name, obtained, ERRORS * 1e-12)


def judge_printed(name, value, printed, **more):
    """By rounding half up to the digits that are printed."""
    inside, printed = prints(value, printed), Decimal(printed.replace(",", ""))
    half = float(Decimal(1).scaleb(printed.as_tuple().exponent)) / 2
    expected, value = float(printed), _plain(value)
    return Figure(name, name, PRINTED, expected, value, expected - half, expected + half, inside, **more)


def prints(value, printed):
    """Whether a number, rounded half up to the printed digits, is what is printed."""
    printed = Decimal(printed.replace(",", ""))
    return Decimal(repr(float(value))).quantize(printed, ROUND_HALF_UP) == printed


def binomial_band(p, trials):
    """Fewest and most events in so many trials, each passed with a chance of at most `TAIL`."""
    return int(binom.ppf(TAIL, trials, p)), int(binom.isf(TAIL, trials, p))


def judge_events(name, p, events, trials, **more):
    """By the exact binomial band of the number of events in independent trials."""
    low, high = BANDS.get((name, trials)) or binomial_band(p, trials)
    alarm = float(binom.cdf(low - 1, trials, p) + binom.sf(high, trials, p))
    return judge(name, p * trials, int(events), low, high, COUNTED, trials=int(trials), alarm=alarm, **more)


def judge_row_events(name, events, trials):
    """By the exact binomial band of a row's probability."""
    return judge_events(name, EXPECTED[name], events, trials)


def judge_estimate(name, expected, value, standard_error, alarm=ALARM, **more):
    """By 4.9 standard errors of an estimate."""
    reach = ERRORS * standard_error
    return judge(name, expected, value, expected - reach, expected + reach, ESTIMATED, alarm=alarm, **more)


def judge_row(name, estimate, **more):
    """By 4.9 standard errors of an estimate (value, standard error) of a row."""
    return judge_estimate(name, EXPECTED[name], *estimate, **more)


def judge_count(name, expected, events):
    """By 4.9 standard errors of a Poisson number."""
    return judge_estimate(name, expected, int(events), expected**0.5)


def chance_outside(low, high, mean, standard_error):
    """Chance that a normal estimate of a mean lies outside a band: for published tolerances."""
    return float(norm.cdf((low - mean) / standard_error) + norm.sf((high - mean) / standard_error))


def _reason(name):
    return oracles.difference(name) or oracles.first_that_fits(name, oracles.REMARKS)


def _plain(x):
    """A number of numpy as one of Python."""
    return x.item() if hasattr(x, "item") else x


def _told(x):
    """A thing as it is written; of a list 4 to 12 where numbers follow each other, 8 x 0 where they repeat."""
    if isinstance(x, str):
        return x
    if not hasattr(x, "__iter__"):
        return str(_plain(x))
    runs = []
    for each in map(_plain, x):
        if runs and _continues(runs[-1], each):
            runs[-1].append(each)
        else:
            runs.append([each])
    return ", ".join(map(_run, runs)) or "none"


def _continues(run, each):
    """Whether a number repeats the run's, or follows on it."""
    step = each - run[-1]
    return step in (0, 1) and (len(run) == 1 or step == run[-1] - run[-2])


def _run(run):
    if len(run) < 3:
        return ", ".join(map(str, run))
    return f"{len(run)} x {run[0]}" if run[0] == run[1] else f"{run[0]} to {run[-1]}"
