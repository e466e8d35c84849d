"""A price as a workbook in which a number can be followed back: yellow cells are yours, grey ones the program's, all
others formulas.
"""

import io
from datetime import datetime
from importlib.metadata import version

from mho_sim.report.words import money
from mho_sim.tariff.charged import DAYS_A_YEAR, dates_a_year
from mho_sim.tariff.premium import newcomers

YELLOW, GREY = "#FFF2CC", "#EDEDED"
MONEY, RATE, SHARE, TIMES = "#,##0.00", "0.0000", "0.0%", "0.0000"
CARE = (  # column: head, key of the service, form, who fills it
    ("service", None, None, None),
    ("episodes of need\na person-year", "need", RATE, "yours"),
    ("share of them for which\na covered person seeks care", "sought", RATE, "yours"),
    ("share of these\nthat is paid for", "paid_for", RATE, "yours"),
    ("frequency: times paid for\na person-year", "frequency", RATE, "={1}*{2}*{3}"),
    ("mean bill", "mean_bill", MONEY, "program"),
    ("paid for one, on average,\nafter copayment and ceiling", "net", MONEY, "yours"),
    ("care, a full year", "care", MONEY, "={4}*{6}"),
    ("waiting period,\nmonths", "waiting_months", "0.0", "yours"),
    ("share of the year\nafter waiting", "first_year_share", RATE, "=1-{newcomers}*MIN(12,{8})/12"),
    ("prices of care rise:\nfactor of this year", "trend", RATE, "program"),
    ("pure premium", "pure_premium", MONEY, "={7}*{9}*{10}"),
    ("guide: mean bill\nless copayment", "guide_net", MONEY, "program"),
    ("guide: benefit spending\na person", "guide_care", MONEY, "={4}*{12}"),
    ("frequency, if the covered\nsought care as others do", "frequency_as_others", RATE, "program"),
    ("care, as others do", None, MONEY, "={14}*{6}"),
)
SHARES = {  # line of the build-up: words, and which of your shares it takes
    "safety_margin": ("safety margin", "safety"),
    "surplus": ("surplus for the reserve", "surplus_share"),
    "running_costs_on_net": ("running costs on net", "on_net"),
    "running_costs_on_gross": ("running costs on gross", "on_gross"),
    "not_collected": ("contributions that never come", "rate"),
}


class _Book:
    """Sheets, and how cells look."""

    def __init__(self, file):
        import xlsxwriter

        self.book = xlsxwriter.Workbook(file, {"in_memory": True, "strings_to_formulas": False})
        self.book.set_properties({"created": datetime(2000, 1, 1)})
        self.known = {}

    def form(self, numbers="General", fill=None, bold=False, wrap=False):
        """A format, made once."""
        key = (numbers, fill, bold, wrap)
        if key not in self.known:
            looks = {"num_format": numbers, "bold": bold, "text_wrap": wrap, "valign": "top" if wrap else "bottom"}
            self.known[key] = self.book.add_format(looks | ({"bg_color": fill} if fill else {}))
        return self.known[key]

    def sheet(self, name, *widths):
        """A sheet with columns of these widths."""
        sheet = self.book.add_worksheet(name)
        for column, width in enumerate(widths):
            sheet.set_column(column, column, width)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        return sheet

    def put(self, sheet, place, value, numbers="General", who=None, cached=None, bold=False):
        """A cell at (row, column): a number of yours or of the program, or a formula with the value it has."""
        fill = {"yours": YELLOW, "program": GREY}.get(who)
        form = self.form(numbers, fill, bold)
        if isinstance(value, str) and value.startswith("=") and cached is not None:
            sheet.write_formula(*place, value, form, cached)
        elif isinstance(value, str):
            sheet.write_string(*place, value, form)
        else:
            sheet.write_number(*place, value, form)

    def named(self, sheet, row, words, value, numbers, who=None, cached=None):
        """A line that begins with words, its cell beside them."""
        sheet.write_string(row, 0, words)
        self.put(sheet, (row, 1), value, numbers, who, cached)


def workbook(price):
    """The workbook's bytes."""
    file = io.BytesIO()
    book = _Book(file)
    contribution = book.sheet("Contribution", 48, 16, 18, 20, 16, 24, 16)
    places = _running(book, price)
    places |= _care(book, price)
    _contribution(book, contribution, price, places)
    _margin(book, price)
    _read_me(book, price)
    book.book.close()
    return file.getvalue()


def _head(book, sheet, row, heads):
    """Heads of columns."""
    for column, head in enumerate(heads):
        sheet.write_string(row, column, head, book.form(bold=True, wrap=True))


def _letter(column):
    return "ABCDEFGHIJKLMNOPQRSTUVWXYZ"[column]


def _care(book, price):
    """Service by service; where the sums stand."""
    sheet = book.sheet("Care", 22, *[16] * (len(CARE) - 1))
    book.named(
        sheet, 0, "share of members who wait this year", float(newcomers(price.scenario, price.year)), SHARE, "yours"
    )
    _head(book, sheet, 2, [head for head, *_ in CARE])
    sheet.set_row(2, 48)
    for row, (kind, service) in enumerate(price.services.iterrows(), 3):
        sheet.write_string(row, 0, kind)
        cells = {str(i): f"{_letter(i)}{row + 1}" for i in range(len(CARE))}
        for column, (_, key, numbers, who) in enumerate(CARE[1:], 1):
            value = service["frequency_as_others"] * service["net"] if key is None else service[key]
            if who.startswith("="):
                formula = who.format(*cells.values(), newcomers="$B$1")
                book.put(sheet, (row, column), formula, numbers, cached=value)
            else:
                book.put(sheet, (row, column), float(value), numbers, who)
    last = 3 + len(price.services)
    sheet.write_string(last, 0, "together", book.form(bold=True))
    services, found = price.services, {}
    others = services["frequency_as_others"] * services["net"]
    sums = {7: services["care"], 11: services["pure_premium"], 13: services["guide_care"], 15: others}

    def summed(place, formula, amounts, **looks):
        book.put(sheet, place, formula if len(services) else "=0", MONEY, cached=float(amounts.sum()), **looks)

    for column, amounts in sums.items():
        letter = _letter(column)
        summed((last, column), f"=SUM({letter}4:{letter}{last})", amounts, bold=True)
        found[CARE[column][0].split("\n")[0]] = f"Care!${letter}${last + 1}"
    served = services["care"] * services["first_year_share"]
    sheet.write_string(last + 1, 0, "after waiting")
    summed((last + 1, 7), f"=SUMPRODUCT(H4:H{last},J4:J{last})", served)
    sheet.freeze_panes(3, 1)
    return {**found, "after waiting": f"Care!$H${last + 2}"}


def _running(book, price):
    """Running costs and other income, item by item; where each amount a person stands."""
    sheet = book.sheet("Running costs", 48, 18, 18, 24)
    book.named(sheet, 0, "people covered", float(price.people.beneficiaries), "#,##0", "yours")
    _head(book, sheet, 2, ("item", "money a year", "a person and year", "how"))
    row, places = 3, {"people": "'Running costs'!$B$1"}
    for group, items in (
        ("running", price.costs.items),
        ("income", price.costs.income),
        ("support", price.costs.support),
    ):
        for one in items:
            sheet.write_string(row, 0, one.name)
            cell = row + 1
            if one.by_head:
                book.put(sheet, (row, 1), f"=C{cell}*$B$1", MONEY, cached=one.total)
                book.put(sheet, (row, 2), one.amount, MONEY, "yours")
            else:
                book.put(sheet, (row, 1), one.total, MONEY, "yours")
                book.put(sheet, (row, 2), f"=B{cell}/$B$1", MONEY, cached=one.amount)
            sheet.write_string(row, 3, one.how)
            places[f"{group}: {one.name}"] = f"'Running costs'!$C${cell}"
            row += 1
    return places


def _contribution(book, sheet, price, places):
    """The build-up, from care to what is asked, and what that is for families."""
    terms, frame = price.terms, price.build_up
    sheet.write_string(0, 0, price.scenario.title, book.form(bold=True))
    sheet.write_string(
        1, 0, f"Year {price.year} of membership; amounts in {price.scenario.currency}, a person and year"
    )
    inputs = {
        "safety": ("safety margin, share of benefits", terms.safety),
        "surplus_share": ("surplus, share of premium, margin, running costs", terms.surplus),
        "on_net": ("running costs on net, share of premium and margin", terms.on_net or 0.0),
        "on_gross": ("running costs on gross, share of the contribution", price.costs.of_contributions),
        "rate": ("share of contributions that comes in", price.collection),
    }
    if "running_costs_on_net" not in frame.index:
        del inputs["on_net"]
    at = {}
    for row, (name, (words, value)) in enumerate(inputs.items(), 3):
        book.named(sheet, row, words, float(value), "0.00%", "yours")
        at[name] = f"$B${row + 1}"
    first = 10
    _head(book, sheet, first - 1, ("line", "amount", "how"))
    at |= {key: f"$B${row + 1}" for row, key in enumerate(frame.index, first)}
    for row, (key, line) in enumerate(frame.iterrows(), first):
        bold = key in ("pure_premium", "contribution", "with_support")
        words, share = SHARES.get(key, (line["words"], None))
        sheet.write_string(row, 0, words, book.form(bold=bold))
        formula = "=" + _formula(key, list(frame.index), at, places)
        book.put(sheet, (row, 1), formula, MONEY, cached=float(line["amount"]), bold=bold)
        sheet.write_string(row, 2, line["how"] if share is None else f"by {at[share].replace('$', '')}")
    _families(book, sheet, price, first + len(frame) + 1, at)


def _formula(key, keys, at, places):
    """The formula of one line of the build-up."""
    running = [at[name] for name in keys if name.startswith("running: ") or name == "running_costs_on_net"]
    income = [at[name] for name in keys if name.startswith("income: ")]
    parts = [at["pure_premium"], at["safety_margin"], *running]
    loading = f"/(1-{at['on_gross']})"
    own = {
        "care_as_others": lambda: places["care, as others do"],
        "use": lambda: f"{at['care']}-{at['care_as_others']}",
        "care": lambda: places["care, a full year"],
        "waiting": lambda: f"{places['after waiting']}-{at['care']}",
        "price_trend": lambda: f"{at['pure_premium']}-{at['care']}-{at['waiting']}",
        "pure_premium": lambda: places["pure premium"],
        "safety_margin": lambda: f"{at['pure_premium']}*{at['safety']}",
        "running_costs_on_net": lambda: f"({at['pure_premium']}+{at['safety_margin']})*{at['on_net']}",
        "surplus": lambda: f"({'+'.join(parts)})*{at['surplus_share']}",
        "needed": lambda: f"({'+'.join(parts)})*(1+{at['surplus_share']})",
        "running_costs_on_gross": lambda: f"{at['collected']}*{at['on_gross']}",
        "collected": lambda: f"({'+'.join([at['needed'], *income])}){loading}",
        "not_collected": lambda: f"{at['contribution']}-{at['collected']}",
        "contribution": lambda: f"{at['collected']}/{at['rate']}",
        "support": lambda: _saved(places, loading, at["rate"]),
        "with_support": lambda: "+".join([at["contribution"], *([at["support"]] if "support" in keys else [])]),
    }
    if key in own:
        return own[key]()
    return places[key] if key.startswith("running: ") else f"-{places[key]}"


def _saved(places, loading, rate):
    """What members need not pay because of support."""
    cells = [place for name, place in places.items() if name.startswith("support: ")]
    return f"-({'+'.join(cells)}){loading}/{rate}"


def _families(book, sheet, price, row, at):
    """What is needed beside what the scheme asks, for a person and for households."""
    dates = dates_a_year(price.scenario.scheme.contribution)
    book.named(sheet, row, "instalments a year", float(dates), "0.00", "yours")
    at_dates, top = f"$B${row + 1}", row + 2
    heads = ("for whom", "people", "needed a year", "needed an instalment", "needed a day", "the scheme asks, a year",
             "asked / needed")  # fmt: skip
    _head(book, sheet, top, heads)
    sizes = {"person": 1.0, "average household": price.people.mean_size}
    for place, (who, found) in enumerate(price.compared.iterrows(), top + 1):
        size = sizes.get(who) or float(who.rsplit(" ", 1)[1])
        cell = place + 1
        sheet.write_string(place, 0, "a person" if who == "person" else who)
        book.put(sheet, (place, 1), size, "0.0", "yours")
        book.put(sheet, (place, 2), f"=B{cell}*{at['contribution']}", MONEY, cached=float(found["needed_year"]))
        book.put(sheet, (place, 3), f"=C{cell}/{at_dates}", MONEY, cached=float(found["needed_instalment"]))
        book.put(sheet, (place, 4), f"=C{cell}/{DAYS_A_YEAR}", MONEY, cached=float(found["needed_day"]))
        book.put(sheet, (place, 5), float(found["asked_year"]), MONEY, "program")
        needed, asked = float(found["needed_year"]), float(found["asked_year"])
        ratio = asked / needed if needed else 0.0
        book.put(sheet, (place, 6), f"=IF(C{cell}=0,0,F{cell}/C{cell})", "0%", cached=ratio)


def _margin(book, price):
    """The statistical safety margin: variance and skewness by the number of people, live."""
    pool, sheet = price.pool, book.sheet("Safety margin", 60, 16, 16, 18, 18, 18, 18)
    rows = (
        ("people covered", "='Running costs'!$B$1", "#,##0", float(price.people.beneficiaries)),
        ("mean of a year's care, a person (m)", pool.mean, MONEY, None),
        ("variance, a person (w)", pool.own, "0.00", None),
        ("variance that all share (c): good and bad years", pool.shared, "0.00", None),
        ("third central moment: x N", pool.third[0], "0.00E+00", None),
        ("third central moment: x N^2", pool.third[1], "0.00E+00", None),
        ("third central moment: x N^3", pool.third[2], "0.00E+00", None),
        ("standard deviation of the year: root of w N + c N^2", "=SQRT(B3*B1+B4*B1^2)", MONEY,
         pool.sd(price.people.beneficiaries)),
        ("skewness of the year", "=IF(B8=0,0,(B5*B1+B6*B1^2+B7*B1^3)/B8^3)", "0.000",
         pool.skewness(price.people.beneficiaries)),
    )  # fmt: skip
    for row, (words, value, numbers, cached) in enumerate(rows):
        book.named(sheet, row, words, value, numbers, None if cached is not None else "program", cached)
    if pool.mean <= 0:
        return
    yours = f"{100 * price.terms.safety:g}%"
    heads = ("years out of 100 that the money must suffice", "margin (normal)", "margin (NP)",
             f"people for a margin of {yours} (normal)", f"people for a margin of {yours} (NP)",
             f"margin (exact), of {money(price.people.beneficiaries)} people",
             f"people for a margin of {yours} (exact)")  # fmt: skip
    _head(book, sheet, 10, heads)
    for row, (level, found) in enumerate(price.margins.iterrows(), 11):
        z = f"NORMSINV($A{row + 1})"
        book.put(sheet, (row, 0), float(level), "0%", "yours")
        book.put(sheet, (row, 1), f"={z}*$B$8/($B$1*$B$2)", SHARE, cached=float(found["margin_normal"]))
        np_law = f"=({z}+$B$9*({z}^2-1)/6)*$B$8/($B$1*$B$2)"
        book.put(sheet, (row, 2), np_law, SHARE, cached=float(found["margin_np"]))
        exact = "missing" if price.exact.missing else float(found["margin_exact"])
        book.put(sheet, (row, 5), exact, SHARE, "program")
        for column, key in ((3, "people_normal"), (4, "people_np"), (6, "people_exact")):
            number = found[key]
            value = "no number is enough" if number != number else float(number)
            missing = key == "people_exact" and price.exact.people_missing
            book.put(sheet, (row, column), "missing" if missing else value, "#,##0", "program")


def _read_me(book, price):
    """What the colours mean, what is not counted, where the figures come from."""
    sheet = book.sheet("Read me", 110)
    told = [
        "Yellow cells are yours: change them, and all else follows. Grey ones were worked out by mho_sim, from the "
        "laws of the bills and the rules of the scheme; all others are formulas.",
        "Paid for one (Care, column G): the mean over bills small and large of what the mutual pays, after deductible, "
        "copayment and ceiling, not the mean bill cut at the ceiling.",
        "Safety margin: mean, variance and third moment are those of the file's care; they do not follow what you "
        "change on the sheet Care, but the number of people they do.",
        _exactly(price),
        *_how_certain(price),
        *(f"Not counted, so that the price is at most too high: {words}." for words in price.not_counted.values()),
        *price.remarks,
        f"Worked out without simulation, with mho_sim {version('mho_sim')}, from the scenario {price.scenario.hash}.",
    ]
    for row, text in enumerate(told):
        sheet.write_string(row, 0, text, book.form(wrap=True))


def _exactly(price):
    """What the exact margin follows, or why it is missing."""
    missing = price.exact.missing or price.exact.people_missing
    told = "The exact margin follows no change: it is for the people of the file."
    if price.exact.missing:
        told = f"The exact margin is missing: {missing}."
    elif missing:
        told += f" The smallest pool by the exact law is missing: {missing}."
    return told


def _how_certain(price):
    """A sentence about the range of the pure premium, if it has one."""
    if price.range is None:
        return []
    low, high = (money(price.range[key]) for key in ("low", "high"))
    return [f"The pure premium lies between {low} and {high} in 90 of 100 draws of the figures from their ranges."]
