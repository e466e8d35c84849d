"""Estimates from many worlds, with their intervals.

Worlds are independent of each other, but where numbers have ranges: then worlds 2j and 2j + 1 share what was drawn for
the pair, and are one cluster.
"""

import numpy as np
from scipy import special

FEW_PAIRS = 10  # below so many pairs a design effect is not estimated; assumed
GROUPS = 20  # of a sample, for a jackknife interval; assumed


def proportion_interval(events, trials, confidence=0.95, design_effect=1.0):
    """Clopper-Pearson interval of a probability from `events` in `trials`, as (low, high).

    Covers with at least the stated confidence at any probability (Clopper and Pearson, Biometrika 26, 1934). With a
    design effect the same on the trials it leaves (Korn and Graubard, Survey Methodology 24, 1998). Raises ValueError
    unless 0 <= events <= trials, trials > 0.
    """
    _share(events, trials)
    tail, rest = (1 - confidence) / 2, (trials - events) / design_effect
    events = events / design_effect
    low = 0.0 if events == 0 else float(special.betaincinv(events, rest + 1, tail))
    high = 1.0 if rest == 0 else float(special.betaincinv(events + 1, rest, 1 - tail))
    return low, high


def wilson_interval(events, trials, confidence=0.95):
    """Wilson's score interval of a probability, as (low, high): the probabilities that a normal test does not reject
    (Wilson, Journal of the American Statistical Association 22, 1927). Shorter than Clopper-Pearson's; covers with the
    stated confidence on average over probabilities, not at each. Raises ValueError unless 0 <= events <= trials,
    trials > 0.
    """
    share, z2 = _share(events, trials), special.ndtri((1 + confidence) / 2) ** 2
    middle = (share + z2 / (2 * trials)) / (1 + z2 / trials)
    half = np.sqrt(z2 * share * (1 - share) / trials + (z2 / (2 * trials)) ** 2) / (1 + z2 / trials)
    return max(float(middle - half), 0.0), min(float(middle + half), 1.0)


def wald_interval(events, trials, confidence=0.95):
    """The plain normal interval of a probability, as (low, high), which covers too seldom where events are rare: not
    for use, but to show what it would miss. Raises ValueError as `wilson_interval`.
    """
    share, z = _share(events, trials), special.ndtri((1 + confidence) / 2)
    half = float(z * np.sqrt(share * (1 - share) / trials))
    return share - half, share + half


def coverage(interval, probability, trials):
    """How often an interval, a function of (events, trials), holds the true probability: the exact sum over all numbers
    of events (Brown, Cai and DasGupta, Statistical Science 16, 2001).
    """
    events = np.arange(trials + 1)
    ends = np.array([interval(int(number), trials) for number in events])
    covers = (ends[:, 0] <= probability) & (probability <= ends[:, 1])
    chances = np.diff(special.bdtr(events, trials, probability), prepend=0.0)
    return float(chances[covers].sum())


def design_effect(events):
    """How much larger the variance of a share is over pairs of neighbouring worlds than over independent worlds, from
    whether the event happened in each world, (worlds,): 1 to 2.

    1 + the intraclass correlation, 2 - m / (2 p (1 - p)) with m the share of pairs in which it happened in one of the
    two worlds (Kish, Survey Sampling, 1965), times the square of Student's over normal quantiles, for it is itself an
    estimate (Korn and Graubard 1998). Where fewer than 10 pairs hold an event, or lack one, it is 2, the most it can
    be: so that rare events get the interval of independent pairs. A last world without a neighbour is a cluster of its
    own.
    """
    pairs, most = _pairs(events).sum(axis=1), len(events) / (len(events) - len(events) // 2)
    if min((pairs > 0).sum(), (pairs < 2).sum()) < FEW_PAIRS:
        return most
    p = pairs.mean() / 2
    estimate = 2 - (pairs == 1).mean() / (2 * p * (1 - p))
    widened = (special.stdtrit(len(pairs) - 1, 0.975) / special.ndtri(0.975)) ** 2
    return float(min(max(estimate, 1.0) * widened, most))


def variance_parts(values):
    """(within, between): the variance of a figure inside pairs of neighbouring worlds, and that of the pairs' own
    means, both of one world; a last world without a neighbour is not looked at.

    One-way analysis of variance with two in a class (Searle, Casella and McCulloch, Variance Components, 1992, ch. 3):
    within is unbiased, and so is between but for a negative one, which becomes 0. NaN with fewer than two pairs.
    """
    pairs = _pairs(np.asarray(values, dtype=float))
    if len(pairs) < 2:
        return np.nan, np.nan
    within = ((pairs[:, 0] - pairs[:, 1]) ** 2).mean() / 2
    return float(within), float(max(pairs.mean(axis=1).var(ddof=1) - within / 2, 0.0))


def ratio_error(above, below, paired=False):
    """Standard error of sum(above) / sum(below) over worlds, (worlds,) each; `paired` where neighbours are a cluster.

    Linearized (Cochran, Sampling Techniques, 1977, section 6.4). NaN where it cannot be told.
    """
    above, below = np.asarray(above, dtype=float), np.asarray(below, dtype=float)
    if paired:
        starts = np.arange(0, len(above), 2)
        above, below = np.add.reduceat(above, starts), np.add.reduceat(below, starts)
    clusters, whole = len(above), below.sum()
    if clusters < 2 or whole == 0:
        return np.nan
    left = above - above.sum() / whole * below
    return float(np.sqrt(clusters / (clusters - 1) * (left**2).sum()) / abs(whole))


def paired_difference_interval(before, after, confidence=0.95, paired=False):
    """(difference, low, high): the mean of `after` less that of `before`, in the same worlds, (worlds,) each; `paired`
    where neighbours are a cluster.

    Student's interval of the differences. Of events, (worlds,) of bool, it is put together from Clopper-Pearson's of
    the share of the worlds that change each way (`proportion_interval` with the `design_effect` of pairs): each end
    lies as far from the difference as the root of the squares of both distances, less what their correlation takes away
    (Zou and Donner, Statistics in Medicine 27, 2008). So it has a width where no change was seen, and its ends hold
    where changes are rare. NaN with one cluster.
    """
    change = np.asarray(after, dtype=float) - np.asarray(before, dtype=float)
    sums, size = (_by_cluster(of, paired) for of in (change, np.ones(len(change))))
    mean = change.mean()
    if len(sums) < 2:
        return float(mean), np.nan, np.nan
    if np.asarray(before).dtype == bool:
        return float(mean), *_of_two_shares(change > 0, change < 0, confidence, paired)
    error = np.sqrt(((sums - mean * size) ** 2).sum() * len(sums) / (len(sums) - 1)) / len(change)
    half = special.stdtrit(len(sums) - 1, (1 + confidence) / 2) * error
    return float(mean), float(mean - half), float(mean + half)


def _of_two_shares(more, less, confidence, paired):
    """(low, high) of the share of worlds in one set less that in another, (worlds,) of bool each."""
    ends, shares = [], [more.mean(), less.mean()]
    for events in (more, less):
        effect = design_effect(events) if paired else 1.0
        ends.append(proportion_interval(int(events.sum()), len(events), confidence, effect))
    up, down = (_by_cluster(events - events.mean(), paired) for events in (more, less))
    spread = np.sqrt((up**2).sum() * (down**2).sum())
    correlation = (up * down).sum() / spread if spread > 0 else 0.0

    def distance(one, other):
        """The root of the squares, of two distances from the shares."""
        return np.sqrt(max(one**2 + other**2 - 2 * correlation * one * other, 0.0))

    low = distance(shares[0] - ends[0][0], ends[1][1] - shares[1])
    high = distance(ends[0][1] - shares[0], shares[1] - ends[1][0])
    return float(shares[0] - shares[1] - low), float(shares[0] - shares[1] + high)


def _by_cluster(values, paired):
    """Sums over worlds that are one cluster, a last world without a neighbour by itself."""
    return np.add.reduceat(values, np.arange(0, len(values), 2)) if paired else values


def worlds_needed(probability, relative, confidence=0.95):
    """How many independent worlds, so that the interval of this probability reaches no further than the share
    `relative` of it to each side: z^2 (1 - p) / (p r^2), rounded up; normal approximation, 0 < p < 1. ValueError
    otherwise.
    """
    if not (0 < probability < 1 and relative > 0):
        raise ValueError(f"probability {probability}, relative {relative}: between 0 and 1, and above 0, is allowed")
    z = special.ndtri((1 + confidence) / 2)
    return int(np.ceil(z**2 * (1 - probability) / (probability * relative**2)))


def quantile_interval(values, level, confidence=0.95, design_effect=1.0):
    """Distribution-free interval of a quantile from independent values, as (low, high).

    Order statistics at binomial ranks (David and Nagaraja, Order Statistics, section 7.1); with a design effect at the
    ranks of a sample so much smaller (Woodruff, Journal of the American Statistical Association 47, 1952). An end that
    so few values cannot give is None.
    """
    values = np.sort(values)
    fewer = int(len(values) / design_effect)
    below = special.bdtr(np.arange(fewer + 1), fewer, level)
    low, high = np.searchsorted(below, [(1 - confidence) / 2, (1 + confidence) / 2])
    low, high = int(low * len(values) / max(fewer, 1)), int(np.ceil(high * len(values) / max(fewer, 1)))
    return (
        None if low == 0 else values[low - 1].item(),
        None if high >= len(values) else values[high].item(),
    )


def jackknife_groups(count):
    """Which of the 20 groups of neighbours each of a sample belongs to, (count,)."""
    return np.arange(count) * GROUPS // count


def jackknife_interval(left_out, whole, confidence=0.95):
    """Student's interval of a mean or a ratio, as (low, high), from its value with each of the groups of the sample
    left out in turn, and its value for the whole sample.

    Pseudo-values (Tukey, Annals of Mathematical Statistics 29, 1958; Miller, Biometrika 61, 1974) [R]. None where one
    of the values is missing.
    """
    if whole is None or any(value is None or np.isnan(value) for value in left_out):
        return None
    groups = len(left_out)
    pseudo = groups * whole - (groups - 1) * np.asarray(left_out)
    half = special.stdtrit(groups - 1, (1 + confidence) / 2) * pseudo.std(ddof=1) / np.sqrt(groups)
    return float(pseudo.mean() - half), float(pseudo.mean() + half)


def value_at_risk(losses, level):
    """The smallest of the losses x such that a share of at least `level` of them is at most x; same unit as the
    losses.
    """
    return np.quantile(losses, level, method="inverted_cdf")


def _share(events, trials):
    """Events over trials; ValueError unless 0 <= events <= trials, trials > 0."""
    if not 0 <= events <= trials or trials == 0:
        raise ValueError(f"{events} events in {trials} trials: need 0 <= events <= trials and at least one trial")
    return events / trials


def _pairs(values):
    """Worlds 2j and 2j + 1 side by side, (pairs, 2)."""
    values = np.asarray(values)
    return values[: len(values) // 2 * 2].reshape(-1, 2)
