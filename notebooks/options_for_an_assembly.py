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
# ## Two hundred futures of each

# %%
results = {name: mho_sim.simulate(option, worlds=200, seed=1) for name, option in options.items()}


def row(result):
    """One option in natural frequencies: of 100 mutuals, of 100 people, of 100 times."""
    protection = result.protection
    return {
        "run short": of_100(result.late["probability"]),
        "without support": of_100(result.without_support.late["probability"]),
        "covered": of_100(protection["association"]["covered"]),
        "without care": of_100(protection["forgone_care"]),
        "families pay": of_100(protection["own_share"]),
    }


print(pd.DataFrame({name: row(result) for name, result in results.items()}).T.to_string())

# %% [markdown]
# Read a row from left to right, and never the first two columns alone:
#
# * *run short*: of 100 such mutuals, those in which a bill waits for money within three years; *without support*, if the twin town gave nothing;
# * *covered*: of 100 people, in an average month; *without care*: of 100 times that care is needed;
# * *families pay*: of 100 francs of bills.
#
# To wait longer makes the fund safer **because it pays for less care**: fewer people are covered and families pay more of their bills. To pay
# more leaves protection as it is, as far as this file knows: it does not say that a dearer contribution keeps families away.
#
# ## Is a difference real, or luck?
#
# All options met the same futures. So we need not compare two counts that are uncertain; we look, future by future, where the answer changes.


# %%
def short(name):
    """Whether each future runs short under an option."""
    return (results[name].per_world["late_days"] > 0).to_numpy()


today = short("as today")
for name in list(options)[1:]:
    only_today, only_option = (today & ~short(name)).sum(), (~today & short(name)).sum()
    print(f"{name:18} spares {only_today:2} of {len(today)} futures, and costs {only_option:2}")

# %% [markdown]
# A future that is spared ran short as today and does not under the option; one that it costs did not, and does. Where both numbers are small
# the options are about the same. Where one is 0 and the other is not, the direction is hardly luck.
#
# Deliveries alone make the fund less safe; with a contribution of 2 500 it is as safe as with the others. And whom do they reach?

# %%
for name in ("as today", "deliveries too"):
    delivery = results[name].services.loc["delivery"]
    print(f"{name}: of 100 deliveries {100 - int(of_100(delivery['forgone']))} are in the maternity ward;")
    bill, paid = money(delivery["cost_per_claim"]), money(delivery["paid_per_claim"])
    print(f"  of a bill there of {bill} F the mutual pays {paid} F")

# %% [markdown]
# ## Turn the question round
#
# "Not more than 5 of 100 may run short. What must we decide?" `solve` moves one number at a time, and says what that does to members.

# %%
asked = ["scheme.contribution.amount", "scheme.membership.waiting.default"]
solved = mho_sim.solve(village, asked, "late<=5%", worlds=200)
rows = {"as today": solved.today}
for option in solved.options:
    name = option.number.path.removeprefix("scheme.")
    print(f"{name}: {option.number.said(option.found.value)}")
    rows[name] = option.effects

# %% [markdown]
# And what would each do to members?

# %%
table = {
    name: {
        "run short": of_100(effects.late),
        "without support": of_100(effects.late_without_support),
        "covered": of_100(effects.covered),
        "not paid for": of_100(effects.not_paid_for),
        "members pay": money(effects.members_pay),
        "own part of it": money(effects.own_part),
    }
    for name, effects in rows.items()
}
print(pd.DataFrame(table).T.to_string())

# %% [markdown]
# *Not paid for*: of 100 times that members seek care. *Members pay*: contributions, fees and their own part of the bills, francs a person and
# year. On the command line: `mho-sim solve village-mutual --for scheme.contribution.amount --for scheme.membership.waiting.default`.
#
# ## What to bring to the assembly
#
# One sheet: the table of options in natural frequencies, in large print, with the sentence *"picture 100 mutuals just like ours"*. Say what the
# calculation does not know: whether families leave when the contribution rises, and whatever the file says is a guess. Let people add an option
# of their own, and live it before their eyes: it takes a few seconds. The assembly decides.
