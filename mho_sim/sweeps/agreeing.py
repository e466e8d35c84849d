"""Whether a study's file and what is asked of it agree: nothing that changed is mixed in unseen."""

from contextlib import suppress
from types import SimpleNamespace
from typing import NamedTuple

from mho_sim.scenario import ScenarioError
from mho_sim.scenario.differing import differing, flow
from mho_sim.sweeps.plan import Plan, Point, Worlds
from mho_sim.sweeps.program import about, differences
from mho_sim.sweeps.store import ENTRIES, FORMAT, Stored

SHOWN = 8  # differences in one message


class Changed(ValueError):
    """A study that is not the one whose results a file holds; the sentence shows in what."""


class Agreed(NamedTuple):
    """What was found in a file, in sentences for the user."""

    points: list
    notes: list


def agree(store, plan, recompute=False, mix_versions=False):
    """The points of a store, made those of a plan; what both have is kept. Raises `Changed` where that would mix
    results of different scenarios, seeds or programs, or drop some, unless `recompute` says to live them again or
    `mix_versions` to keep what another version of the program found.
    """
    told, program = plan.told(), about()
    old, old_program = store.get("plan"), _program_of(store, program)
    there, missing = store.points(), [key for key in ENTRIES if store.get(key) is None]
    if not missing and old == told and old_program == program and len(there) == len(plan.points):
        return Agreed(there, [])
    wanted = _wanted(plan)
    if old is None and not there:
        with store.transaction():
            _write(store, plan, told, program, wanted)
        return Agreed(wanted, [])
    for key in missing:
        store.tell(f"the entry '{key}'")
    kept, moves = _kept(there, wanted)
    gone = len(there) - len(moves)
    other_program = differences(old_program, program)
    changes = _changes(store, plan, old or {}, told, gone)
    if (changes or (other_program and not mix_versions)) and not recompute:
        raise Changed(_refusal(store.path, changes, other_program))
    with store.transaction():
        store.move_points(moves)
        for one in kept.values():
            if other_program and recompute:
                store.empty_point(one.point)
            store.put_point(_fitted(store, plan, old or {}, one, recompute, fresh=bool(other_program and recompute)))
        _write(store, plan, told, program, [one for one in wanted if one.point not in kept])
    notes = [_note(len(kept), len(wanted) - len(kept), gone)] if old != told or len(there) != len(wanted) else []
    if other_program and mix_versions and not recompute:
        notes.append(f"Kept what another version of the program found: {'; '.join(other_program)}.")
    return Agreed(store.points(), notes)


def with_what_is_there(store, plan, recompute=False):
    """(a plan with what its file holds beyond it, a sentence about that or None): points that a study file does not ask
    for, and more worlds, as `study expand` adds them. `recompute` drops it, except where it is for another scenario,
    seed or version of the program that all is lived again.
    """
    old, program = store.get("plan"), about()
    if old is None:
        return plan, None
    same = (old["scenario"], old["seed"]) == (plan.scenario.hash, plan.seed)
    if not (same or recompute) or (same and recompute and not differences(_program_of(store, program), program)):
        return plan, None
    further, names = _further(plan, old), {point.name for point in plan.points}
    more = old["worlds"][0] > plan.worlds.least
    if not (further or more) or any(point.name in names for point in further):
        return plan, None
    worlds = plan.worlds
    if more:
        worlds = Worlds(old["worlds"][0], max(old["worlds"][0], plan.worlds.most), plan.worlds.halfwidth)
    monthly = plan.monthly or old["monthly"]
    wider = Plan(plan.title, plan.base, [*plan.points, *further], worlds, plan.seed, monthly, plan.marks)
    what = [f"{len(further):,} further points"] if further else []
    what += [f"{worlds.least:,} worlds a point instead of {plan.worlds.least:,}"] if more else []
    told = f"{store.path} holds more than is asked for, and keeps it: {' and '.join(what)}."
    return wider, f"{told} --recompute drops it."


def _further(plan, old):
    """The points of a file that a plan has not, and that its scenario can be."""
    asked, found = [point.values for point in plan.points], []
    points = [Point(name, values) for name, values in old["points"] if values not in asked]
    keys = {key for key, _ in plan.settled} if points else set()  # what is written otherwise may be the same
    for point in points:
        with suppress(ScenarioError):
            if plan.key_of(point) not in keys:
                found.append(point)
    return found


def _program_of(store, program):
    """The program that found what is there; where that is damaged, as far as the rest of the file tells."""
    found = store.get("program")
    if found is None:
        others = store.programs_of_chunks() - {program["id"]}
        found = (store.get("programs") or {}).get(min(others), {}) if others else program
    return found


def _wanted(plan):
    """The points of a plan as they are stored, with nothing found yet."""
    return [
        Stored(number, point.name, point.values, resolved, key, plan.worlds.least)
        for number, (point, (key, resolved)) in enumerate(zip(plan.points, plan.settled, strict=True))
    ]


def _kept(there, wanted):
    """({number: the point that is wanted, with what was found before}, {old number: number}) of those in both."""
    by_key, kept, moves = {}, {}, {}
    for one in there:
        by_key.setdefault(one.key, []).append(one)
    for one in wanted:
        if before := by_key.get(one.key):
            old = before.pop(0)
            moves[old.point] = one.point
            kept[one.point] = old._replace(point=one.point, name=one.name, choice=one.choice, resolved=one.resolved)
    return kept, moves


def _fitted(store, plan, old, one, recompute, fresh):
    """A point that is kept, with as many worlds as are asked for now, and never fewer than it has unless all that is
    not asked for shall go. Its figures stay until there are those of all worlds.
    """
    same_worlds = old.get("worlds") == list(plan.worlds)
    anew = fresh or (recompute and not same_worlds)
    worlds = plan.worlds.least if anew else max(one.worlds, plan.worlds.least)
    store.keep_spans(one, [(first, count) for first, count in store.spans(one) if first + count <= worlds])
    if fresh or (one.of or 0) > worlds or old.get("monthly") != plan.monthly:
        one = one.empty
    if not same_worlds and plan.worlds.halfwidth is not None:
        one = one._replace(digest=None)  # whether its worlds are enough is to be seen
    return one._replace(worlds=worlds)


def _write(store, plan, told, program, points):
    store.put("format", FORMAT)
    store.put("plan", told)
    store.put("program", program)
    store.put("programs", {**(store.get("programs") or {}), program["id"]: program})
    store.put("scenario", plan.scenario.content)
    store.put("currency", plan.scenario.currency)
    store.put("folder", plan.base.folder)
    for one in points:
        store.put_point(one)


def _changes(store, plan, old, told, gone):
    """In what the study differs from the one that was stored, so that results would be lost or mixed: sentences."""
    changes = []
    if old.get("scenario") != told["scenario"] and gone:
        before = store.get("scenario")
        apart = _apart(before, plan.scenario) if before else []
        shown = "; ".join([*apart[:SHOWN], *([f"and {len(apart) - SHOWN} more"] if len(apart) > SHOWN else [])])
        changes.append(f"the scenario has changed ({shown})" if apart else "the people of its register have changed")
    if old and old.get("seed") != told["seed"]:
        changes.append(f"the seed was {old.get('seed')} and is {told['seed']}")
    if gone and not changes:
        changes.append(f"{gone} of its points {'is' if gone == 1 else 'are'} no longer asked for")
    if old and old["worlds"][0] > told["worlds"][0]:
        changes.append(f"it holds {old['worlds'][0]:,} worlds a point, and {told['worlds'][0]:,} are asked for")
    return changes


def _apart(before, now):
    """In what two scenarios differ, from what they say alone: the people of a register are told by the hash."""
    said = [SimpleNamespace(content=content, members=None) for content in (before, now.content)]
    return [f"{one.path}: {flow(one.before)} -> {flow(one.after)}" for one in differing(*said) if not one.is_remark]


def _refusal(path, changes, other_program):
    what = "; ".join(changes + other_program)
    ways = "--recompute lives again what that changes"
    if other_program and not changes:
        ways += ", --mix-versions keeps what the other version found"
    holds = "holds another study" if changes else "was found by another version of the program"
    return f"{path} {holds}: {what}. {ways}; another --out leaves the file as it is."


def _note(kept, new, gone):
    told = f"{kept:,} points are kept, {new:,} are new"
    return told + (f", {gone:,} are dropped." if gone else ".")
