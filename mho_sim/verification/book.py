"""Runs the cases, on several threads, and binds what they found into a book."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from importlib.metadata import version

from mho_sim.verification import oracles
from mho_sim.verification.cases import CHAPTERS, everything
from mho_sim.verification.chapters import Case, Chapter
from mho_sim.verification.judging import COUNTED, ESTIMATED, FAILED, TOLERATED, Figure
from mho_sim.verification.worlds import Stopped

EXACT, BY_CHANCE, LOOSE = "exact", "by_chance", "within_tolerance"  # how much being inside says


@dataclass(frozen=True)
class Done:
    """A case that has run: its figures, how many worlds were lived, and how long it took."""

    case: Case
    figures: tuple[Figure, ...]
    worlds: int | None
    seconds: float

    @property
    def inside(self):
        """Whether every figure is."""
        return all(figure.inside for figure in self.figures)

    @property
    def used(self):
        """The largest share of a band that a figure uses; None where all are judged exactly."""
        return max((figure.used for figure in self.figures if figure.used is not None), default=None)


@dataclass(frozen=True)
class Book:
    """What was found: chapters with their cases, in order."""

    chapters: tuple[tuple[Chapter, tuple[Done, ...]], ...]
    full: bool
    seed: int
    seconds: float
    asked: int  # cases that were to run
    whole: bool  # nothing was left out by --only

    @property
    def done(self):
        """All cases that have run."""
        return [done for _, cases in self.chapters for done in cases]

    @property
    def figures(self):
        """All figures."""
        return [figure for done in self.done for figure in done.figures]

    @property
    def kinds(self):
        """How many figures are judged exactly, by the band of chance, and by a tolerance that is stated."""
        found = dict.fromkeys((EXACT, BY_CHANCE, LOOSE), 0)
        for figure in self.figures:
            found[BY_CHANCE if figure.way in (COUNTED, ESTIMATED) else LOOSE if figure.way == TOLERATED else EXACT] += 1
        return found

    @property
    def widest_tolerance(self):
        """The largest distance from the published figure that a tolerance allows, as a share of that figure; of a
        published 0 there is no share.
        """
        loose = [figure for figure in self.figures if figure.way == TOLERATED and figure.expected]
        return max((max(f.high - f.expected, f.expected - f.low) / abs(f.expected) for f in loose), default=0.0)

    @property
    def outside(self):
        """(case, figure) of each that lies outside its band."""
        return [(done.case, figure) for done in self.done for figure in done.figures if not figure.inside]

    @property
    def alarm(self):
        """Upper limit to the chance that a right program has a figure outside, with a seed drawn anew."""
        return sum(figure.alarm for figure in self.figures)

    @property
    def interrupted(self):
        """Whether cases are missing."""
        return len(self.done) < self.asked

    @property
    def waiting(self):
        """Rows that wait for a mechanism, by mechanism."""
        return oracles.waiting(_reached())

    @property
    def not_looked_at(self):
        """Rows about something that the program does not do."""
        return oracles.outside(_reached())

    @property
    def version(self):
        """The program's version."""
        return version("mho_sim")

    def to_dict(self):
        """All of it as plain values, for JSON."""
        return {
            "version": self.version,
            "seed": self.seed,
            "full": self.full,
            "inside": not self.outside,
            "figures": len(self.figures),
            "kinds": self.kinds,
            "widest_tolerance": self.widest_tolerance,
            "outside": [figure.name for _, figure in self.outside],
            "false_alarm": self.alarm,
            "seconds": round(self.seconds, 2),
            "interrupted": self.interrupted,
            "chapters": [
                {"name": chapter.key, "title": chapter.title, "about": chapter.about, "cases": [_case(d) for d in done]}
                for chapter, done in self.chapters
            ],
            "waiting": [{"for": mechanism, "rows": rows} for mechanism, rows in self.waiting.items()],
            "not_looked_at": len(self.not_looked_at),
        }


def _reached():
    """The rows of all cases."""
    return {row for _, case in everything() for row in case.rows}


def _case(done):
    case = done.case
    return {
        "name": case.name,
        "title": case.title,
        "shows": case.shows,
        "source": case.origin,
        "worlds": done.worlds,
        "seconds": round(done.seconds, 3),
        "inside": done.inside,
        "figures": [_figure(figure) for figure in done.figures],
    }


def _figure(figure):
    told = {
        "name": figure.name,
        "what": figure.words,
        "judged": figure.way,
        "expected": figure.expected,
        "obtained": figure.obtained,
        "band": None if figure.low is None else [figure.low, figure.high],
        "inside": figure.inside,
        "of": figure.trials,
        "false_alarm": figure.alarm,
        "also_given_as": figure.printed,
        "reason": figure.reason,
    }
    return {key: value for key, value in told.items() if value is not None or key in ("band",)}


def verify(wanted=None, full=False, seed=1, workers=1, progress=lambda done: None):
    """A `Book` of the cases wanted, pairs (chapter, case), or of all; `progress` is told of each case that has run.
    Interrupted, it holds those that have.
    """
    wanted = everything() if wanted is None else wanted
    started, found, stop = time.perf_counter(), {}, threading.Event()
    pool = ThreadPoolExecutor(workers)
    try:
        by_size = sorted(wanted, key=lambda pair: -(pair[1].size(full) or 0))
        running = [pool.submit(_run, case, full, seed, stop) for _, case in by_size]
        for future in as_completed(running):
            done = future.result()
            if done is not None:
                found[id(done.case)] = done
                progress(done)
    except KeyboardInterrupt:
        stop.set()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
    chapters = [
        (chapter, tuple(found[id(case)] for case in chapter.cases if id(case) in found)) for chapter in CHAPTERS
    ]
    return Book(
        tuple((chapter, done) for chapter, done in chapters if done),
        full,
        seed,
        time.perf_counter() - started,
        len(wanted),
        len(wanted) == len(everything()),
    )


def _run(case, full, seed, stop):
    """A case that has run; an error in it is a figure that failed. None if the run was stopped before."""
    if stop.is_set():
        return None
    started = time.perf_counter()
    try:
        figures = tuple(case.figures(full, seed, stop))
    except Stopped:
        return None
    except Exception as error:
        what = f"{type(error).__name__}: {error}"
        figures = (Figure(case.name, case.title, FAILED, "figures", what, None, None, False),)
    return Done(case, figures, case.size(full), time.perf_counter() - started)
