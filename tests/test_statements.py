"""Statements against identities, the log of every entry, and published accounts (Rwanda's mutuals, SCHEMES B)."""

from types import SimpleNamespace

import numpy as np
import pytest
from scenario_generator import scenario_text
from test_study import plain

from mho_sim import indicators, ledger, statements
from mho_sim.engine import Prepared, live_batch
from mho_sim.indicators import formulas
from mho_sim.ledger import ACCOUNTS, CHART
from mho_sim.report import statements_text
from mho_sim.report.words import WIDTH
from mho_sim.rules import OPENING, REASONS
from mho_sim.scenario import parse
from mho_sim.statements import BALANCE_SHEET, CASH_PLAN, INCOME_STATEMENT, RESULTS, amounts
from mho_sim.study import simulate, world_digest

WORLDS, SEED = 3, 5
NUMBERS = range(1, 61, 2)


def line(layout, name, block=None):
    """The place of a line in a statement."""
    (place,) = [i for i, each in enumerate(layout) if each.name == name and block in (None, each.block)]
    return place


def lived(number):
    """Closings, (worlds, months, accounts), balances before the start, calendar and logs of a generated scenario."""
    prepared = Prepared(parse(scenario_text(number)), SEED)
    batch = live_batch(prepared, 0, WORLDS, room=60_000)
    before = np.zeros(len(ACCOUNTS), np.int64)
    logs = [batch.memory.log[w, : batch.memory.written[w]] for w in range(WORLDS)]
    for entry in logs[0][logs[0]["reason"] == OPENING]:
        before[[entry["debit"], entry["credit"]]] += entry["amount"], -entry["amount"]
    return batch.memory.closings[:, 0], before, prepared.calendar, logs


# The chart


def test_the_chart_names_every_account_once():
    assert tuple(CHART) == ACCOUNTS
    assert len({account.number for account in CHART.values()}) == len(ACCOUNTS)
    assert {account.tag for account in CHART.values()} == {"[S]", "[R]"}
    read = {"5", "10", "40", "41", "44, 45", "477", "602"}  # GUIDE 3 [S]
    assert {account.number for account in CHART.values() if account.tag == "[S]"} == read


@pytest.mark.parametrize("layout", [INCOME_STATEMENT, BALANCE_SHEET, CASH_PLAN])
def test_a_statement_reads_every_account_that_it_must_and_none_twice(layout):
    read = [name for each in layout if isinstance(each, statements.Line) for name in each.accounts]
    if layout is INCOME_STATEMENT:
        assert sorted(read) == sorted(RESULTS)
    elif layout is BALANCE_SHEET:
        assert sorted(set(read)) == sorted(ACCOUNTS) and sorted(read) == sorted([*ACCOUNTS, *RESULTS])
    else:
        assert sorted(read) == sorted(ACCOUNTS)


# Identities, in every month of every world


@pytest.mark.parametrize("number", NUMBERS)
def test_what_the_mutual_owns_is_where_it_came_from(number):
    closings, before, *_ = lived(number)
    sheet = amounts(BALANCE_SHEET, closings, before)
    owned = sheet[..., line(BALANCE_SHEET, "assets: what the mutual owns")]
    assert (owned == sheet[..., line(BALANCE_SHEET, "liabilities: where it came from")]).all()
    assert (owned == closings[..., [0, 1, 2, 3]].sum(axis=-1)).all()  # cash, receivable, accrued, support receivable


@pytest.mark.parametrize("number", NUMBERS)
def test_the_result_is_the_change_of_own_funds(number):
    """In the income statement and in the balance sheet, month by month."""
    closings, before, *_ = lived(number)
    own_funds = indicators.equity(np.concatenate((np.broadcast_to(before, closings[:, :1].shape), closings), axis=1))
    for layout in (INCOME_STATEMENT, BALANCE_SHEET):
        result = amounts(layout, closings, before)[..., line(layout, "result of the year")]
        assert (result == np.diff(own_funds, axis=1)).all()


@pytest.mark.parametrize("number", NUMBERS)
def test_the_cash_plan_closes_with_the_ledgers_cash(number):
    closings, before, *_ = lived(number)
    plan = amounts(CASH_PLAN, closings, before)
    opening, closing = (plan[..., line(CASH_PLAN, name)] for name in ("cash at the start", "cash at the end"))
    assert (closing == closings[..., ledger.CASH]).all()
    assert (opening[:, 1:] == closing[:, :-1]).all() and (opening[:, 0] == before[ledger.CASH]).all()
    assert (plan[..., line(CASH_PLAN, "other")] == 0).all()  # the scheme itself has no other


@pytest.mark.parametrize("number", NUMBERS)
def test_the_cash_plan_is_the_entries_of_the_cash_box(number):
    """Each line against the entries that moved cash, month by month."""
    closings, before, calendar, logs = lived(number)
    plan = amounts(CASH_PLAN, closings, before)
    reasons = {
        "contributions of members": ("paid_on_time", "paid_late", "reinstated"),
        "joining fees, penalties": ("joining_fee", "penalty"),
        "support from outside": ("support_received",),
        "interest": ("interest",),
    }
    for w, log in enumerate(logs):
        month_of = np.searchsorted(calendar.first, log["moment"] >> 32, side="right") - 1

        def of(chosen, log=log, month_of=month_of):
            return np.bincount(month_of[chosen], weights=log["amount"][chosen], minlength=calendar.months)

        for name, why in reasons.items():
            told = np.isin(log["reason"], [REASONS.index(reason) for reason in why])
            assert (plan[w, :, line(CASH_PLAN, name)] == of(told)).all(), name
        paid = log["reason"] == REASONS.index("debt_paid")
        care = np.isin(log["debit"], (ledger.PROVIDERS, ledger.MEMBERS_CLAIMS))
        assert (plan[w, :, line(CASH_PLAN, "care")] == of(paid & care)).all()
        assert (plan[w, :, line(CASH_PLAN, "running costs")] == of(paid & ~care)).all()


# Published accounts


RWANDA = {  # billions of RWF: contributions, other income, claims, other expenses, net, cumulative (SCHEMES B)
    "2011/12": (17.58, 10.39, 17.01, 3.19, 7.78, 7.78),
    "2012/13": (16.84, 6.03, 22.51, 5.07, -4.71, 3.07),
    "2013/14": (16.73, 3.49, 26.07, 5.62, -11.47, -8.40),
    "2014/15": (22.09, 3.10, 36.31, 5.04, -16.15, -24.55),  # 3.10: what the published total of 25.19 implies
    "2015/16": (23.72, 3.23, 34.18, 5.50, -12.74, -37.28),
}
CLAIMS_RATIO = (0.97, 1.34, 1.56, 1.64, 1.44)
EXPENSE_RATIO = (0.18, 0.30, 0.34, 0.23, 0.23)
UNIT = 10**7  # the last printed digit


@pytest.fixture
def rwanda():
    """The closings of five years, (1, years, accounts): income comes in, debts are made, and paid as the cash goes."""
    memory = SimpleNamespace(
        books=np.zeros((1, 1, len(ACCOUNTS)), np.int64),
        log=np.zeros((1, 0), ledger.ENTRY),
        written=np.zeros(1, np.int64),
    )

    def post(debit, credit, amount):
        places = ACCOUNTS.index(debit), ACCOUNTS.index(credit)
        ledger.post.py_func(memory, 0, 0, *places, amount, 0, -1, -1, -1, REASONS.index("own_process"))

    closings = []
    for contributions, other, claims, expenses, *_ in RWANDA.values():
        contributions, other, claims, expenses = (
            round(x * 100) * UNIT for x in (contributions, other, claims, expenses)
        )
        post("receivable", "unearned", contributions)
        post("cash", "receivable", contributions)
        post("unearned", "contributions", contributions)
        post("cash", "subsidies", other)
        post("benefits", "providers", claims)
        post("expenses", "suppliers", expenses)
        for creditor in ("suppliers", "providers"):
            owed = -memory.books[0, 0, ACCOUNTS.index(creditor)]
            post(creditor, "cash", min(owed, memory.books[0, 0, ledger.CASH]))
        closings.append(memory.books[0, 0].copy())
    return np.array(closings)[None]


def test_rwandas_five_years_of_accounts(rwanda):
    nothing = np.zeros(len(ACCOUNTS), np.int64)
    income = amounts(INCOME_STATEMENT, rwanda, nothing)[0]
    net = income[:, line(INCOME_STATEMENT, "result of the year")] / UNIT / 100
    sheet = amounts(BALANCE_SHEET, rwanda, nothing)[0] / UNIT / 100
    of_results = [line(BALANCE_SHEET, name) for name in ("results of earlier years", "result of the year")]
    cumulative = sheet[:, of_results].sum(axis=1)
    published = np.array(list(RWANDA.values()))
    assert net == pytest.approx(published[:, 4], abs=0.03)
    assert cumulative == pytest.approx(published[:, 5], abs=0.03)
    years = list(RWANDA)
    assert years[int((net < 0).argmax())] == "2012/13"
    assert years[int((cumulative < 0).argmax())] == "2013/14"
    assert indicators.equity(rwanda)[0] / UNIT / 100 == pytest.approx(cumulative)
    assert (rwanda[0, :, ledger.CASH] >= 0).all() and rwanda[0, 2:, ledger.CASH].sum() == 0


def test_rwandas_ratios(rwanda):
    """Claims and expenses of each year over its contributions, to the printed digits."""
    changes = np.diff(rwanda[0], axis=0, prepend=np.zeros((1, len(ACCOUNTS)), np.int64))
    assert np.round(indicators.claims_ratio(changes), 2) == pytest.approx(CLAIMS_RATIO)
    ratios = formulas.gross_expense_ratio(
        running_costs=changes[:, ledger.EXPENSES], contributions_earned=indicators.contributions_earned(changes)
    )
    assert np.round(ratios, 2) == pytest.approx(EXPENSE_RATIO)


def test_the_guides_saphir():
    """GUIDE E3 [S]: 575 000 earned, benefits 650 320, running costs 175 530: a result of -250 850, by hand."""
    books = np.zeros((1, 1, len(ACCOUNTS)), np.int64)
    given = {"contributions": -575_000, "benefits": 650_320, "expenses": 175_530, "cash": 99_150}
    for name, amount in given.items():
        books[..., ACCOUNTS.index(name)] = amount
    books[..., ledger.EQUITY] = -books.sum()
    told = amounts(INCOME_STATEMENT, books, np.zeros(len(ACCOUNTS)))[0, 0]
    assert told[line(INCOME_STATEMENT, "operating charges")] == 825_850
    assert told[line(INCOME_STATEMENT, "result of the year")] == -250_850


# Of a study


def test_frames_are_of_one_world_or_of_the_mean():
    result = simulate(plain(), worlds=40)
    of_worlds = np.array([result.income_statement(w).to_numpy() for w in range(40)])
    mean = result.income_statement()
    for year, name in enumerate(("2027-12-31", "2028-12-31")):
        assert mean[name]["mean"].to_numpy() == pytest.approx(of_worlds[:, :, year].mean(axis=0))
        ordered = np.sort(of_worlds[:, :, year], axis=0)
        for column, rank in (("p05", 2), ("p50", 20), ("p95", 38)):  # the smallest that a share of 40 does not exceed
            assert (mean[name][column].to_numpy() == ordered[rank - 1]).all()
    assert list(result.balance_sheet(3).columns) == ["2027-12-31", "2028-12-31"]


def test_the_books_of_a_world_are_lived_again():
    result = simulate(plain(), worlds=5, seed=4)
    for world in range(5):
        digest = world_digest(result.books(world)[None], result.outcome.first_late[world])
        assert digest == result.outcome.digests[world].tobytes()
    assert result.cash_plan(world=2).loc[("closing", "5", "cash at the end")].to_list() == list(
        result.outcome.cash[2, 0, :12]
    )


def test_the_cash_plan_of_a_later_year_begins_where_the_first_ended():
    result = simulate(plain(), worlds=5)
    first, second = result.cash_plan(1), result.cash_plan(2)
    assert first.iloc[:, -1].loc[("closing", "5", "cash at the end")] == pytest.approx(
        second.iloc[:, 0].loc[("opening", "5", "cash at the start")]
    )


BUDGET = {
    "scheme.expenses": {
        "once": 7_000,
        "per_month": 1_000,
        "per_card": 50,
        "per_beneficiary_year": 120,
        "share_of_contributions": 0.05,
        "dated": [
            {"name": "assembly", "amount": 700, "every": "year", "from": "2027-11-15"},
            {"name": "training", "amount": 300, "every": "month", "until": "2027-04-01"},
        ],
    },
    "scheme.contribution.collector": 0.1,
    "scheme.support": [{"name": "a town", "amount": 500, "every": "month"}],
}


def test_a_budget_line_by_line():
    """50 people in 25 households, nobody dies, all pay: 200 each a month are 120 000 a year, of which 5 % are 6 000 of
    costs, and 12 000 the collectors'; 25 cards cost 1 250, 50 people 6 000, the town gives 6 000.
    """
    scenario = plain()
    for path, value in BUDGET.items():
        scenario = scenario.with_(path, value)
    result = simulate(scenario, worlds=20)
    of = result.budget()["amount"].droplevel(["block", "account"])
    expected = {
        "at the start": 7_000,
        "every month": 12_000,
        "share of contributions": 6_000,
        "for each beneficiary": 6_000,
        "assembly": 700,
        "training": 900,
        "cards": 1_250,
        "collectors' commissions": 12_000,
        "contributions that fall due": 120_000,
        "support from outside": 6_000,
    }
    assert {name: of[name] for name in expected} == pytest.approx(expected)
    spent = sum(
        value for name, value in expected.items() if name not in ("contributions that fall due", "support from outside")
    )
    assert of["outpatient"] == pytest.approx(result.per_year.xs(1, level="year")["benefits"].mean())
    assert of["expenditure"] == pytest.approx(spent + of["outpatient"]) and of["income"] == 126_000
    assert of["balance of the budget"] == pytest.approx(126_000 - spent - of["outpatient"])
    assert list(result.budget().index.get_level_values("block").unique()) == [
        "benefits", "running costs", "total", "income", "balance", "memo",
    ]  # fmt: skip
    second = result.budget(2)["amount"].droplevel(["block", "account"])
    assert not {"at the start", "cards", "training"} & set(second.index) and second["assembly"] == 700
    assert second["for each beneficiary"] == pytest.approx(6_000)


def test_a_waiting_period_takes_months_off_the_benefits_and_none_off_the_contributions():
    """GUIDE F5 [S]: four months of waiting leave 8/12 of the year's benefits. With the same luck exactly those of the
    last eight months; the balance is not the result where contributions are paid ahead.
    """
    waits = simulate(plain(scheme__membership__waiting={"default": "4 months"}), worlds=30)
    at_once = simulate(plain(), worlds=30)
    of = waits.budget()["amount"].droplevel(["block", "account"])
    assert of["outpatient"] == pytest.approx(at_once.monthly["outpatient paid"][4:12].sum())
    assert of["contributions that fall due"] == 120_000
    yearly = simulate(
        plain(
            scheme__membership__intakes={"2027-01-01": 15, "2027-07-01": 10},
            scheme__contribution__every="year",
        ),
        worlds=5,
    )
    of = yearly.budget()["amount"].droplevel(["block", "account"])
    # 50 people at 200 a year; the 20 of July have half a year of cover still to come
    assert of["contributions that fall due"] == 10_000
    assert of["balance of the budget"] - of["result of the year"] == pytest.approx(20 * 200 / 2)


@pytest.mark.parametrize("world", [None, 1])
def test_the_text_is_narrow_and_holds_all_four(world):
    text = statements_text(simulate(plain(years=3), worlds=20), world)
    assert max(map(len, text.splitlines())) <= WIDTH
    for name in ("Income statement", "Balance sheet", "Budget of year 1", "Cash plan of year 1", "602 benefits"):
        assert name in text
