"""Pictures: what they show is what was found, no text lies over another, the same file comes out of the same result."""

import json
import math
import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from itertools import combinations, pairwise

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner
from test_cli import SCENARIO
from test_sensitivity import scenario as small

import mho_sim
from mho_sim.actuarial import value_at_risk
from mho_sim.cli import commands
from mho_sim.scenario import load
from mho_sim.scenario.starting import shipped
from mho_sim.study import Result, simulate

pytest.importorskip("matplotlib")
import matplotlib
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.text import Text

from mho_sim.report import plots
from mho_sim.report.plots import futures, scales, sheet, unbeaten
from mho_sim.report.plots.figures import axis_words, figure_of, value_told, values_told
from mho_sim.study import Sensitivity

RICH = "scheme.reserve.opening=100_000_000"
POOR = ("scheme.reserve.opening=0", "scheme.contribution.amount=1")
SCHEME = "scheme.contribution.amount", "scheme.benefits.outpatient.copay", "scheme.membership.waiting.default"
LONG = "the very long name of an option that an assembly has talked about for three evenings and a morning"


@cache
def result(worlds, *sets):
    return simulate(load(SCENARIO, sets), worlds=worlds, seed=1)


@cache
def found(worlds=60):
    return mho_sim.sensitivity(small(), worlds=worlds, seed=1, indices=False)


# No text lies over another


def texts(figure):
    """The texts that are seen, with their boxes in dots."""
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    seen = [text for text in figure.findobj(Text) if text.get_visible() and text.get_text().strip()]
    return [(text, text.get_window_extent(canvas.get_renderer())) for text in seen]


def readable(figure):
    """All texts lie within the sheet, none over another, none smaller than 9 points."""
    boxes, (width, height) = texts(figure), figure.get_size_inches() * figure.dpi
    assert boxes
    for text, box in boxes:
        assert text.get_fontsize() >= 9
        where = f"{text.get_text()!r} at {box}"
        assert box.x0 >= -1 and box.y0 >= -1 and box.x1 <= width + 1 and box.y1 <= height + 1, where
    for (one, a), (other, b) in combinations(boxes, 2):
        apart = a.x1 <= b.x0 + 1 or b.x1 <= a.x0 + 1 or a.y1 <= b.y0 + 1 or b.y1 <= a.y0 + 1
        assert apart, f"{one.get_text()!r} lies over {other.get_text()!r}"
    assert figure.get_size_inches()[0] + 1e-9 >= 16 / 2.54
    return figure


@pytest.mark.parametrize("kind", ["fan", "trouble", "both"])
@pytest.mark.parametrize(
    "worlds, sets",
    [
        (1, ()),
        (3, ()),
        (60, ("years=1", "start=2027-04-01", "scheme.membership.intakes=none")),
        (30, ("years=10",)),
        (300, ()),
        (100, (RICH,)),
        (100, POOR),
        (60, ("scheme.support=none", "scheme.contribution.state=none")),
        (30, ("scheme.contribution.amount=200_000_000", "scheme.reserve.opening=9_000_000_000")),
        (30, (f"title: {LONG}, and some more words, so that it takes several lines".replace(": ", "=", 1),)),
    ],
)
def test_futures_are_readable(kind, worlds, sets):
    readable(plots.plot(result(worlds, *sets), kind))


@pytest.mark.parametrize("figure", ["own_funds", "late"])
def test_tornadoes_are_readable(figure):
    readable(plots.plot(found(), figure=figure))


def grid(columns, rows, overs=1, seed=1):
    """Points of a study, with figures of chance."""
    rng, points = np.random.default_rng(seed), []
    for amount in range(columns):
        for copay in range(rows):
            for wait in range(overs):
                late = float(np.clip(rng.normal(0.4, 0.3), 0, 1))
                points.append(
                    {
                        SCHEME[0]: 300 + 50 * amount,
                        SCHEME[1]: copay / 20,
                        SCHEME[2]: f"{wait + 1} months" if wait else "1 month",
                        "late": late,
                        "late_low": max(late - 0.04, 0),
                        "late_high": min(late + 0.05, 1),
                        "covered": float(rng.uniform(0.3, 0.9)),
                        "members_pay": float(rng.uniform(3_000, 90_000)),
                    }
                )
    return pd.DataFrame(points)


@pytest.mark.parametrize(
    "columns, rows, overs", [(1, 1, 1), (2, 2, 2), (12, 12, 1), (10, 10, 5), (30, 2, 1), (3, 2, 7)]
)
@pytest.mark.parametrize("figure", ["late", "members_pay"])
def test_grids_are_readable(columns, rows, overs, figure):
    over = SCHEME[2] if overs > 1 else None
    target = "late<=20%" if figure == "late" else None
    readable(plots.heat_map(grid(columns, rows, overs), *SCHEME[:2], figure, target, over))


def test_a_grid_with_long_names_is_readable():
    frame = grid(3, 3).assign(**{SCHEME[0]: [f"{LONG} {n}" for n in (1, 2, 3) for _ in range(3)]})
    frame[SCHEME[1]] = [f"{LONG} {n}" for n in (1, 2, 3)] * 3
    readable(plots.heat_map(frame, *SCHEME[:2], source=plots.Source(LONG, "sha256:1234", "XOF", 500, 1)))


@pytest.mark.parametrize("points", [(1, 1), (2, 2), (4, 3), (12, 12)])
@pytest.mark.parametrize("named", [False, True])
def test_frontiers_are_readable(points, named):
    frame = grid(*points)
    if named:
        frame["option"] = [f"{LONG} {n}" for n in range(len(frame))]
    readable(plots.frontier(frame, plots.Source("", "", "XOF")))


def test_a_frontier_of_points_that_lie_together_is_readable():
    frame = grid(4, 3).assign(late=0.0, late_low=0.0, late_high=0.01, members_pay=5_000.0, covered=0.7)
    readable(plots.frontier(frame))


def differences(options, figures=("late", "covered", "members_pay"), seed=1, names="option {}"):
    rng, rows = np.random.default_rng(seed), []
    for option in range(options):
        for figure in figures:
            size = 5_000 if figure == "members_pay" else 0.05
            difference, reach = rng.normal() * size, rng.uniform(0.2, 2) * size
            rows.append((names.format(option), figure, difference, difference - reach, difference + reach))
    frame = pd.DataFrame(rows, columns=["option", "figure", "difference", "low", "high"])
    return frame.assign(same=(frame["low"] <= 0) & (frame["high"] >= 0))


@pytest.mark.parametrize("options, names", [(1, "dearer"), (2, "option {}"), (12, "option {}"), (3, LONG + " {}")])
def test_paired_differences_are_readable(options, names):
    readable(plots.paired_differences(differences(options, names=names), source=plots.Source("", "", "XOF")))


def test_no_difference_at_all_is_readable():
    frame = differences(2).assign(difference=0.0, low=0.0, high=0.0, same=True)
    figure = readable(plots.paired_differences(frame))
    assert figure.finding == "None of 2 options differs from 'today' beyond chance."


# What they show


def test_the_fan_is_that_of_the_frame():
    one = result(300)
    told, monthly = futures.fan(one), one.monthly
    assert told.median[0] == one.opening_cash
    assert (told.median[1:] == monthly["cash p50"]).all()
    low, high = told.bands["90 of 100 futures"]
    assert (low[1:] == monthly["cash p05"]).all() and (high[1:] == monthly["cash p95"]).all()
    low, high = told.bands["half of the futures"]
    assert all(value_at_risk(month, 0.25) == value for month, value in zip(one.outcome.cash[:, 0].T, low[1:]))
    assert (low <= told.median).all() and (told.median <= high).all()


def test_those_that_ran_short_by_a_month_are_those_by_year_at_its_end():
    one = result(300)
    told = futures.fan(one)
    assert told.short[0] == 0 and (np.diff(told.short) >= 0).all()
    assert told.short[12::12] == pytest.approx(one.late["by_year"], abs=1e-6)
    assert told.alone[12::12] == pytest.approx(one.without_support.late["by_year"], abs=1e-6)


def test_covered_by_month_and_by_year_are_the_share_of_the_object():
    one = result(300)
    shares, errors = futures.covered_by_year(one)
    alive = one.outcome.alive[:, 0].sum(axis=0)
    assert (shares * alive).sum() / alive.sum() == pytest.approx(one.protection["association"]["covered"], abs=1e-6)
    months = futures.fan(one).covered
    assert months[-1] == pytest.approx(one.protection["association"]["covered_at_end"], abs=1e-6)
    assert months.reshape(3, 12).mean(axis=1) == pytest.approx(shares, abs=0.01)  # people come and go
    assert (errors > 0).all() and (errors < 0.05).all()


def test_few_futures_have_no_bands():
    assert futures.fan(result(3)).bands == {} and len(futures.fan(result(3)).single) == 3
    assert len(futures.fan(result(300)).single) == 3


def test_trouble_by_year_is_that_of_the_object():
    one = result(300)
    rows = futures.troubles(one)
    assert list(rows) == ["late", "late without support", "stopped", "lost", "deficit"]
    for name in ("late", "stopped", "lost", "deficit"):
        shares, limits = rows[name]
        assert list(shares) == getattr(one, name)["by_year"]
        assert limits[-1] == pytest.approx(getattr(one, name)["interval"], abs=1e-6)
        assert ((limits[:, 0] <= shares) & (shares <= limits[:, 1])).all()


@pytest.mark.parametrize(
    "worlds, sets, said",
    [
        (100, POOR, r"(More than 99|100) of 100 mutuals like ours run short within 3 years \(between \d+ and 100\)"),
        (100, (RICH,), r"Fewer than \d+ of 100 mutuals like ours run short within 3 years"),
        (3, (RICH,), "None of 3 futures ran short within 3 years"),
        (1, (RICH,), "The one future that was lived did not run short within 3 years"),
        (60, ("years=1", "start=2027-04-01", "scheme.membership.intakes=none"), "futures ran short within a year"),
    ],
)
def test_the_title_is_the_finding_with_protection_beside_it(worlds, sets, said):
    figure = plots.plot(result(worlds, *sets))
    assert re.search(said, figure.finding)
    assert re.search(r"Of 100 people, .* are covered in an average month\.$", figure.finding)
    foot = next(text.get_text() for text in figure.texts if text.get_text().startswith("mho_sim "))
    hashed = result(worlds, *sets).scenario.hash.removeprefix("sha256:")[:12]
    assert f"scenario {hashed}; seed 1; {worlds} world" in foot and result(worlds, *sets).scenario.currency == "XOF"


def framed(figure):
    return figure.findobj(lambda artist: artist.get_gid() == "met")


def cells(figure):
    """(text, its colour, the shade below) of the cells of a grid."""
    return [
        (text.get_text(), text.get_color(), float(patch.get_facecolor()[0]))
        for axes in figure.axes
        for text, patch in zip(axes.texts, [patch for patch in axes.patches if patch.get_gid() != "met"])
    ]


def test_the_cells_say_the_figures_as_their_interval_carries():
    frame = grid(4, 3)
    found = [text for text, *_ in cells(plots.heat_map(frame, *SCHEME[:2]))]
    by_row = frame.sort_values([SCHEME[1], SCHEME[0]])["late"]
    assert found == [f"{100 * late:.0f}" for late in by_row]  # intervals some 9 of 100 wide
    narrow = frame.assign(late_low=frame["late"] - 0.0004, late_high=frame["late"] + 0.0004)
    found = [text for text, *_ in cells(plots.heat_map(narrow, *SCHEME[:2]))]
    assert found == [f"{100 * late:.2f}" if 0 < late < 1 else f"{100 * late:.0f}" for late in by_row]


@pytest.mark.parametrize(
    "target, holds", [("late<=20%", np.less_equal), ("late<20%", np.less), ("late>=60%", np.greater_equal)]
)
def test_exactly_the_cells_that_meet_the_target_are_framed(target, holds):
    frame = grid(6, 5).assign(late=lambda points: points["late"].round(1))
    frame = frame.assign(late_low=(frame["late"] - 0.15).clip(0), late_high=(frame["late"] + 0.15).clip(None, 1))
    limit = float(target[-3:-1]) / 100
    figure = plots.heat_map(frame, *SCHEME[:2], target=target)
    met, surely = holds(frame["late"], limit), holds(frame["late_high" if "<" in target else "late_low"], limit)
    assert len(framed(figure)) == met.sum()
    assert sum(patch.get_linestyle() in ("-", "solid") for patch in framed(figure)) == surely.sum()
    axes = next(axes for axes in figure.axes if axes.texts)
    inside = [
        text.get_text()
        for text in axes.texts
        if any(patch.get_bbox().contains(*text.get_position()) for patch in framed(figure))
    ]
    assert sorted(inside) == sorted(f"{100 * late:.0f}" for late in frame["late"][met])


def test_an_interval_with_one_end_leaves_doubt():
    frame = grid(4, 3).assign(late=0.1, late_low=0.05, late_high=np.nan)
    figure = plots.heat_map(frame, *SCHEME[:2], target="late<=20%")
    assert len(framed(figure)) == 12 and all(patch.get_linestyle() not in ("-", "solid") for patch in framed(figure))
    assert "none of them with the whole interval" in figure.finding


def test_over_what_nobody_decides_a_choice_counts_if_it_always_meets_the_target():
    need = "setting.illness.outpatient.need"
    frame = grid(6, 3, 2).rename(columns={SCHEME[1]: need})
    met = frame.assign(met=frame["late"] <= 0.5).groupby([SCHEME[0], SCHEME[2]])["met"].all()
    for axes in ((SCHEME[0], need, SCHEME[2]), (need, SCHEME[2], SCHEME[0]), (SCHEME[2], SCHEME[0], need)):
        finding = plots.heat_map(frame, *axes[:2], over=axes[2], target="late<=50%").finding
        assert f" {met.sum()} of 12 choices meet it with all that the setting may be" in finding, finding
    assert 0 < met.sum() < 12
    assert "choices" not in plots.heat_map(grid(6, 3), *SCHEME[:2], target="late<=50%").finding


def test_numbers_stand_out_from_their_cell():
    """Contrast of at least 4.5, as WCAG 2.1 asks for."""

    def light(shade):
        return shade / 12.92 if shade <= 0.04045 else ((shade + 0.055) / 1.055) ** 2.4

    for _, colour, shade in cells(plots.heat_map(grid(12, 12), *SCHEME[:2])):
        ends = sorted((light(shade), light(matplotlib.colors.to_rgb(colour)[0])))
        assert (ends[1] + 0.05) / (ends[0] + 0.05) >= 4.5


def test_darker_is_more():
    found = cells(plots.heat_map(grid(5, 5), *SCHEME[:2]))
    order = sorted(found, key=lambda cell: int(cell[0]))
    shades = [shade for _, _, shade in order]
    assert all(after <= before + 0.01 for before, after in pairwise(shades)) and shades[0] > shades[-1]


def test_a_point_that_is_missing_is_left_white():
    frame = grid(3, 3).iloc[1:]
    assert len(cells(plots.heat_map(frame, *SCHEME[:2]))) == 8
    whole = frame.assign(late=np.where(np.arange(8) == 3, np.nan, frame["late"]))
    readable(plots.heat_map(whole, *SCHEME[:2], target="late<=50%"))


@pytest.mark.parametrize(
    "arguments, said",
    [
        (("scheme.contribution.amont", SCHEME[1]), "no 'scheme.contribution.amont'"),
        ((SCHEME[0], SCHEME[0]), "named twice"),
        (SCHEME[:2], "they differ in scheme.membership.waiting.default: choose one of its values"),
        ((*SCHEME[:2], "late", "covered>=50%", SCHEME[2]), "speaks of covered, and the cells show late"),
    ],
)
def test_a_grid_that_cannot_be_drawn_is_refused(arguments, said):
    with pytest.raises(ValueError, match=re.escape(said)):
        plots.heat_map(grid(3, 3, 2), *arguments)


@pytest.mark.parametrize("seed", range(20))
def test_nobody_beats_the_points_of_the_frontier(seed):
    """By brute force, with ties."""
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(rng.integers(0, 5, (40, 3)), columns=["members_pay", "late", "covered"]).astype(float) / 10

    def beats(a, b):
        as_good = a.members_pay <= b.members_pay and a.late <= b.late and a.covered >= b.covered
        return as_good and (a.members_pay < b.members_pay or a.late < b.late or a.covered > b.covered)

    rows = list(frame.itertuples())
    assert list(unbeaten.unbeaten(frame)) == [not any(beats(other, row) for other in rows) for row in rows]


def test_the_line_of_the_frontier_joins_what_nobody_beats():
    frame = grid(6, 5)
    (line,) = plots.frontier(frame).findobj(lambda artist: artist.get_gid() == "frontier")
    best = frame[unbeaten.unbeaten(frame)].sort_values("members_pay")
    assert np.array(line.get_xdata()) == pytest.approx(best["members_pay"].to_numpy())
    assert np.array(line.get_ydata()) == pytest.approx(100 * best["late"].to_numpy())


def test_a_point_without_a_figure_is_beaten():
    frame = grid(2, 2)
    frame.loc[0, ["members_pay", "late", "covered"]] = [0.0, 0.0, np.nan]
    assert not unbeaten.unbeaten(frame)[0] and unbeaten.unbeaten(frame).any()
    readable(plots.frontier(frame))


def test_a_sign_agrees_with_the_number_that_is_told():
    """48.6 of 100 is told as 49, and stands with those that are not fewer than 49."""
    groups = [30.0, 49.0, 69.0, 90.0]
    signs = [
        unbeaten.SIGNS.index(unbeaten._sign(share, groups)) for share in (0.3, 0.484, 0.486, 0.49, 0.684, 0.69, 0.9)
    ]
    assert signs == [0, 0, 1, 1, 1, 2, 2]


def test_dots_are_hollow_where_it_is_about_the_same():
    frame = differences(5)
    figure = plots.paired_differences(frame)
    hollow, solid = (figure.findobj(lambda artist, name=name: artist.get_gid() == name) for name in ("same", "differs"))
    assert {line.get_markerfacecolor() for line in solid} == {"0"}
    in_panels = [line for line in hollow if len(line.get_xdata()) == 1 and line.axes.axison]
    assert len(in_panels) == frame["same"].sum()
    assert {line.get_markerfacecolor() for line in hollow} == {"white"}


def test_a_difference_beyond_chance_is_not_told_as_nothing():
    frame = pd.DataFrame(
        [("dearer", "late", -0.018, -0.033, -0.0034, False)],
        columns=["option", "figure", "difference", "low", "high", "same"],
    )
    figure = plots.paired_differences(frame)
    assert any(text.get_text() == "−1.8 (−3.4 to −0.2)" for text in figure.texts)
    assert figure.finding == "Dearer, beside 'today': run short −1.8 of 100."


def test_the_tornado_has_the_largest_first():
    one = found()
    figure = plots.tornado(one)
    frame = one.tornado
    assert list(frame["own_funds_difference"].abs()) == sorted(frame["own_funds_difference"].abs(), reverse=True)
    axes = figure.axes[0]
    widths = [patch.get_width() for patch in axes.patches]
    bars, chance = np.array(widths[:-1]).reshape(-1, 2).sum(axis=1), widths[-1]
    assert bars == pytest.approx(frame["own_funds_difference"].abs().to_numpy(), rel=1e-9)
    pairs = one.today["own_funds"].reshape(-1, 2)
    spread = np.sqrt(((pairs[:, 0] - pairs[:, 1]) ** 2).mean() / 2)
    assert chance == pytest.approx(2 * 1.645 * spread, rel=1e-6)


def stub(ends, low=0.0, high=1.0, worlds=400):
    """A `Sensitivity` of one number whose figures at each end are known."""
    one = found()
    path = next(iter(one.scenario.unknowns))
    sides = [{"late": np.full(worlds, 0.5), "own_funds": np.full(worlds, float(value))} for value in ends]
    today = {"late": np.full(worlds, 0.5), "own_funds": np.full(worlds, 1_000.0), "reserve": np.zeros(worlds)}
    return Sensitivity(one.scenario, 1, worlds, 0, today, {path: sides}, None)


@pytest.mark.parametrize("ends", [(500, 2_000), (2_000, 500), (1_500, 2_000), (1_000, 1_000), (-5e9, 7e9)])
def test_a_tornado_of_any_shape_is_readable(ends):
    readable(plots.tornado(stub(ends)))


def test_what_may_be_chance_has_no_colour():
    figure = plots.tornado(stub((1_000, 1_000)))
    assert "too few to tell" in figure.finding
    assert {patch.get_facecolor()[:3] for patch in figure.axes[0].patches} == {(1.0, 1.0, 1.0)}


# Numbers


@pytest.mark.parametrize(
    "number, low, high, text",
    [
        (14.32, 12.2, 16.6, "14"),
        (14.32, 14.2, 14.45, "14.3"),
        (12_437, 11_900, 13_100, "12 400"),
        (12_437, 5_000, 20_000, "12 000"),
        (-12_437, -13_100, -11_900, "−12 400"),
        (0.0, 0.0, 0.7, "0"),
        (12_437, None, None, "12 400"),
        (3, 3, 3, "3"),
    ],
)
def test_a_number_is_rounded_as_its_interval_carries(number, low, high, text):
    assert scales.carried(number, low, high, least=12).replace("\u202f", " ") == text


@pytest.mark.parametrize("low, high", [(0, 1), (0, 7), (-3.2, 14), (0, 2_345_678), (-5e9, 1e7), (0.0011, 0.0019)])
@pytest.mark.parametrize("most", [2, 5, 8])
def test_ticks_are_round_and_inside(low, high, most):
    marks = scales.ticks(low, high, most)
    assert all(low - 1e-9 <= mark <= high + 1e-9 for mark in marks) and len(marks) <= most + 1
    steps = np.diff(marks)
    if len(steps):
        assert steps == pytest.approx(steps[0])
        assert f"{steps[0]:e}"[:3] in ("1.0", "2.0", "2.5", "5.0")


def test_values_of_axes_are_told_as_they_are_written():
    assert values_told([0.0, 0.25, 0.5]) == ["0%", "25%", "50%"]
    assert values_told([300, 1_500]) == ["300", "1\u202f500"]
    assert values_told(["none", "3 months"]) == ["none", "3 months"]
    assert axis_words("scheme.contribution.amount", "XOF") == "contribution, XOF"
    assert axis_words("setting.illness.hospital.need") == "how often hospital care is needed"
    assert axis_words("scheme.grace") == "grace"


def test_figures_are_told_in_their_unit():
    late = figure_of("late")
    assert value_told(late, 0.143, 0.122, 0.166) == "14" and value_told(late, None) == "–"
    assert late.told() == "run short, of 100 mutuals"
    assert figure_of("members_pay").told("XOF") == "members pay, a person and year, XOF"
    assert figure_of("claims_ratio", [0.81, 0.92]).of and not figure_of("visits", [1, 2]).of


@pytest.mark.parametrize("width", [0.5, 1.5, 4, 15])
def test_lines_are_no_wider_than_they_may_be(width):
    words = "Of 100 mutuals 12 345 678 run short " + "x" * 60
    lines = sheet.broken(words, width)
    assert "".join(lines).replace(" ", "").replace("\u202f", "") == words.replace(" ", "")
    assert all(sheet.wide(line) <= width or len(line) == 1 for line in lines)
    assert not any("12\n345" in "\n".join(lines) for _ in lines)


def test_nothing_rests_on_colour():
    """Every dot of every picture is a grey."""
    figures = [plots.plot(result(100, *POOR), "both"), plots.tornado(found()), plots.frontier(grid(4, 3))]
    figures += [plots.heat_map(grid(4, 3), *SCHEME[:2], target="late<=20%"), plots.paired_differences(differences(3))]
    for figure in figures:
        canvas = FigureCanvasAgg(figure)
        canvas.draw()
        dots = np.asarray(canvas.buffer_rgba())[..., :3]
        assert (dots == dots[..., :1]).all() and len(np.unique(dots)) > 2


# Files


@pytest.mark.parametrize("ending", ["png", "svg", "pdf"])
def test_the_same_result_gives_the_same_file(ending):
    first, again = (plots.picture_bytes(plots.plot(result(60, "years=1")), ending) for _ in range(2))
    assert first == again
    for word in (b"CreationDate", b"dc:date", b"tIME"):
        assert word not in first


def test_neither_threads_nor_anybodys_settings_change_a_byte():
    expected = plots.picture_bytes(plots.plot(result(60, "years=1"), "both"), "png")
    lines = plots.picture_bytes(plots.plot(result(60, "years=1"), "both"), "svg")
    with ThreadPoolExecutor(4) as pool:
        drawn = pool.map(lambda _: plots.picture_bytes(plots.plot(result(60, "years=1"), "both"), "png"), range(8))
    assert set(drawn) == {expected}
    theirs = {
        "axes.facecolor": "black", "figure.facecolor": "black", "savefig.facecolor": "black", "text.color": "red",
        "axes.edgecolor": "red", "xtick.color": "red", "ytick.color": "red", "grid.color": "red", "axes.grid": True,
        "lines.linewidth": 7, "lines.color": "red", "patch.edgecolor": "red", "patch.linewidth": 5,
        "font.family": "monospace", "font.size": 20, "xtick.top": True, "ytick.right": True, "xtick.direction": "in",
        "xtick.minor.visible": True, "axes.spines.top": True, "figure.constrained_layout.use": True,
        "savefig.bbox": "tight", "savefig.dpi": 30, "figure.dpi": 30, "svg.fonttype": "none", "svg.hashsalt": "x",
        "axes.axisbelow": False, "lines.marker": "*", "lines.linestyle": ":", "axes.linewidth": 4, "path.snap": True,
        "lines.markeredgewidth": 3, "hatch.linewidth": 4, "axes.titlesize": 20, "xtick.major.size": 12,
    }  # fmt: skip
    with matplotlib.rc_context(theirs):
        before = dict(matplotlib.rcParams)
        assert plots.picture_bytes(plots.plot(result(60, "years=1"), "both"), "png") == expected
        assert plots.picture_bytes(plots.plot(result(60, "years=1"), "both"), "svg") == lines
        assert dict(matplotlib.rcParams) == before


def test_nothing_touches_pyplot_and_another_process_gives_the_same_bytes():
    code = f"""
import sys, hashlib, mho_sim
from mho_sim.report import plots
result = mho_sim.simulate(mho_sim.load({SCENARIO!r}, ["years=1"]), worlds=60, seed=1, workers=1)
figure = mho_sim.plot(result)
print(*(hashlib.sha256(plots.picture_bytes(figure, ending)).hexdigest() for ending in ("png", "svg", "pdf")))
figure._repr_png_()
print("matplotlib.pyplot" in sys.modules)
"""
    told = {
        subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True, text=True, check=True, env={**os.environ, "PYTHONHASHSEED": seed},
        ).stdout
        for seed in ("1", "2")
    }  # fmt: skip
    assert len(told) == 1
    digests, touched = told.pop().strip().rsplit("\n", 1)
    assert touched == "False" and len(set(digests.split())) == 3


def test_importing_the_room_imports_no_matplotlib():
    code = "import sys, mho_sim.report.plots, mho_sim.report.files; print('matplotlib' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() == "False"


@pytest.mark.parametrize(
    "title", ["Pay $5 or $6 a month", "አማርኛ and 健康 and \u200b", "a_b^c {x} \\frac", "tab\tnew\nline"]
)
def test_any_title_can_be_drawn(title):
    """Without a warning: those are errors here."""
    frame = grid(2, 2).assign(option=title)
    figure = plots.frontier(frame, plots.Source(title, "sha256:0", "XOF"))
    assert plots.picture_bytes(figure, "png").startswith(b"\x89PNG")
    readable(figure)


def test_kinds_of_pictures():
    with pytest.raises(ValueError, match="There is no picture 'pie' of a Result: write fan or trouble or both"):
        mho_sim.plot(result(3), "pie")
    with pytest.raises(ValueError, match="There is no picture of a int, only of a Result or a Sensitivity"):
        mho_sim.plot(3)
    assert mho_sim.plot(result(3)).finding == plots.cash_fan(result(3)).finding
    assert isinstance(result(3), Result)


# The command line


def run(*arguments):
    return CliRunner().invoke(commands, [*arguments, "--quiet"], prog_name="mho-sim")


@pytest.mark.parametrize("ending, begins", [(".png", b"\x89PNG"), (".SVG", b"<?xml"), (".pdf", b"%PDF")])
def test_run_draws_a_picture_beside_its_answer(tmp_path, ending, begins):
    place = tmp_path / f"a{ending}"
    done = run("run", SCENARIO, "--worlds", "20", "--set", "years=1", "--json", "--plot", str(place))
    assert done.exit_code == 0 and json.loads(done.stdout)["worlds"] == 20
    assert place.read_bytes().startswith(begins)
    assert [file.name for file in tmp_path.iterdir()] == [place.name]


def test_sensitivity_draws_a_picture(tmp_path):
    (tmp_path / "small.yaml").write_text(__import__("test_sensitivity").SMALL, encoding="utf-8")
    place = tmp_path / "a.svg"
    done = run("sensitivity", str(tmp_path / "small.yaml"), "--worlds", "40", "--no-indices", "--plot", str(place))
    assert done.exit_code == 0, done.output
    assert place.read_bytes().startswith(b"<?xml") and "figures that nobody knows" in " ".join(done.stdout.split())


@pytest.mark.parametrize("command", ["run", "sensitivity"])
@pytest.mark.parametrize(
    "place, said",
    [
        ("a.jpg", "--plot a.jpg ends in '.jpg', and the ending says what is written. Known are .png"),
        ("a", "has no ending"),
        ("nowhere/a.png", "the folder nowhere does not exist"),
    ],
)
def test_a_place_for_no_picture_is_refused_before_anything_is_simulated(command, place, said, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    done = run(command, SCENARIO, "--worlds", "100000", "--plot", place)
    assert done.exit_code == 2 and said in done.output and done.output.count("\n") == 1


@pytest.mark.parametrize("command", ["run", "sensitivity"])
def test_without_matplotlib_a_sentence_says_what_to_do(command, monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    done = run(command, SCENARIO, "--worlds", "100000", "--plot", str(tmp_path / "a.png"))
    assert (done.exit_code, done.output) == (2, "plots need matplotlib: pip install 'mho_sim[plot]'\n")
    with pytest.raises(ImportError, match=re.escape("pip install 'mho_sim[plot]'")):
        plots.plot(result(3))


def test_exact_lives_no_futures_to_draw(tmp_path):
    done = CliRunner().invoke(commands, ["run", SCENARIO, "--exact", "--plot", str(tmp_path / "a.png")])
    assert done.exit_code == 2 and "so --plot has no meaning with it" in done.output


# Of comparisons and studies


def test_a_comparison_draws_what_its_verdicts_rest_on(tmp_path):
    scenario = load(shipped()["village-mutual"])
    options = {"as written": scenario, "wait": scenario.with_("scheme.membership.waiting.default", "4 months")}
    found = mho_sim.compare(options, 60)
    drawn = mho_sim.plot(found)
    clear = [one for part in ("solvency", "protection", "burden") for one in found.verdict(part, "wait").worse]
    assert "covered" in clear and "beside 'as written'" in drawn.finding
    assert "covered" in drawn.finding


def test_a_comparison_tells_what_an_assembly_asks_and_rounds_as_the_page_does():
    """Of three options the title says at what each is better and worse; intervals are those of the page, to the digit;
    and dots are said to rest on wider ones than lines.
    """
    scenario = load(shipped()["village-mutual"])
    wait = scenario.with_("scheme.membership.waiting.default", "4 months")
    dear = scenario.with_("scheme.contribution.amount", 3_000)
    found = mho_sim.compare({"as written": scenario, "wait": wait, "dear": dear}, 200)
    drawn = readable(mho_sim.plot(found))
    assert drawn.finding.startswith("Beside 'as written': wait is ") and "; dear is better in solvency" in drawn.finding
    assert "worse in protection" in drawn.finding and "beyond chance" not in drawn.finding
    said = " ".join(text.get_text() for text in drawn.texts)
    least = math.floor(1000 * found.confidence) / 10
    assert f"a dot is solid where one of {least:g}% leaves no doubt" in said
    page = mho_sim.report.compare_text(found).splitlines()
    rows = [line.rstrip(" *") for line in page if "run short, of" in line]
    ends = [re.search(r"[-+][0-9.]+ to [-+]?[0-9.]+$", row)[0] for row in rows]
    assert len(ends) == 2
    assert all(f"({one})".replace("-", scales.MINUS) in said for one in ends), said


def test_the_first_number_of_an_axis_has_room():
    """A single option has no name at the left: the number below the end of its axis begins on the edge."""
    frame = pd.DataFrame(
        [("dearer", "late", -0.07, -0.125, -0.0034, False), ("dearer", "own_funds", -1.0e6, -1.25e6, -0.9e6, False)],
        columns=["option", "figure", "difference", "low", "high", "same"],
    )
    figure = readable(plots.paired_differences(frame))
    edge = 0.4 / 2.54 * figure.dpi
    assert min(box.x0 for _, box in texts(figure)) >= edge - 2


def test_a_study_draws_its_grid_and_its_frontier(tmp_path):
    from mho_sim.sweeps import Study, Threads, live_study, read_plan

    (tmp_path / "x.study.yaml").write_text(
        "study: small\nscenario: village-mutual\nworlds: 20\ngrid:\n"
        "  scheme.contribution.amount: [1_800, 2_400, 3_000]\n"
        "  scheme.membership.waiting.default: [none, 2 months]\n"
    )
    live_study(read_plan(tmp_path / "x.study.yaml"), tmp_path / "x.db", Threads(2))
    with Study(tmp_path / "x.db") as study:
        assert "of 6 combinations" in mho_sim.plot(study, "grid", target="late<=50%").finding
        assert mho_sim.plot(study, "frontier").finding
        with pytest.raises(ValueError, match=r"scheme\.benefits is no axis"):
            mho_sim.plot(study, "grid", across="scheme.benefits")
    run = CliRunner().invoke
    for kind in ("grid", "frontier"):
        assert run(commands, ["study", "plot", str(tmp_path / "x.db"), str(tmp_path / f"{kind}.png"), "--kind", kind])
        assert (tmp_path / f"{kind}.png").stat().st_size > 1000
    wrong = run(commands, ["study", "plot", str(tmp_path / "x.db"), str(tmp_path / "x.png"), "--figure", "lat"])
    assert wrong.exit_code == 2 and "did you mean 'late'?" in wrong.stderr
