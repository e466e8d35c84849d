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
# # How we know that the simulator is right
#
# Anybody can write a program that prints plausible numbers. Before an assembly relies on them, it may ask: *how do you know?* There are six
# kinds of answers; five are run below, before your eyes, the sixth takes some minutes. *Right* means: the program does what the page of its rules (`mho_sim/MODEL.md`)
# says. Whether the **figures** of a scenario are true is another question, and no program can answer it.

# %%
import sys

import mho_sim
from mho_sim.report.words import money, of_100
from mho_sim.scenario.starting import shipped

village = mho_sim.load(shipped()["village-mutual"])
print(village.title)

# %% [markdown]
# ## 1. Two programs, one page of rules
#
# `tests/reference_model.py` is a second simulator, as plain as can be: no tricks for speed, one small process per person, written from the page of
# rules alone. It is slow. We let both live the same future of the village, and compare **every balance of every account at every month's end**.

# %%
sys.path += ["../tests", "tests"]  # beside this folder
import reference_model

result = mho_sim.simulate(village, worlds=200, seed=1)
plain = reference_model.live(village, seed=1, world=3)["closings"]
fast = result.books(3).tolist()
both = [(a, b) for month, of_month in zip(plain, fast) for a, b in zip(month.values(), of_month)]
print(f"{sum(a == b for a, b in both)} of {len(both)} balances are equal, to the franc")

# %% [markdown]
# The tests do this for 200 scenarios that a generator makes up, with all rules switched on by turns, entry by entry.
#
# ## 2. What must hold in every future
#
# Whatever happens, some things cannot be otherwise. In double-entry books all balances together are 0; a cash box is never below 0; members
# cannot pay more than fell due. A look at all 200 futures:

# %%
books = result.outcome.yearly[:, 0]  # balances, by future, year and account
years = result.per_year
print("books that do not balance:", int((books.sum(axis=-1) != 0).sum()))
print("cash boxes below 0:", int((years["cash"] < 0).sum()))
so_far = years[["contributions_due", "contributions_received"]].groupby("world").cumsum()
print("received more than had fallen due:", int((so_far["contributions_received"] > so_far["contributions_due"]).sum()))

# %% [markdown]
# There are more than sixty such statements in `tests/test_invariants.py`. Each is also broken on purpose once, to see that it complains.
#
# ## 3. What mathematics knows
#
# Of simple funds the exact answer is known by formula, without drawing. The futures must agree with it, as closely as their number allows.

# %%
from mho_sim.study import exactly

nouna = mho_sim.load(shipped()["nouna"])
tight = nouna.with_("scheme.contribution.amount", nouna.scheme.contribution.amount * 92 // 100)
chance, counted = exactly(tight).late["probability"], mho_sim.simulate(tight, worlds=300, seed=1)
low, high = counted.late["interval"]
print(f"exact: {1000 * chance:.1f} of 1 000 run short; counted: between {1000 * low:.0f} and {1000 * high:.0f}")
print(f"covered: {of_100(counted.protection['association']['covered'])} of 100 people; support from outside: none")

# %% [markdown]
# ## 4. What others computed
#
# The validation book has some 650 figures from elsewhere: textbooks, the guides' own worked sums, published schemes, exact values. Each has its
# band, and the book says which lie outside: none may. Here are those of three published schemes; `mho-sim verify` runs all of them in about a minute.

# %%
from mho_sim.verification import chosen, verify

for name in ("kisiizi", "bepha", "accord"):
    for done in verify(chosen(name)).done:
        inside = sum(figure.inside for figure in done.figures)
        print(f"{inside} of {len(done.figures)} figures inside: {done.case.title}")

# %% [markdown]
# ## 5. The same luck
#
# Two options are compared on the same people and the same luck. So if the mutual pays for deliveries too, not one consultation more may
# be **needed**, in any future: only what is paid for may change.

# %%
more = mho_sim.simulate(village.with_("scheme.benefits.delivery", {"copay": "20%"}), worlds=200, seed=1)
for kind in ("consultation", "delivery"):
    needs = [r.services.loc[kind, "episodes_per_person_year"] for r in (result, more)]
    paid = [r.services.loc[kind, "paid_per_claim"] for r in (result, more)]
    print(f"{kind}: needed equally often: {needs[0] == needs[1]}")
    print(f"  paid for one, on average: {money(paid[0])} F, then {money(paid[1])} F")

# %% [markdown]
# And the same question has the same answer, to the last byte, however the work is cut into pieces: `digest` is a fingerprint of all books.

# %%
again = mho_sim.simulate(village, worlds=200, seed=1, batch=7, workers=1)
print(again.digest == result.digest)

# %% [markdown]
# ## 6. Mistakes that are planted
#
# Tests that never fail prove little. `python tests/planted_defects.py` plants one-line mistakes in the engine (a day too late, a share rounded the
# wrong way) and shows that each is caught. `tests/test_fuzz.py` throws broken files at the reader.
#
# ## What this does not show
#
# * That the figures in a file are true: of the village most are constructed. Ranges carry what nobody knows into the answer.
# * That the rules are those of your mutual. Epidemics, families who join because they expect care, what a provider does that has stopped,
#   and decisions of the assembly are not in the model yet.
# * That the next three years will be like any of the futures.
#
# The headline, with all that said, and never one half of it alone:

# %%
low, high = result.late["interval"]
print(f"Of 100 such mutuals between {of_100(low)} and {of_100(high)} run short within {village.years} years;")
print(f"without the support from outside, {of_100(result.without_support.late['probability'])}.")
print(f"Of 100 people {of_100(result.protection['association']['covered'])} are covered in an average month.")
