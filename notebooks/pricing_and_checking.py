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
# # A price, and how to check it
#
# What must members pay? Three ways answer, and their answers differ: `price` adds up, `simulate` (on the command line `run`) lives many
# futures, `solve` searches. This notebook shows all three on one mutual, and why they differ.
#
# The village mutual is **constructed** after a story of the STEP guide: 150 families came where 400 were hoped for. Its amounts are ours.

# %%
import pandas as pd

import mho_sim
from mho_sim.report.words import money, of_100
from mho_sim.scenario.starting import shipped

village = mho_sim.load(shipped()["village-mutual"])
contribution = village.scheme.contribution
print(village.title)
print(f"{money(contribution.amount)} {village.currency} a {contribution.per} and {contribution.every}")

# %% [markdown]
# ## 1. Adding up
#
# `price` needs no futures. It takes each service: how often a covered person uses it, times what the mutual pays of a bill. Then it adds, line
# by line, what else a contribution has to carry.

# %%
price = mho_sim.price(village)
print(price.services[["frequency", "mean_bill", "net", "care"]].round(2).to_string())

# %% [markdown]
# `net` is what the mutual pays of a bill on average, small and large bills together. `care` is frequency times net, francs a person and year.
# From care to the contribution, francs a person and year:

# %%
lines = price.build_up[price.build_up["amount"].round() != 0]
for line in lines.itertuples():
    print(f"{money(line.amount):>8}  {line.words}{f' ({line.how})' if line.how else ''}")

# %% [markdown]
# Two lines deserve a second look.
#
# * **waiting period of new members** takes something off, but only in the first year: afterwards nobody waits any more. Running costs are shared by fewer then, as a fifth leaves in a year.
# * **safety margin** is a habit of the guides: 10 % of the benefits. Is that enough for so few people?

# %%
print(price.years[["pure_premium", "contribution", "with_support"]].round().astype(int).to_string())
print()
low, high = (money(price.range[end]) for end in ("low", "high"))
print(f"Nobody knows the figures exactly: 90 of 100 times the pure premium of year 1 lies between {low} and {high}.")
for level, row in price.margins.iterrows():
    margin = of_100(row["margin_exact"])
    print(f"To pay for {of_100(level)} of 100 years of care, the margin must be {margin} on 100 francs of care.")

# %% [markdown]
# 675 people are few, some are frail, and good and bad years are shared: the margin of 10 would have to be 24 or more, even if all figures
# were known. So the price alone tells what a year costs **on average**, and little about whether the money is there in December.
#
# ## 2. Living it
#
# So we live 200 futures at what members pay today, and at what `price` asks.


# %%
def lived(amount):
    """Two hundred futures at a contribution."""
    return mho_sim.simulate(village.with_("scheme.contribution.amount", amount), worlds=200, seed=1)


def headline(result):
    """Whether the money lasts, and beside it whom it protects."""
    return {
        "run short": of_100(result.late["probability"]),
        "… without support": of_100(result.without_support.late["probability"]),
        "people covered": of_100(result.protection["association"]["covered"]),
        "needs without care": of_100(result.protection["forgone_care"]),
    }


of_year = price.years["contribution"].round(-1).astype(int)
asked = {"today": contribution.amount, "price of year 1": int(of_year[1]), "price of year 3": int(of_year[3])}
results = {f"{name}: {money(amount)} F": lived(amount) for name, amount in asked.items()}
print(pd.DataFrame({name: headline(result) for name, result in results.items()}).T.to_string())

# %% [markdown]
# All of 100: mutuals that run short within three years, with the gift of the twin town and without it; people covered in an average
# month; times that care is needed and nobody goes. As many are covered in every row because the file does not say that a dearer contribution keeps
# families away. `setting.take_up` can say it.
#
# ## 3. Searching
#
# `solve` turns the question round: what must members pay so that no more than 5 of 100 such mutuals run short?

# %%
needed = mho_sim.solve(village, "scheme.contribution.amount", "late<=5%", worlds=200)
effects = needed.options[0].effects
low, high = map(money, needed.interval)
print(f"{money(needed.value)} F a person and year; with 200 futures it lies between {low} and {high} F.")
print(f"Then {of_100(effects.late)} of 100 run short,")
print(f"without the support from outside {of_100(effects.late_without_support)}.")
print(f"Of 100 people {of_100(effects.covered)} are covered.")
print(f"Of 100 francs of bills families pay {of_100(effects.own_share)} themselves.")

# %% [markdown]
# ## Why the three differ
#
# | | what it asks | what it leaves out |
# | --- | --- | --- |
# | `price`, year 1 | what does the first year cost on average, with a tenth more for care? | bad luck beyond that tenth, the month in which a bill falls due, years 2 and 3 |
# | `price`, year 3 | the same when nobody waits any more, bills have grown and fewer people share the running costs | that the opening cash box and the gift are there to help |
# | `solve` | what is needed, with the cash box as it is, for 95 of 100 to pay every bill on its day, all three years? | what the file does not say, such as who stays away when it is dearer; and it is only as sure as 200 futures |
#
# The first is too little. The third year's is probably more than is needed, because the cash box of the start carries part of that year.
# None of them is wrong: they answer different questions. For an assembly take the last, and show the first: members can follow the sum.
#
# ## Checking the simulator itself
#
# Of a simple enough mutual the whole law is known, and nothing need be drawn: everybody pays on the day, nobody joins or leaves, is born or
# dies, and no figure has a range. For any other mutual the program says what forbids it.

# %%
from textwrap import fill

from mho_sim.study import NotClosed, exactly

try:
    exactly(village)
except NotClosed as reason:
    print(fill(str(reason), 100))

# %% [markdown]
# The feasibility study of Nouna (Burkina Faso) is simple enough. Its contribution covers nearly everything, so we make it tighter, in order to
# have something to count. On the command line this is `mho-sim run nouna --exact`.

# %%
nouna = mho_sim.load(shipped()["nouna"])
tight = nouna.with_("scheme.contribution.amount", nouna.scheme.contribution.amount * 92 // 100)
exact, counted = exactly(tight), mho_sim.simulate(tight, worlds=300, seed=1)
low, high = counted.late["interval"]
print(f"exactly: of 1 000 such mutuals {1000 * exact.late['probability']:.1f} run short")
print(f"counted: {1000 * counted.late['probability']:.0f}, so somewhere between {1000 * low:.0f} and {1000 * high:.0f}")
print(f"covered: {of_100(counted.protection['association']['covered'])} of 100 people; support from outside: none")

# %% [markdown]
# The exact number lies in the interval, as it should in 19 of 20 such checks. `is_it_right.ipynb` has more of them.
