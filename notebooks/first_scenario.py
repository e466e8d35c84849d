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
# # A first scenario
#
# For an adviser who prepares an assembly's decision. The example is an **invented** market traders' mutual in Senegal. Its file,
# `scenarios/market-traders.yaml`, says of every figure where it comes from; most of the figures that matter are marked *assumed*.
# So what follows shows how to ask, and is no finding about real mutuals. Nothing here needs the internet.
#
# Run the cells from the top: click into one, then Shift and Enter.

# %%
import mho_sim
from mho_sim.report.words import of_100
from mho_sim.scenario.starting import shipped

today = mho_sim.load(shipped()["market-traders"])  # your own: mho_sim.load("mine.yaml")
contribution = today.scheme.contribution
print(today.title)
print(f"{today.household_count} households, {today.years} years from {today.start}")
print(f"services: {', '.join(today.kinds)}")
print(f"{contribution.amount} {today.currency} a {contribution.per} and {contribution.every}")

# %% [markdown]
# A scenario has two halves. Under `setting` stands what the assembly cannot decide: people, illness, prices, habits of paying. Under
# `scheme` stands what it can: contribution, benefits, waiting periods, reserve. Both can be looked at, and every number has a name.

# %%
print(today.scheme.benefits["outpatient"].copay)
print(today.setting.illness["outpatient"].seeking.covered)

# %% [markdown]
# The second is a **range**: of 100 times that covered people need care they go 70 times, or 55, or 85. Nobody knows exactly.
#
# ## Does the money last, and whom does it protect?
#
# Nobody knows who will fall ill. So we let the same mutual live through 200 possible futures (*worlds*) and count those in which a bill
# could not be paid on the day it was due. The figures that have a range are drawn anew for every two futures.

# %%
result = mho_sim.simulate(today, worlds=200, seed=1)
late, people = result.late, result.protection["association"]
short = late["probability"] * result.worlds
print(f"In {short:.0f} of {result.worlds} futures a bill waits for money within {today.years} years.")
print(f"Of 100 people in the households {of_100(people['covered'])} are covered in an average month.")

# %% [markdown]
# **Never tell the first line without the second.** A fund can be made safe by losing its members, for whoever is not covered costs it nothing.
#
# 200 futures are few: how sure is the first line? And how would it stand without the support from outside?

# %%
low, high = late["interval"]
alone = result.without_support.late
print(f"Of 100 such mutuals somewhere between {of_100(low)} and {of_100(high)} run short.")
print(f"Without the support from outside: {of_100(alone['probability'])} of 100.")
print(f"By the end of each year, of 100: {', '.join(of_100(share) for share in late['by_year'])}.")
print(f"Most often first in {late['worst_month']}.")

# %% [markdown]
# The same seed gives the same futures on every machine, so you and a colleague far away will read the same numbers here.
#
# ## Some indicators
#
# The mean over the futures, and the spread: in 5 of 100 futures the value is at most that in the column `p05`, in 95 of 100 at most that
# in `p95`.

# %%
chosen = ["claims_ratio", "collection_rate", "equity_months", "loyalty_rate"]
print(result.indicators.loc[chosen, ["mean", "p05", "p50", "p95"]].round(2).to_string())
print()
for name in chosen:
    print(f"{name}: {result.indicators.loc[name, 'formula']}")

# %% [markdown]
# Below 0 `equity_months` means that the mutual owes more than it has. `result.indicators` has all the others, with the code of the guide, the
# unit and the usual threshold of each.
#
# ## Month by month
#
# `monthly` is a table with one row a month: means over the futures, and the cash box in a poor, a middling and a good future.
# Here are the ends of the quarters. Look how the bills of the rains, paid a month or two later, empty the cash box towards the end of each year.

# %%
quarters = result.monthly.iloc[2::3]
columns = ["outpatient bills", "outpatient paid", "cash p05", "cash p50", "cash p95"]
print(quarters[columns].round(-3).astype(int).to_string())

# %% [markdown]
# ## What would 450 francs change?
#
# `with_` gives the same scenario with one value changed, and checks it as if you had written it in the file. Both mutuals meet the **same
# people and the same luck**, so the difference is the contribution's and not chance's.

# %%
dearer = today.with_("scheme.contribution.amount", 450)
results = {"400 francs": result, "450 francs": mho_sim.simulate(dearer, worlds=200, seed=1)}
for name, r in results.items():
    print(f"{name}, of 100 such mutuals run short: {of_100(r.late['probability'])}")
    print(f"  without the support from outside: {of_100(r.without_support.late['probability'])}")
    print(f"  of 100 people covered: {of_100(r.protection['association']['covered'])}")
    print(f"  of 100 times that care is needed, people go without: {of_100(r.protection['forgone_care'])}")

# %% [markdown]
# Since the luck is the same, the futures can be laid side by side, one by one.

# %%
before, after = ((r.per_world["late_days"] > 0).to_numpy() for r in results.values())
print(f"Of the {len(before)} futures {(before & ~after).sum()} run short only at 400 francs,")
print(f"{(before & after).sum()} at both, and {(~before & after).sum()} only at 450.")

# %% [markdown]
# ## Before anybody votes
#
# * 50 francs more a person are 220 francs more a month for a household of 4.4. In this file as many families join, pay and stay as before,
#   because it does not say otherwise: that is why as many people are covered. If you have asked them, say so: `setting.take_up` takes a survey
#   of how many would join at which contribution.
# * The ranges are only as good as whoever wrote them. Put in what you know, for instance
#   `today.with_("setting.illness.outpatient.use.cases", 7_200)`; `mho-sim sensitivity` tells which figure to measure first.
# * The people were drawn once from the file: run `seed=2` too, if you have no list of members.
# * A model helps a discussion. It is no promise, and the assembly decides.
#
# Next: `pricing_and_checking.ipynb`.
