"""Whatever is written in a scenario file, it is either refused with sentences that help, or it lives by the rules.

CI reads 2,000 fuzzed files (`fuzzing.py`), and lives those that are accepted and small; `MHO_SIM_FUZZ=100000` reads
more. Demanded of each: no other error than `ScenarioError`, no more than 5 seconds of the processor, at least 95 of 100
refusals that name file, line, key and what is allowed, and no lived world that breaks an invariant.
"""

import os
import re
import signal
import threading
from collections import Counter
from contextlib import contextmanager

import pytest
from fuzzing import SMALL, bases, fuzzed, in_blocks
from invariants import breaches
from lived_world import lived_worlds

from mho_sim.report.understood import understood
from mho_sim.scenario import ScenarioError, explained, load, parse
from mho_sim.scenario.reading import decode

FILES = int(os.environ.get("MHO_SIM_FUZZ", "2000"))
LONGEST = 5  # seconds of the processor
MOST_HOUSEHOLDS, MOST_YEARS, MOST_EPISODES = 50, 2, 5000
WELL_SAID = 0.95
HELPS = re.compile(  # what a sentence says that tells what to write instead
    r"\b([Ww]rite|Add|Delete|Keep|Change|Begin|Close|Break|Give|Save|Look|Indent|Count|Let it|Use|Compare|must|such as|"
    r"goes in|did you mean|The keys here are|There are|There is none|belongs in|holds one scenario|needs to know|"
    r"a few pages|more than [0-9]+|adds? up to [0-9]+|without a key)\b"
)


@contextmanager
def at_most(seconds):
    """Stops what hangs: a TimeoutError after so many seconds of the processor (where the system can count them)."""
    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(*_):
        raise TimeoutError(f"more than {seconds} seconds")

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


@pytest.fixture(scope="module", autouse=True)
def compiled():
    """The engine's machine code is there before anything is timed (an interrupted compilation is of no more use)."""
    lived_worlds(parse(SMALL), 1)


def read(raw, name):
    """The scenario of a file's bytes; or the refusal."""
    try:
        with at_most(LONGEST):
            return parse(decode(raw, name), name), None
    except ScenarioError as refusal:
        return None, refusal


def lacks(refusal, name):
    """What a refusal does not name: of each fault the file, the line, the key (if it is not the layout), what to do."""
    for fault in refusal.faults:
        if fault.file != name or not str(fault).startswith(f"{name}:"):
            yield "file"
        if fault.line is None:
            yield "line"
        if not HELPS.search(fault.sentence):
            yield f"what is allowed: {fault.sentence}"
        if not fault.path and "here" not in fault.sentence and not re.search("line|file|key", fault.sentence):
            yield f"key: {fault.sentence}"


def misread(scenario):
    """What is wrong with an accepted scenario before it is lived: it must be told, and read again from its content."""
    if not understood(scenario) or not explained(scenario):
        yield "nothing is told of it"
    if any("\n" in doubt for doubt in scenario.warnings):
        yield "a doubt of more than one line"
    again = scenario.with_("title", scenario.title)
    if again != scenario or again.hash != scenario.hash:
        yield "it is another scenario when it is read again from its content"


def is_small(scenario):
    """Whether a scenario can be lived in no time, at the largest needs that it allows."""
    setting, largest = scenario.setting, 0.0
    if scenario.household_count > MOST_HOUSEHOLDS or scenario.years > MOST_YEARS:
        return False
    sizes = setting.association.households or {}
    people = sum(size * count for size, count in sizes.items())
    people = people or scenario.household_count * setting.association.covered_per_member.mean
    for name, kind in setting.illness.items():
        range_ = scenario.unknowns.get(f"setting.illness.{name}.need")
        need = 12.0 if kind.chronic else 1.0 if kind.need is None else range_.high if range_ else float(kind.need)
        tables = [table for sex in ("women", "men") for table in (getattr(kind.by_age_sex, sex, ()),)]
        factors = [value for table in tables for *_, value in table] or [1.0]
        largest += need * max(factors) * max([*(kind.by_sector or {}).values(), 1.0])
    return people * scenario.years * largest <= MOST_EPISODES


def test_fuzzed_files_are_refused_well_or_live_by_the_rules(record_property):
    """2,000 files that somebody has spoiled, and some that nobody has."""
    counts, told, badly_said = Counter(), [], Counter()
    for number in range(FILES):
        done, raw = fuzzed(number)
        name = f"fuzzed-{number}.yaml"
        try:
            scenario, refusal = read(raw, name)
            if refusal is not None:
                counts["refused"] += 1
                lacking = list(lacks(refusal, name))
                counts["well"] += not lacking
                badly_said.update(set(lacking))
                continue
            counts["accepted"] += 1
            with at_most(LONGEST):
                told += [f"{name} ({', '.join(done)}): {fault}" for fault in misread(scenario)]
            if is_small(scenario):
                with at_most(LONGEST):
                    worlds = lived_worlds(scenario, number)
                counts["lived"] += 1
                told += [f"{name} ({', '.join(done)}): {broken}" for world in worlds if (broken := breaches(world))]
        except Exception as error:  # whatever it is, it is what we are looking for
            told.append(f"{name} ({', '.join(done)}): {type(error).__name__}: {str(error)[:300]}")
    record_property(
        "fuzzed files",
        f"{FILES:,}: {counts['refused']:,} refused ({counts['well'] / max(counts['refused'], 1):.1%} well said), "
        f"{counts['accepted']:,} accepted, {counts['lived']:,} of these small enough and lived",
    )
    assert not told, "\n".join(told[:10])
    assert counts["well"] >= WELL_SAID * counts["refused"], badly_said.most_common(10)
    assert counts["accepted"] >= FILES // 20 and counts["lived"] >= FILES // 30  # else they say nothing of the engine


# ---- What would be too much


BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{name}: &{name} [{', '.join([f'*{before}'] * 9)}]\n" for before, name in zip("abcdefgh", "bcdefghi")
)


def refusal_of(raw, name="it.yaml"):
    scenario, refusal = read(raw if isinstance(raw, bytes) else raw.encode(), name)
    assert scenario is None, "was accepted"
    return refusal.faults


@pytest.mark.parametrize(
    "text, line, words",
    [
        (SMALL.replace("{amount", "&a {amount"), 10, "gives a name to a part of the file. Delete this mark."),
        (SMALL.replace("years: 1", "years: *a"), 4, "repeats another part of the file. Write it out."),
        (SMALL.replace("{outpatient: {}}", "{outpatient: {<<: *a}}"), 11, "repeats another part of the file"),
        (SMALL + "x: &a [*a]\n", 13, "gives a name to a part of the file. Delete this mark."),
        (SMALL + BOMB, 13, "gives a name to a part of the file. Delete this mark."),
        (SMALL.replace("years: 1", "years: !!int 1"), 4, "is a type mark. Delete it"),
        (SMALL.replace("years: 1", "years: !!python/object/apply:os.system [ls]"), 4, "is a type mark. Delete it"),
        (SMALL + f"x: {'[' * 20}{']' * 20}\n", 13, "nested more than 20 deep here"),
        (SMALL + f"x: {'[' * 3000}\n", 13, "nested more than 20 deep here"),
        (SMALL + "x:\n" + "\n".join("  " * n + "- a:" for n in range(1, 30)), 23, "nested more than 20 deep here"),
        (SMALL + f"x: [{'1, ' * 10_000}1]\n", 13, "The file has more than 10000 keys and values."),
    ],
    ids="anchor alias merge ring bomb tag object brackets deeper indents nodes".split(),  # noqa: SIM905
)
def test_what_could_blow_up_is_refused_where_it_begins(text, line, words):
    faults = refusal_of(text)
    assert any(fault.line == line and words in fault.sentence for fault in faults), faults


@pytest.mark.parametrize("read_it", ["bytes", "text"])
def test_a_file_over_one_mebibyte_is_refused_unread(read_it, tmp_path):
    text = SMALL + "# " + "x" * (1024 * 1024 - len(SMALL) - 1)
    assert len(text) == 1024 * 1024 + 1
    if read_it == "bytes":
        assert "larger than 1 MiB" in refusal_of(text)[0].sentence
        path = tmp_path / "large.yaml"
        path.write_text(text, encoding="utf-8")
        with pytest.raises(ScenarioError, match="larger than 1 MiB"):
            load(path)
    else:
        with pytest.raises(ScenarioError, match="larger than 1 MiB"):
            parse(text)
    assert parse(text[:-1]) == parse(SMALL)  # a mebibyte, no more


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\n\n",
        b"\xff\xfe",
        b"\x00",
        SMALL.encode("utf-16"),
        SMALL.replace("Small", "é").encode("latin-1"),
        b"- a\n- b\n",
        b"'\n",
    ],
    ids="empty blank mark nul utf-16 latin-1 list quote".split(),  # noqa: SIM905
)
def test_what_is_no_scenario_at_all_is_refused(raw):
    (fault, *_) = refusal_of(raw)
    assert fault.line is not None or "empty" in fault.sentence
    assert HELPS.search(fault.sentence) or "empty" in fault.sentence


# ---- Extremes that have an answer


EXTREMES = {
    "one person": ["setting.association.households={1: 1}"],
    "one household of forty": ["setting.association.households={40: 1}"],
    "all members of one household": ["setting.association.households={1: 0, 17: 1}"],
    "fifty households of forty": ["setting.association.households={40: 50}", "setting.illness.outpatient.need=0.1"],
    "nobody ever ill": ["setting.illness.outpatient.need=0"],
    "ill three times a day": ["setting.illness.outpatient.need=1000", "setting.association.households={1: 2}"],
    "bills of a million millions": ["setting.illness.outpatient.cost.fixed=1000000000000"],
    "bills of nothing": ["setting.illness.outpatient.cost.fixed=0"],
    "bills without bounds": ["setting.illness.outpatient.cost={lognormal: {mean: 1000000000000, cv: 20}}"],
    "contribution of nothing": ["scheme.contribution.amount=0"],
    "contribution of a million millions": ["scheme.contribution.amount=1000000000000"],
    "every day": ["scheme.contribution.every=day"],
    "nothing in the package": ["scheme.benefits={}"],
    "all born each year": [
        "setting.association.births=100%",
        "setting.association.member={ages: {15-15: 100%}, women: 100%}",
    ],
    "all dead the next day": ["setting.association.deaths={0+: 100}"],
    "prices that grow elevenfold": ["setting.inflation.medical=1 000%", "years=2"],
    "never paid": ["setting.paying={on_time: 0%, never: 100%}"],
    "leap day": ["start=2028-02-01", "scheme.contribution.every={days: 4}"],
    "the end of time": ["start=2199-12-01"],
    "a wait longer than life": ["scheme.membership.waiting={default: 100 years}"],
    "frailty of a few": ["setting.illness.outpatient.frailty=100"],
}  # fmt: skip


@pytest.mark.parametrize("case", EXTREMES)
def test_extremes_live_by_the_rules(case):
    """They are accepted, and every invariant holds in them."""
    scenario = parse(SMALL, case, EXTREMES[case])
    with at_most(LONGEST * 4):
        worlds = lived_worlds(scenario, 1)
    assert not [broken for world in worlds if (broken := breaches(world))]


@pytest.mark.parametrize(
    "change, words",
    [
        ("years=0", "a whole number from 1 to 20 (years)"),
        ("years=21", "a whole number from 1 to 20 (years)"),
        ("setting.association.households={1: 0}", "add up to 0. It must be from 1 to 1 000 000."),
        ("setting.association.households={1: 1000001}", "how many there are, from 0 to 1000000"),
        ("setting.association.households={41: 1}", "a household size from 1 to 40"),
        ("setting.illness.outpatient.need=1000.5", "a number from 0 to 1 000 (episodes per person-year)"),
        ("setting.illness.outpatient.need=-1", "a number from 0 to 1 000 (episodes per person-year)"),
        ("setting.illness.outpatient.cost.fixed=1000000000001", "a whole amount from 0 to 1 000 000 000 000"),
        ("scheme.contribution.amount=-1", "a whole amount from 0 to 1 000 000 000 000"),
        ("setting.association.births=101%", "a share from 0% to 100%"),
        ("start=2201-01-01", "from 1900 to 2200"),
    ],
)
def test_beyond_the_extremes_the_range_is_told(change, words):
    with pytest.raises(ScenarioError) as caught:
        parse(SMALL, "it.yaml", [change])
    assert words in str(caught.value)


def test_the_sound_files_are_sound():
    """What is fuzzed would be accepted if it were not."""
    for number, tree in enumerate(bases()):
        assert is_small(parse(in_blocks(tree), f"base {number}")) or number
