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
# # A sweep, asked with DuckDB
#
# What if the contribution were 1 900, or 2 500, and the wait longer, and what if fewer people pay on the day than we think? A **sweep** lives one
# scenario at many points, all with the same people and the same luck, into one file. Here it is small; overnight it may be a thousand points.
# Needs the extra `data` (`pip install 'mho_sim[data]'`).

# %%
import tempfile
from pathlib import Path

import duckdb

import mho_sim

# %% [markdown]
# ## What is asked
#
# A study file says which scenario, how many worlds, and which points. What begins with `scheme.` the assembly can decide; what begins with
# `setting.` nobody can: we ask what happens if it is otherwise.

# %%
def show(frame):
    """A frame as text."""
    print(frame.to_string(index=False))


folder = Path(tempfile.mkdtemp())
study_file = folder / "wait.study.yaml"
study_file.write_text("""
study: contribution and wait, if fewer pay on the day
scenario: village-mutual
worlds: 120
seed: 1
grid:
  scheme.contribution.amount: [1_900, 2_200, 2_500]
  scheme.membership.waiting.default: [1 month, 2 months, 4 months]
  setting.paying.on_time: [75%, 90%]
""")
study = mho_sim.sweep(study_file, folder / "wait.db", workers=2)
print(study.title)
print(len(study.figures), "points, complete:", study.complete)

# %% [markdown]
# Given again, nothing is lived twice: the file knows what is there. Switched off in the middle, it goes on where it was.

# %% [markdown]
# ## One table, one row a point
#
# `study.figures` is a pandas frame: what stands at each axis, and each figure with its 95 % interval. DuckDB reads it by its name. We give the
# axes short names first.

# %%
points = study.figures.rename(
    columns={
        "scheme.contribution.amount": "amount",
        "scheme.membership.waiting.default": "wait",
        "setting.paying.on_time": "on_time",
    }
)
show(duckdb.sql("""
    select amount, wait, on_time,
           round(100 * late) as run_short, round(100 * covered) as covered, round(members_pay) as members_pay
    from points order by amount, wait, on_time limit 6
""").df())

# %% [markdown]
# ## What can be decided against what cannot
#
# A choice should hold up whichever way the setting turns out. So for each choice of the assembly: at worst, over what nobody can decide, how
# many of 100 mutuals run short, and how many people are covered then?

# %%
choices = duckdb.sql("""
    select amount, wait,
           max(round(100 * late)) as run_short_at_worst,
           min(round(100 * covered)) as covered_at_least,
           max(round(members_pay, -1)) as members_pay_at_most
    from points group by amount, wait order by run_short_at_worst, members_pay_at_most
""").df()
show(choices)

# %% [markdown]
# ## The cheapest that holds up
#
# Of the choices with which at most 15 of 100 run short at worst: which costs members least, and which covers most people?

# %%
show(duckdb.sql("""
    select *, rank() over (order by members_pay_at_most) as cheapest, rank() over (order by covered_at_least desc) as widest
    from choices where run_short_at_worst <= 15 order by cheapest
""").df())

# %% [markdown]
# Whether two neighbours truly differ, `mho_sim.compare` says: it looks at them world by world. With 120 worlds a point the intervals are wide:

# %%
show(duckdb.sql("""
    select amount, wait, on_time, round(100 * late_low) as least, round(100 * late) as run_short, round(100 * late_high) as most
    from points where wait = '2 months' order by amount, on_time
""").df())

# %% [markdown]
# ## Year by year, and one point as a whole
#
# `study.yearly` has every indicator of every year. And `study.result(name)` is the same `Result` that `simulate` gives, with all its frames.

# %%
yearly = study.yearly
show(duckdb.sql("""
    select name, year, round(mean, 2) as mean, round(p05, 2) as p05, round(p95, 2) as p95
    from yearly where indicator = 'claims_ratio' and name like '2200, 2 months%' order by name, year
""").df())

# %%
result = study.result("2200, 2 months, 90%")
print(f"{100 * result.late['probability']:.0f} of 100 run short; {100 * result.protection['association']['covered']:.0f} of 100 people are covered")
study.close()

# %% [markdown]
# From the command line the same is `mho-sim sweep wait.study.yaml --out wait.db`, then `mho-sim study export wait.db --parquet wait.parquet`,
# which DuckDB, R or a colleague's program reads; `--xlsx` is for Excel.
