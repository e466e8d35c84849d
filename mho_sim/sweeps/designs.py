"""Where a study looks: grids, named points, and space-filling designs between two ends; together they are crossed.

A choice is a tuple of (path, what is written there); an axis of a study is one path.
"""

import re
from itertools import product

import numpy as np

DESIGNS = ("latin_hypercube", "sobol")
AMOUNT = re.compile(r"(?P<number>[0-9]+(?:[ _][0-9]{3})*(?:[.,][0-9]+)?)\s*(?P<unit>%|days?|months?|years?)?")
DIGITS = 6  # of a number between two ends


def grid(values):
    """All combinations of the values of some paths, `{path: [text, ...]}`, the last path running fastest."""
    return [tuple(zip(values, choice)) for choice in product(*values.values())]


def filled(kind, count, ends, seed):
    """A Latin hypercube or a scrambled Sobol sequence of `count` choices between two ends, `{path: (low, high)}`, each
    written as a scenario writes it. Raises ValueError with a sentence for ends between which there is nothing.
    """
    from scipy.stats import qmc

    between = {path: Between(low, high) for path, (low, high) in ends.items()}
    if kind == "sobol" and count & (count - 1):
        nearest = 1 << (count - 1).bit_length()
        raise ValueError(f"a Sobol design has a power of 2 of points, and {count} is none. Write {nearest}.")
    design = qmc.Sobol if kind == "sobol" else qmc.LatinHypercube
    places = design(len(between), rng=np.random.default_rng(seed)).random(count)
    choices = [tuple((path, one.at(u)) for (path, one), u in zip(between.items(), row)) for row in places]
    if many := count - len(set(choices)):
        raise ValueError(
            f"{many} of the {count} points repeat others, for between whole numbers there are no others. Write "
            "[1.0, 2.0] for what lies between 1 and 2, or ask for fewer points."
        )
    return choices


class Between:
    """Two numbers of one kind, and what lies between them: whole between whole ones, percentages, times."""

    def __init__(self, low, high):
        ends = [AMOUNT.fullmatch(str(end).strip()) for end in (low, high)]
        units = {match and (match["unit"] or "").rstrip("s") for match in ends}
        if None in ends or len(units) != 1:
            raise ValueError(
                f"between '{low}' and '{high}' nothing can be chosen. Write two numbers of one kind, such as "
                "[300, 500], [10%, 50%] or [1 month, 6 months]."
            )
        numbers = [re.sub("(?<=[0-9])[ _](?=[0-9]{3})", "", match["number"]).replace(",", ".") for match in ends]
        self.whole = all("." not in number for number in numbers) and units != {"%"}
        self.unit = units.pop()
        self.low, self.high = map(float, numbers)
        if not self.low < self.high:
            raise ValueError(f"'{low}' is not below '{high}'. Write the smaller first.")

    def at(self, u):
        """What lies at a share `u` of the way, as text; of whole numbers each is as likely as the others."""
        if self.whole:
            number = f"{int(self.low + np.floor(u * (self.high - self.low + 1)))}"
        else:
            number = f"{self.low + u * (self.high - self.low):.{DIGITS}g}"
        return number + (" " if self.unit not in ("", "%") else "") + self.unit + ("s" if self._many(number) else "")

    def _many(self, number):
        return self.unit not in ("", "%") and number != "1"


def crossed(*parts):
    """Every choice of each part with every choice of the others: named, `[(name, choice), ...]`."""
    return [
        (", ".join(name for name, _ in one), tuple(pair for _, choice in one for pair in choice))
        for one in product(*(part for part in parts if part))
    ]
