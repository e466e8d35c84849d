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
# # Options for an assembly
#
# The assembly of the village mutual has four wishes on the table. This notebook turns them into options, lives all of them on the **same people
# and the same luck**, and lays solvency, protection and what families pay side by side. The mutual is **constructed** after a story of the
# STEP guide; the amounts are ours.

# %%
import pandas as pd

import mho_sim
from mho_sim.report.words import money, of_100
from mho_sim.scenario.starting import shipped

village = mho_sim.load(shipped()["village-mutual"])
print(village.title)
print("the mutual pays for:", ", ".join(village.scheme.benefits))
print("families pay themselves:", ", ".join(sorted(set(village.kinds) - set(village.scheme.benefits))))

# %% [markdown]
# ## The options
#
# An option changes numbers of the **scheme**, which is what an assembly can decide. Each has a name that people in the room recognise.

# %%
deliveries = village.with_("scheme.benefits.delivery", {"copay": "20%"})
options = {
    "as today": village,
    "wait 4 months": village.with_("scheme.membership.waiting.default", "4 months"),
    "pay 2 300": village.with_("scheme.contribution.amount", 2_300),
    "deliveries too": deliveries,
    "deliveries, 2 500": deliveries.with_("scheme.contribution.amount", 2_500),
}
for name, option in options.items():
    print(f"{name:18} {money(option.scheme.contribution.amount)} F; pays for {', '.join(option.scheme.benefits)}")

# %% [markdown]
# ## First, a quick sum
#
# What would a year of each cost, on average? `price` adds it up in a second, without any futures: francs a person and year, in the first
# year of membership, in which new members wait, and in the third, in which nobody does.

# %%
prices = {name: mho_sim.price(option) for name, option in options.items()}
table = {
    name: {
        "care": price.pure_premium,
        "needed, year 1": price.years.loc[1, "contribution"],
        "needed, year 3": price.years.loc[3, "contribution"],
        "asked": price.compared.loc["person", "asked_year"],
    }
    for name, price in prices.items()
}
print(pd.DataFrame(table).T.round().astype(int).to_string())

# %% [markdown]
# All ask for less than the third year needs, with a safety margin of a tenth. The cash box and the gift of the twin town carry some of
# that. How far they carry depends on luck, so we live it.
#
# ## Four hundred futures of each, the same for all
#
# `compare` lives all options in the same futures: the same people, the same luck. What follows is in natural frequencies.

# %%
comparison = mho_sim.compare(options, worlds=400, seed=1)
of_hundred = {
    "late": "run short, of 100 mutuals",
    "without_support.late": "  if the twin town gave nothing",
    "covered": "covered, of 100 people",
    "forgone_care": "without care, of 100 times needed",
    "not_paid_for": "not paid for, of 100 times sought",
}
shown = comparison.figures.loc[list(of_hundred)].map(of_100).rename(index=of_hundred)
shown.loc["members pay, F a person and year"] = comparison.figures.loc["members_pay"].map(money)
print(shown.rename_axis(None).to_string())

# %% [markdown]
# Read a column from the top to the bottom, and never its first two lines alone. *Members pay* is all that they pay: contributions, fees, and
# their own part of the bills.
#
# To wait longer makes the fund safer **because it pays for less care**: fewer people are covered, and more often care is not paid for. To pay
# more leaves protection as it is, as far as this file knows: it does not say that a dearer contribution keeps families away.
#
# ## Is a difference real, or luck?
#
# All options met the same futures, so luck cancels from the difference between two of them. Here is by how much each option has more or less
# than today, of 100, with an interval in which the truth lies 19 times of 20.

# %%
for name in list(options)[1:]:
    late, covered = (comparison.difference(figure, name) for figure in ("late", "covered"))
    print(f"{name}")
    print(f"  run short: {100 * late.difference:+.0f} of 100 ({100 * late.low:+.0f} to {100 * late.high:+.0f})")
    print(
        f"  covered:   {100 * covered.difference:+.0f} of 100 ({100 * covered.low:+.0f} to {100 * covered.high:+.0f})"
    )

# %% [markdown]
# Where an interval holds 0, chance alone could make the difference. How much narrower is it because the futures are the same? As if so many
# times as many futures had been lived:

# %%
for name in list(options)[1:]:
    print(f"{name:18} {comparison.spared('late', name):.1f} times")

# %% [markdown]
# ## Better in what?
#
# An option can be better in solvency and worse in protection; nobody but the assembly can weigh the one against the other. `verdicts` says
# *better* or *worse* only of what leaves hardly any doubt: many differences are looked at, so each is judged more strictly than above.

# %%
print(comparison.verdicts.to_string())

# %% [markdown]
# Deliveries: whom do they reach? Women who give birth.

# %%
for name in ("as today", "deliveries too"):
    delivery = comparison.results[name].services.loc["delivery"]
    bill, paid = money(delivery["cost_per_claim"]), money(delivery["paid_per_claim"])
    print(f"{name}: of 100 deliveries {100 - int(of_100(delivery['forgone']))} are in the maternity ward;")
    print(f"  of a bill there of {bill} F the mutual pays {paid} F")

# %% [markdown]
# On the command line all this is one page: `mho-sim compare village-mutual --option 'pay 2 300:scheme.contribution.amount=2_300' …`. And the
# question turned round, *what must we decide so that not more than 5 of 100 run short?*, is `mho-sim solve` (`pricing_and_checking.ipynb`).
#
# ## What to bring to the assembly
#
# One sheet: the table of options in natural frequencies, in large print, with the sentence *"picture 100 mutuals just like ours"*. Say what the
# calculation does not know: whether families leave when the contribution rises, and whatever the file says is a guess. Let people add an option
# of their own, and live it before their eyes: it takes a few seconds. The assembly decides.
