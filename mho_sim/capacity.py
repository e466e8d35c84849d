"""Estimates, before anyone is drawn, what a run will hold in memory, and refuses what the machine does not have.

What the engine allocates is measured on three tiny associations under the same scheme and setting, and laid out for the
size that is asked for: it grows evenly with rows of people, households and worlds. All sizes are in bytes.
"""

import os
import re
from pathlib import Path
from typing import NamedTuple

import numpy as np

from mho_sim.engine import Batch, Prepared
from mho_sim.population import DAYS_PER_YEAR, FERTILE, OLDEST

DRAWING = 100  # a row, while the people are drawn, beside what stays of them: 92 to 95 measured with tracemalloc [D]
TELLING = 2  # while worlds are joined and told of, as many times what is kept of them: 1.9 to 2.1 measured likewise [D]
MOST_BIRTHS = 1.3  # the most births of a batch's worlds, over those expected: assumed
PLACE_OF_ROW = 0.05  # memory of a child's place, as a part of that of a row: about 4 bytes of 150 a world [D]
QUEUED = 2_000  # a batch that waits for its turn: measured likewise [D]
PROBES = ((50, 1), (100, 1), (100, 3))  # households, and persons in each
UNITS = {"": 1, "k": 1000, "K": 1000, "Ki": 2**10, "M": 10**6, "Mi": 2**20, "G": 10**9, "Gi": 2**30}
UNITS |= {"T": 10**12, "Ti": 2**40}
OPTIONS = ("batch", "workers", "worlds", "memory-limit")  # of a command, that lower what it needs or allow it more


class TooLarge(MemoryError):
    """A run that the machine has not enough memory for; the sentence says what would lower it."""


class Law(NamedTuple):
    """Bytes that grow evenly with people and households."""

    fixed: float
    row: float
    home: float

    def of(self, rows, homes):
        """Bytes for so many rows of people and households."""
        return max(self.fixed + self.row * rows + self.home * homes, 0.0)


class Layout(NamedTuple):
    """What the engine allocates for a scenario."""

    shared: Law  # what all worlds share
    batch: Law  # of each batch that is lived, however many its worlds
    world: Law  # of each world that is lived
    kept: float  # of each world, until it is told of


class Run(NamedTuple):
    """What decides how much memory a run takes."""

    households: int
    rows: float  # people at the start and children born, expected
    kinds: int
    months: int
    worlds: int
    batch: int  # worlds that are lived together
    workers: int  # batches that are lived at the same time
    layout: Layout | None = None  # None: not measured yet
    times: int = 1  # worlds that are kept at one time, for each that is asked for
    fewest: int = 1  # worlds that may be asked for

    @property
    def bound(self):
        """Bytes that the run stays far below: ten times and more what was measured [D], so that a run for which there
        is as much need not be measured.
        """
        of_people = (self.rows + self.households) * (self.kinds + 1) * (200 * self.workers * self.batch + 1000)
        return of_people + self.together * self.months * (self.kinds + 2) * 100 + 2**25

    @property
    def together(self):
        """Worlds that are kept at one time."""
        return self.times * self.worlds

    @property
    def shared(self):
        """Bytes of what all worlds share: people, households, tables."""
        return self.layout.shared.of(self.rows, self.households)

    @property
    def batches(self):
        """Bytes of the batches that are lived at the same time: the state of each person and household in each of
        their worlds, books, registers and day buckets.
        """
        at_once = min(self.workers, -(-self.together // self.batch))
        worlds = min(self.workers * self.batch, self.together)
        each = self.layout.batch.of(self.rows, self.households)
        return at_once * each + worlds * self.layout.world.of(self.rows, self.households)

    @property
    def kept(self):
        """Bytes of what is kept of all worlds until they are told of."""
        return self.together * self.layout.kept

    @property
    def total(self):
        """The most bytes that are held at one time: while people are drawn, while worlds are lived, or while they are
        told of.
        """
        drawing = self.rows * DRAWING
        living = self.batches + self.kept + -(-self.together // self.batch) * QUEUED
        return int(self.shared + max(drawing, living, TELLING * self.kept))


def layout_of(scenario, kept):
    """What the engine allocates for a scenario, measured on tiny associations; `kept(batch)` gives the bytes that are
    kept of a batch's worlds.
    """
    sizes, shared, batch, world = [], [], [], []
    for homes, size in PROBES:
        prepared = Prepared(_tiny(scenario, homes, size), 0)
        seen = {}
        sizes.append((1, len(prepared.people.row), homes))
        shared.append(held(prepared, seen))
        of_one, of_two = (held(Batch(prepared, 0, worlds), dict(seen)) for worlds in (1, 2))
        batch.append(2 * of_one - of_two)
        world.append(of_two - of_one)
    laws = np.linalg.solve(np.array(sizes, dtype=float), np.array([shared, batch, world], dtype=float).T).T
    return Layout(*(Law(*law) for law in laws.tolist()), kept=kept(Batch(prepared, 0, 1)))


def _tiny(scenario, homes, size):
    """The same scenario with a few households of one size, a new mutual without births: for its tables alone, so that
    nothing is checked.
    """
    people = {"members": None, "covered_per_member": None, "households": {size: homes}, "list": None, "births": None}
    association = scenario.setting.association.model_copy(update=people)
    membership = scenario.scheme.membership.model_copy(update={"intakes": None})
    tiny = scenario.model_copy(
        update={
            "setting": scenario.setting.model_copy(update={"association": association}),
            "scheme": scenario.scheme.model_copy(update={"membership": membership}),
            "start_from": None,
        }
    )
    tiny.attach(None, None)
    return tiny


def held(thing, seen):
    """Bytes of all arrays that a part of the engine holds, each counted once, but those that are in `seen` already."""
    if isinstance(thing, np.ndarray):
        while isinstance(thing.base, np.ndarray):
            thing = thing.base
        known, seen[id(thing)] = id(thing) in seen, thing
        return 0 if known else thing.nbytes
    if isinstance(thing, Prepared | Batch):
        thing = vars(thing)
    inner = thing.values() if isinstance(thing, dict) else thing if isinstance(thing, list | tuple) else ()
    return sum(held(each, seen) for each in inner)


def expected_rows(scenario):
    """How many rows of people a world will have: those at the start and the children born, for whom every year in which
    a woman of 15 to 49 is there has a place; expected, before anyone is drawn.
    """
    terms, listed = scenario.setting.association, scenario.members
    homes = scenario.household_count
    births = scenario.unknowns.get("setting.association.births", terms.births)
    a_place = 0.0 if births is None else MOST_BIRTHS * getattr(births, "high", births) + PLACE_OF_ROW
    if listed is not None:
        return len(listed.woman) + a_place * _places_listed(listed, scenario.years)
    if terms.households is not None:
        people = sum(size * count for size, count in terms.households.items())
    else:
        people = homes * terms.covered_per_member.mean
    if terms.births is None:
        return people
    children = [
        number * who.women * sum(_fertile(who.ages, year) for year in range(scenario.years))
        for number, who in ((homes, terms.member), (people - homes, terms.people))
    ]
    return people + a_place * sum(children)


def _places_listed(listed, years):
    """Places for children of the women of a register."""
    ages = listed.born_days_before_start[listed.woman] / DAYS_PER_YEAR
    return sum(int(((ages + year >= FERTILE[0]) & (ages + year < FERTILE[1])).sum()) for year in range(years))


def _fertile(ages, years):
    """The share of people who will be of an age to give birth some years from now, ages spread evenly in each band."""
    low, high = (age - years for age in FERTILE)
    total = sum(share for *_, share in ages)
    within = 0.0
    for first, last, share in ages:
        end = (OLDEST if last is None else last) + 1
        within += share * max(min(high, end) - max(low, first), 0) / (end - first)
    return within / total


def refuse_too_large(run, limit=None, options=OPTIONS):
    """Raises TooLarge with one sentence if a run would hold more than `limit` bytes (default: what the machine has
    available, if that can be known); it names of the `options` those that help.
    """
    room = available() if limit is None else limit
    if room is None or run.total <= room:
        return
    has = "are available" if limit is None else "are allowed"
    more = " (or allow more with --memory-limit)" if "memory-limit" in options else ""
    raise TooLarge(
        f"This run would hold about {said(run.total)} in memory, and {said(room)} {has}: "
        f"{_advice(run, room, 'batch' in options)}{more}."
    )


def _advice(run, room, has_batch):
    """What to change so that a run fits, said so that it can be typed."""
    if has_batch and (batch := _largest(run, "batch", room)):
        return f"take --batch {batch} instead of {run.batch}"
    alone = run._replace(batch=1 if has_batch else run.batch, workers=1)
    least = ["--batch 1", "--workers 1"] if has_batch else ["--workers 1"]
    if alone.total <= room:
        return f"take {' and '.join(least)}"
    worlds, more = (found if (found := _largest(one, "worlds", room)) >= run.fewest else 0 for one in (run, alone))
    if more > worlds:
        return f"take {', '.join(least)} and --worlds {more} instead of {run.worlds}"
    if worlds:
        return f"take --worlds {worlds} instead of {run.worlds}"
    homes = f"{run.households:,}".replace(",", " ")
    nothing = "neither --batch nor --worlds lowers it" if has_batch else "fewer --worlds do not lower it"
    return f"{nothing} enough, {homes} households are too many at once; take fewer"


def _largest(run, name, room):
    """The largest value of a field, below the one it has, with which a run fits, in two figures; 0 if there is none."""
    fits, too_much = 0, getattr(run, name)
    while too_much - fits > 1:
        middle = (fits + too_much) // 2
        fits, too_much = (middle, too_much) if run._replace(**{name: middle}).total <= room else (fits, middle)
    unit = 10 ** max(len(str(fits)) - 2, 0)
    return fits // unit * unit


def said(number):
    """Bytes as people say them: 340 MiB, 2.1 GiB."""
    for unit, size in (("TiB", 2**40), ("GiB", 2**30), ("MiB", 2**20)):
        if number >= size:
            return f"{number / size:.3g} {unit}" if number < 999.5 * size else f"{number / size:.0f} {unit}"
    return f"{number / 2**10:.3g} KiB"


def bytes_of(text):
    """The bytes that a text such as 2GiB, 1.5 GiB or 500MB names. Raises ValueError with a sentence."""
    match = re.fullmatch(r"([0-9]+(?:\.[0-9]+)?) ?([kKMGT]i?)?B", text.strip())
    if not match or match[2] not in (None, *UNITS) or float(match[1]) == 0:
        raise ValueError(f"'{text}' is no amount of memory. Write a number with its unit, such as 2GiB or 500MiB.")
    return int(float(match[1]) * UNITS[match[2] or ""])


def available(root=Path("/")):
    """Bytes that this process may still take: what the machine has, or the control group leaves it, whichever is
    less; None if neither can be known. `root` is where /proc and /sys are found.
    """
    known = [figure for figure in (_of_machine(root), *_of_groups(root)) if figure is not None]
    return min(known, default=None)


def _of_machine(root):
    """Memory that can be had without swapping (Linux); elsewhere all that the machine has."""
    text = _read(root / "proc/meminfo")
    if match := re.search(r"^MemAvailable: +([0-9]+) kB", text, re.MULTILINE):
        return int(match[1]) * 1024
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, OSError, ValueError):
        return None


def _of_groups(root):
    """What each control group above this process leaves, versions 2 and 1; cached files count as free."""
    own = {}
    for line in _read(root / "proc/self/cgroup").splitlines():
        number, controllers, path = line.split(":", 2)
        if number == "0" or "memory" in controllers.split(","):
            own["" if number == "0" else "memory"] = path
    names = {"": ("memory.max", "memory.current", "inactive_file"), "memory": _VERSION_1}
    for version, path in (own or {"": "/"}).items():
        top = root / "sys/fs/cgroup" / version
        folder = top / path.lstrip("/")
        for group in (folder, *folder.parents):
            if not group.is_relative_to(top):
                break
            yield _left(group, *names[version])


_VERSION_1 = ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file")


def _left(group, limit, usage, cached):
    """What a control group leaves; None if it has no limit."""
    most, used = _read(group / limit).strip(), _read(group / usage).strip()
    if not most.isdecimal() or not used.isdecimal():
        return None
    match = re.search(rf"^{cached} ([0-9]+)$", _read(group / "memory.stat"), re.MULTILINE)
    return max(int(most) - int(used) + (int(match[1]) if match else 0), 0)


def _read(path):
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, ValueError):
        return ""
