# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Writing your own process
#
# Mutuals do things that no scenario file has a word for: a collection in the village when the cash box is low, a motorcycle hired because mobile
# money is down. You can write such a thing as a **process**: a few lines of Python that wait for a day, look at the mutual and post in its books.
# Nothing has to be compiled, and the scheme's own processes go on beside yours.

# %%
import numpy as np
import pandas as pd

import mho_sim
from mho_sim.report.words import money, of_100
from mho_sim.scenario.starting import shipped

village = mho_sim.load(shipped()["village-mutual"])
print(village.title)

# %% [markdown]
# ## First, one that does nothing
#
# A process is a function of a `clock` and a `batch`. It says `yield clock.at(day)` and sleeps until the morning of that day; day 0 is the first.
# A `batch` is many futures at once: what you see of it are arrays with one row per future.
#
# Begin with a process that only wakes. It must change nothing, to the last franc. `digest` is a fingerprint of all books of all futures.


# %%
def watchman(clock, batch):
    """Wakes on the first day of every month, and goes back to sleep."""
    for day in batch.calendar.first[:-1]:
        yield clock.at(day)


without = mho_sim.simulate(village, worlds=200, seed=1)
watched = mho_sim.simulate(village, worlds=200, seed=1, processes=[watchman])
print(without.digest == watched.digest)

# %% [markdown]
# ## A collection when the cash box is low
#
# On the first of a month the treasurer looks into the box. If less than 150 000 francs are in it, every family that is a member is asked for 500
# francs. Not all give: a share between 50 and 90 of 100, which is **assumed**.
#
# * `batch.till.cash` is the money in the box in each future, one column for our one mutual.
# * `batch.state.home` has a row for each future and a column for each household: when it joined, when it left.
# * `batch.uniform(name, 0, number)` draws a number between 0 and 1 for each future. It belongs to the *name* and the number: whatever else
#   you change, in month 7 of future 12 the same share gives.
# * `batch.post(debit, credit, amount)` books it. Debiting `cash` brings money in; `fees` are what members pay beside contributions.

# %%
LOW, ASKED = 150_000, 500


def collection(clock, batch):
    """Families are asked for help on the first of a month in which the cash box is low."""
    for month, day in enumerate(batch.calendar.first[:-1]):
        yield clock.at(day)
        home = batch.state.home
        members = ((home["joins"] <= day) & (home["left_on"] > day)).sum(axis=1)
        who_give = 0.5 + 0.4 * batch.uniform("collection.give", 0, month)
        given = np.floor(members * who_give).astype(int) * ASKED
        batch.post("cash", "fees", np.where(batch.till.cash[:, 0] < LOW, given, 0))


collected = mho_sim.simulate(village, worlds=200, seed=1, processes=[collection])

# %% [markdown]
# ## What does it change?
#
# The same people, the same luck, with and without it. Solvency never stands alone: beside it whom the mutual protects, how it would stand
# without the support from outside, and what all families together gave for it, a mean over the futures.


# %%
def row(result):
    """A result in natural frequencies, and what families gave."""
    given = -(result.monthly["fees"].iloc[-1] - without.monthly["fees"].iloc[-1])
    return {
        "run short": of_100(result.late["probability"]),
        "without support": of_100(result.without_support.late["probability"]),
        "people covered": of_100(result.protection["association"]["covered"]),
        "needs without care": of_100(result.protection["forgone_care"]),
        "given, mean F": money(given),
    }


results = {"as today": without, "with collections": collected}
print(pd.DataFrame({name: row(result) for name, result in results.items()}).T.to_string())

# %% [markdown]
# In how many futures was a collection needed at all, and how much did a family give where it was? `per_year` has what stood in the books of
# each future; own funds differ by just what was collected.

# %%
end = village.years
given = (collected.per_year["own_funds"] - without.per_year["own_funds"]).xs(end, level="year")
asked = given > 0
print(f"In {asked.sum()} of {len(given)} futures families were asked at least once.")
usual, most = (amount / village.household_count for amount in (given[asked].mean(), given.max()))
print(f"There a household gave {money(usual)} F in three years, on average; at most {money(most)} F.")

# %% [markdown]
# Some futures run short all the same: a bill falls due before the next first of the month, or too few families are left. And the model does not
# know whether people who were asked too often leave. **You** have to say that, if you think so.
#
# ## Spending: a debt, not money from the box
#
# When mobile money is down for a month (once in ten months, **assumed**), the collector hires a motorcycle for 6 000 francs. Money leaves the
# box only by paying a debt on its day, so that the box can never go below nothing unseen. So we credit `suppliers`; what is owed is due at once.


# %%
def outage(clock, batch):
    """In a month without mobile money the collector hires a motorcycle, on the tenth day."""
    for month, day in enumerate(batch.calendar.first[:-1]):
        yield clock.at(day + 9)
        is_down = batch.uniform("mobile_money.down", 0, month) < 0.1
        batch.post("expenses", "suppliers", np.where(is_down, 6_000, 0))


results["with outages"] = mho_sim.simulate(village, worlds=200, seed=1, processes=[outage])
results["with both"] = mho_sim.simulate(village, worlds=200, seed=1, processes=[outage, collection])
print(pd.DataFrame({name: row(result) for name, result in results.items()}).T.to_string())

# %% [markdown]
# What would make the books lie is refused, with a sentence:


# %%
def wrong(clock, batch):
    """Takes money out of the box."""
    yield clock.at(90)
    batch.post("expenses", "cash", 6_000)


try:
    mho_sim.simulate(village, worlds=2, processes=[wrong])
except ValueError as reason:
    print(reason)

# %% [markdown]
# ## What to keep in mind
#
# * Your process acts at its moment; between two moments households live alone. Look (`batch.till`, `batch.state`) after each `yield`, not before.
# * Other parts of the day: `clock.at(day, Part.ASSEMBLY)` is the evening, after the day's bills were paid
#   (`from mho_sim.engine import Part`).
# * Amounts are whole francs, and never negative.
# * The opening cash that the results call needed (`reserve_needed`) is worked out as if own processes did not look at the cash box.
# * The scheme's own processes are in `mho_sim/engine/processes.py`, each a dozen lines: good ones to learn from.
