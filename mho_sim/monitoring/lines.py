"""The lines of a scenario that make its plan the figure to be believed: which number carries a frequency, or a bill."""

from typing import NamedTuple

from scipy import optimize

from mho_sim.monitoring.plan import Plan

LARGEST = 100.0  # times the mean bill; assumed


class Written(NamedTuple):
    """A number of the scenario as it is to be written."""

    path: str
    value: object  # as `Scenario.with_` takes it
    text: str  # as the file writes it

    @property
    def changed(self):
        """As `--set` takes it."""
        return f"{self.path}={self.text}"


def of_frequency(scenario, credible, source):
    """The lines, by service, that make each frequency the credible one; a sentence where none does. `source` is what
    the number then rests on.
    """
    ratios = credible["credible_ratio"].to_dict()
    births = _births(scenario, credible)
    return {service: _frequency(scenario, service, ratios, births, credible, source) for service in ratios}


def _births(scenario, credible):
    """How many times as many births as planned there are, over the kinds of births that the register has."""
    kinds = [name for name in credible.index if scenario.setting.illness[name].rate == "births"]
    planned = credible.loc[kinds, "planned"].sum()
    return credible.loc[kinds, "credible"].sum() / planned if planned else 1.0


def _frequency(scenario, service, ratios, births, credible, source):
    illness, row, base = scenario.setting.illness[service], credible.loc[service], f"setting.illness.{service}"
    ratio, ends = ratios[service], (row["credible_low"], row["credible_high"])
    spread = [end / row["credible"] if row["credible"] else 1.0 for end in ends]
    if row["planned"] == 0:
        return "the plan has none of it, so that nothing can be multiplied: write how often it is needed."
    if ratio <= 0:
        return "none was seen and the plan is taken as exact: no number carries that."
    if illness.referred_from is not None:
        of_parent = _ratio_of(scenario, illness.referred_from.kind, ratios)
        number = illness.referred_from.share
        return _number(f"{base}.referred_from.share", number, ratio / of_parent, spread, source)
    if illness.rate == "births" and illness.share is not None:
        return _number(f"{base}.share", illness.share, ratio / births, spread, source)
    if illness.rate == "births":
        return _number("setting.association.births", scenario.setting.association.births, births, spread, source)
    if illness.rate == "deaths":
        return _table("setting.association.deaths", scenario.setting.association.deaths, ratio)
    if illness.chronic is not None:
        return _table(f"{base}.chronic", illness.chronic, ratio, most=1.0)
    if "need" in illness.follows:
        return _number(f"{base}.use.value", illness.use.value, ratio, spread, source)
    return _number(f"{base}.need", illness.need, ratio, spread, source)


def _ratio_of(scenario, kind, ratios):
    """How many times as often as planned care is sought of a kind that others are referred from."""
    while kind not in ratios and scenario.setting.illness[kind].referred_from is not None:
        kind = scenario.setting.illness[kind].referred_from.kind
    return ratios.get(kind, 1.0) or 1.0


def _number(path, number, ratio, spread, source):
    """A number times a ratio, with the range that is left."""
    least, most = number.limits
    best = min(max(number.best * ratio, least), most)
    low, high = (min(max(best * end, least), most) for end in spread)
    if not 0 < low < best < high:
        value = {"value": float(_digits(best)), "grade": "exact"}
        return Written(path, value, f"{{value: {_share(_digits(best))}, grade: exact}}")
    low, best, high = (_digits(one) for one in (low, best, high))
    value = {"between": [float(low), float(high)], "best": float(best), "law": "lognormal", "source": source}
    text = f"{{between: [{_share(low)}, {_share(high)}], best: {_share(best)}, law: lognormal, source: {source}}}"
    return Written(path, value, text)


def _digits(number):
    """Four digits, without an exponent."""
    text = f"{number:.4g}"
    return text if "e" not in text else f"{number:.10f}".rstrip("0")


def _share(text):
    return "100%" if text == "1" else text


def _table(path, bands, ratio, most=None):
    """A table of ages times a ratio."""
    if bands is None:
        return "the plan has none, so that there is nothing to multiply."
    if not isinstance(bands, tuple):
        bands = ((0, None, bands),)
    scaled = {
        (f"{first}+" if last is None else f"{first}-{last}"): float(
            _digits(value * ratio if most is None else min(value * ratio, most))
        )
        for first, last, value in bands
    }
    inner = ", ".join(f"{key}: {_digits(value) if value != 1 else '100%'}" for key, value in scaled.items())
    return Written(path, scaled, f"{{{inner}}}")


def of_payment(scenario, service, ratio, source):
    """The line that makes the mean payment so many times the planned one: the mean bill for which, after copayment and
    ceiling, the mutual pays that. A sentence where no mean bill does.
    """
    cost = scenario.setting.illness[service].cost
    name = next(
        (name for name in ("lognormal", "gamma", "exponential", "fixed") if getattr(cost, name) is not None), None
    )
    if scenario.scheme.benefits[service].lump_sum is not None:
        return "the mutual pays a fixed sum."
    if name is None:
        return "the bills stand in a table: multiply its amounts."
    path = f"setting.illness.{service}.cost.{name}" + ("" if name == "fixed" else ".mean")
    number = getattr(cost, name) if name == "fixed" else getattr(cost, name).mean
    planned = _paid(scenario, service, path, number.best)
    if not planned or not number.best:
        return "the mutual pays nothing of these bills."

    def away(times):
        return _paid(scenario, service, path, times * number.best) / planned - ratio

    if away(1e-3) > 0 or away(LARGEST) < 0:
        return "no mean bill leads to it: look at the ceiling and the copayment."
    best = optimize.brentq(away, 1e-3, LARGEST, xtol=1e-9) * number.best
    said = {"grade": "own register", "source": source}
    return Written(
        path, {"value": float(f"{best:.0f}"), **said}, f"{{value: {best:.0f}, grade: own register, source: {source}}}"
    )


def _paid(scenario, service, path, mean):
    """The mean payment at the start's prices, if the mean bill were this."""
    plan = Plan(scenario, {path: mean})
    return float(plan.payments([0])[0, plan.services.index(service), 0])
