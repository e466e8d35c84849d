"""From care to what is asked, line by line: adjustments, safety margin, running costs, surplus, what never comes in."""

from typing import NamedTuple

import pandas as pd

from mho_sim.actuarial import contributions

SAFETY = 0.10  # of benefits, at the start; later less, as 5 % (GUIDE F2 [S])


class Line(NamedTuple):
    """One line of the build-up."""

    key: str
    words: str
    amount: float  # money a beneficiary and year
    how: str = ""


class Terms(NamedTuple):
    """What is added to the pure premium, and how."""

    safety: float = SAFETY
    surplus: float = 0.0
    on_net: float | None = None
    on_gross: float | None = None
    collection: float | None = None


def build_up(services, terms, outgoings, rate, scenario):
    """The lines, from care to what is asked."""
    lines = [*_premium(services, scenario), *_loaded(services, terms, outgoings)]
    needed = lines[-1].amount
    others = [Line(f"income: {one.name}", one.name, -one.amount, one.how) for one in outgoings.income]
    share = outgoings.of_contributions
    collected = contributions.loaded_on_gross(needed + sum(line.amount for line in others), share)
    lines += others
    words = f"running costs on gross, {100 * share:g}% of contributions"
    lines.append(Line("running_costs_on_gross", words, collected * share))
    lines.append(Line("collected", "must come in from members", collected))
    asked = float(contributions.nominal_contribution(collected, rate))
    lines += [
        Line("not_collected", "contributions that never come", asked - collected, f"{100 * (1 - rate):.3g}% of them"),
        Line("contribution", "contribution needed", asked),
    ]
    saved = sum(one.amount for one in outgoings.support) / (1 - share) / rate
    if saved:
        lines.append(Line("support", "what support from outside saves members", -saved))
    lines.append(Line("with_support", "needed with that support", asked - saved))
    return pd.DataFrame(lines, columns=["line", "words", "amount", "how"]).set_index("line")


def _premium(services, scenario):
    """Care, its adjustments each by itself, and the pure premium."""
    frequency, net, served = services["frequency"], services["net"], services["first_year_share"]
    others, care = float((services["frequency_as_others"] * net).sum()), float(services["care"].sum())
    waiting = float((frequency * net * served).sum()) - care
    premium = float(services["pure_premium"].sum())
    growth = scenario.setting.inflation.medical.best
    return [
        Line("care_as_others", "care, if the covered used it as others do", others),
        Line("use", "covered people seek care more often", care - others),
        Line("care", "care of a full year, at the start's prices", care),
        Line("waiting", "waiting period of new members", waiting, "n/12, by service"),
        Line("price_trend", "prices of care rise", premium - care - waiting, f"{100 * growth:g}% a year"),
        Line("pure_premium", "pure premium", premium),
    ]


def _loaded(services, terms, outgoings):
    """Safety margin, running costs of fixed amount, surplus."""
    premium = float(services["pure_premium"].sum())
    margin = premium * terms.safety
    lines = [Line("safety_margin", "safety margin", margin, f"{100 * terms.safety:g}% of benefits")]
    running = [
        Line(f"running: {one.name}", f"running costs: {one.name}", one.amount, one.how) for one in outgoings.items
    ]
    if terms.on_net is not None:
        loaded = contributions.loaded_on_net(premium + margin, terms.on_net) - premium - margin
        words = f"running costs on net, {100 * terms.on_net:g}% of care and margin"
        running.append(Line("running_costs_on_net", words, loaded))
    fixed = sum(line.amount for line in running)
    parts = contributions.build_up(premium, terms.safety, fixed, terms.surplus)
    lines += running
    how = f"{100 * terms.surplus:g}% of all above"
    lines.append(Line("surplus", "surplus for the reserve", parts.surplus, how))
    return [*lines, Line("needed", "the year needs", parts.contribution)]
