"""Does the comparison with the reference model see a defect? `python tests/planted_defects.py [WORD ...]`: six minutes.

Each defect below replaces one piece of one line in a copy of the package; the copy then lives the generated scenarios
until its books, entries or registers differ from the reference model's. Prints the scenario that caught each defect;
with WORDs, only those whose name holds one of them. The exit code is 1 if a defect was not caught, if its copy failed
in another way, or if the copy without a defect differed. A piece that is not found exactly once in the package stops
everything: a defect that was not planted must not count as caught.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

TESTS = Path(__file__).resolve().parent
PACKAGE = TESTS.parent / "mho_sim"
SCENARIOS = 200
AT_ONCE = 2  # copies that are compiled and compared at the same time
LONGEST = 600  # seconds a copy may take

CHILD = """
import sys
import mho_sim
from test_equality import differences
assert mho_sim.__file__.startswith(sys.argv[1]), mho_sim.__file__
for number in range(int(sys.argv[2])):
    if differences(number)[0]:
        sys.exit(f"differs at {number}")
"""


# Name, the piece of code that is replaced, and by what.
DEFECTS = """
# cover and waiting
waiting one day too long
    if day < waiting_until:
    if day <= waiting_until:
suspended household still covered
    if day >= suspended_from:
    if day < 0:
suspension from the day after
    if day >= suspended_from:
    if day > suspended_from:
kind outside the package covered
    if not in_package:
    if False:
grace one day longer
    calendar.after(day, contribution.grace) for
    calendar.after(day, contribution.grace) + 1 for
no grace after the first month
    scheme.suspended_from[mutual, day]
    scheme.suspended_from[mutual, day] if day < 28 else day
reinstatement does not restart waiting
    if was_suspended:
    if False:
every late payment restarts waiting
    if was_suspended:
    if True:
late at the start, waiting anew
    for homes in (start.paid_up, start.late):
    for homes in (start.paid_up,):

# what is paid
copayment rounded down
    + MILLION // 2) // MILLION
    ) // MILLION
ceiling before copayment
    bill - (bill * benefit.copay
    min(bill, benefit.ceiling_per_event) - (min(bill, benefit.ceiling_per_event) * benefit.copay
ceiling reached counts as cut
    if paid > benefit.ceiling_per_event:
    if paid >= benefit.ceiling_per_event:
household ceiling reached counts as cut
    if paid > left_in_year:
    if paid >= left_in_year:
household-year ceiling never reset
    if ends_year:
    if False:
household-year ceiling reset at the calendar year
    self.month % 12 == 11
    self.calendar.name_of_month(self.month) == 11
uncovered seek care like covered
    when_covered if is_covered else when_not
    when_covered if True else when_not

# contributions
the dead still pay
    if people == 0:
    if people < 0:
household pays per head
    contribution.amount * people if contribution.per_beneficiary
    contribution.amount * people if True
delay rounded down
    ceil(-mean_days_late
    floor(-mean_days_late
delay not given lateness
    (1.0 - u) / (1.0 - on_time)
    1.0 - u
arrears due on the last day
    yield clock.at(calendar.first[month], Part.NEW_DUES)
    yield clock.at(calendar.first[month] - (month > 0 and not scheme.in_advance[0]), Part.NEW_DUES)
earned whole at once
    return total *
    return total #
earned rounded up
    return total *
    return 1 + (total - 1) *
a later day in view ignored
    , day + late)
    , 0)
money paid ahead not used
    ahead = min(amount,
    ahead = min(0,
what was paid ahead still to be paid
    amount -= ahead
    amount -= 0
odd units paid ahead lost
    share + (np.arange(number) < rest)
    share + (np.arange(number) < 0)

# debts and cash
provider paid before supplier
    _pay_debt(w, m, till.oldest[w, m], SUPPLIER, day, till, memory)
    for who in (PROVIDER, SUPPLIER): _pay_debt(w, m, till.oldest[w, m], who, day, till, memory)
newest debt first
    till.cash[w, m] += memory.paid_in[w, m, day]
    till.cash[w, m] += memory.paid_in[w, m, day]; _pay_debt(w, m, day, PROVIDER, day, till, memory)
lateness missed when the box is empty
    if till.overdue[w, m] == 0:
    if till.overdue[w, m] == 0 or till.cash[w, m] == 0:
an empty box counts as late
    if till.overdue[w, m] == 0:
    if till.overdue[w, m] == 0 and till.cash[w, m] > 0:
late payment counted twice in the box
    memory.paid_in[w, m, day] += owed
    memory.paid_in[w, m, day] += 2 * owed
monthly invoice due from the day of care
    calendar.after(invoice_day(day),
    calendar.after(day,
running costs a month early
    yield clock.at(calendar.first[month + 1] - 1, Part.SETTLEMENT)
    yield clock.at(calendar.first[month], Part.SETTLEMENT)
old invoices due too soon
    (first + last) // 2
    last

# illness
every episode reuses the first's draw
    uniforms(entity, n, setting.kind[k].illness_next
    uniforms(entity, min(n, 1), setting.kind[k].illness_next
every bill reuses the first's draw
    uniforms(entity, n, setting.kind[k].illness_cost
    uniforms(entity, min(n, 1), setting.kind[k].illness_cost
bills rounded down
    * normal(u)) + 0.5)
    * normal(u)))
lognormal mean is the median
    math.log(mean) - variance / 2
    math.log(mean) - 0 * variance
season not scaled
    * 12.0 / total
    * 1.0
season counted from the start
    season[calendar.name_of_month(month)]
    season[month % 12]
the first year's community factor for ever
    self._community[:, :, :, self.month // 12]
    self._community[:, :, :, 0]
everybody equally frail
    setting.frailty[k, state
    setting.frailty[k, 2048 + 0 * state
birthday stretches the wrong way
    (old / new)
    (new / old)
birthday does not rescale
    (old / new)
    1.0
birthdays without leap days
    born + years * 1461 // 4
    born + years * 365
the dead still fall ill
    ordinal, -1, rules.DEATH)
    ordinal, -1, rules.DEATH); continue
newborn's clock starts with the month
    day - stretch.first_day,
    0 * day,
delivery one day late
    mother] = day + 1
    mother] = day + 2

# people
dead mothers give birth
    mother].dies:
    mother].dies or True:
all months have 30 days for births
    days = tables.month_first[12 * year + month + 1] - start
    days = 30
death counted from birth
    -born / DAYS_PER_YEAR if born < 0 else 0.0
    0.0 * born
Poisson household sizes
    r = extra * extra / (variance - extra)
    r = 1e9
open age band to 99
    OLDEST = 89
    OLDEST = 99
nine rounds of Philox
    for _ in range(10):
    for _ in range(9):
"""


class Defect(NamedTuple):
    """A row of the table."""

    name: str
    right: str
    wrong: str


CONTROL = Defect("(no defect)", "", "")


def defects():
    """The rows of the table."""
    lines = [line.strip() for line in DEFECTS.splitlines() if line and not line.startswith("#")]
    return [Defect(*lines[i : i + 3]) for i in range(0, len(lines), 3)]


def place_of(defect, package):
    """The file of a package that holds the defect's piece of code; ValueError if it is not found exactly once."""
    found = [path for path in sorted(package.rglob("*.py")) for _ in range(path.read_text("utf-8").count(defect.right))]
    if len(found) != 1:
        places = ", ".join(path.name for path in found) or "no file"
        raise ValueError(f"{defect.name}: {defect.right!r} must be found once; it is found in {places}")
    return found[0]


def lived(folder, root):
    """The first scenario in which a folder's package differs, None if none does, or in words what went wrong."""
    # Machine code is used once, so little time is given to making it fast; the control shows that this changes no byte.
    environment = os.environ | {"PYTHONPATH": f"{folder}{os.pathsep}{TESTS}", "NUMBA_OPT": "0"}
    environment["MHO_SIM_CACHE_DIR"] = str(folder / "cache")
    command = [sys.executable, "-W", "ignore", "-c", CHILD, str(folder), str(SCENARIOS)]
    try:
        ran = subprocess.run(command, env=environment, cwd=root, capture_output=True, text=True, timeout=LONGEST)
    except subprocess.TimeoutExpired:
        return f"still running after {LONGEST} s"
    if ran.returncode == 0:
        return None
    last = (ran.stderr.strip().splitlines() or [""])[-1]
    return int(last.split()[-1]) if last.startswith("differs at ") else f"{last} (exit code {ran.returncode})"


def compare(defect, root):
    """(verdict, seconds) of the copy with a defect."""
    began = time.monotonic()
    folder = root / "".join(c if c.isalnum() else "_" for c in defect.name)
    shutil.copytree(root / "right", folder / "mho_sim")
    if defect != CONTROL:
        file = place_of(defect, folder / "mho_sim")
        file.write_text(file.read_text("utf-8").replace(defect.right, defect.wrong), "utf-8")
    verdict = lived(folder, root)
    shutil.rmtree(folder, ignore_errors=True)
    return verdict, time.monotonic() - began


def judged(defect, verdict):
    """A verdict in words, and whether it is the one hoped for."""
    if isinstance(verdict, str):
        return f"FAILED: {verdict}", False
    if defect == CONTROL:
        return ("no difference" if verdict is None else f"DIFFERS at scenario {verdict}"), verdict is None
    return ("NOT CAUGHT" if verdict is None else f"scenario {verdict}, after {verdict + 1}"), verdict is not None


def main(words):
    """Compare all copies, two at a time, and print the table; the exit code."""
    chosen = [defect for defect in defects() if not words or any(word in defect.name for word in words)]
    failures, began = 0, time.monotonic()
    with tempfile.TemporaryDirectory(prefix="planted-") as folder, ThreadPoolExecutor(AT_ONCE) as pool:
        root = Path(folder)
        shutil.copytree(PACKAGE, root / "right", ignore=shutil.ignore_patterns("__pycache__"))
        for defect in chosen:
            place_of(defect, root / "right")
        print(f"{'defect':<52} {f'caught in {SCENARIOS} scenarios by':<32} seconds", flush=True)
        chosen = [CONTROL, *chosen]
        for defect, (verdict, seconds) in zip(chosen, pool.map(lambda defect: compare(defect, root), chosen)):
            outcome, good = judged(defect, verdict)
            failures += not good
            print(f"{defect.name:<52} {outcome:<32} {seconds:7.0f}", flush=True)
    print(f"{len(chosen) - 1} defects, {failures} failures, {time.monotonic() - began:.0f} seconds")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
