"""Pictures of comparisons and studies: which of their figures and axes are drawn."""

import pandas as pd

from mho_sim.report.plots.differences import paired_differences
from mho_sim.report.plots.figures import axis_words
from mho_sim.report.plots.grid import heat_map
from mho_sim.report.plots.source import Source
from mho_sim.report.plots.unbeaten import frontier
from mho_sim.report.words import listed
from mho_sim.study.comparison import BETTER, BOTH, JUDGED, WORSE

MOST_AXES = 3  # of a grid
MOST_TOLD = 3  # options that are told one by one in a title


def of_comparison(comparison):
    """What each option of a `Comparison` changes, beside the first: the figures that its verdicts rest on."""
    first, frame = comparison.first, comparison.differences.reset_index()
    judged = [figure for figures in JUDGED.values() for figure in figures]
    frame = frame[(frame["than"] == first) & frame["figure"].isin(judged)]
    verdicts = {option: [comparison.verdict(one, option) for one in JUDGED] for option in comparison.names[1:]}
    clear = {option: {name for one in told for name in (*one.better, *one.worse)} for option, told in verdicts.items()}
    same = [figure not in clear[option] for option, figure in zip(frame["option"], frame["figure"])]
    frame = frame.rename(columns={"from": "low", "to": "high"}).assign(same=same)
    scenario = comparison.scenarios[first]
    source = Source(scenario.title, scenario.hash, comparison.currency, comparison.worlds, comparison.seed)
    return paired_differences(frame, first, source, _finding(comparison), comparison.confidence)


def _finding(comparison):
    """At what each option is better and worse than the first; of many, how many are; None where there is but one."""
    first, options = comparison.first, comparison.names[1:]
    if len(options) == 1:
        return None
    words = {name: {one: comparison.verdict(one, name).word for one in JUDGED} for name in options}
    if len(options) <= MOST_TOLD:
        told = "; ".join(f"{name} is {_beside(words[name])}" for name in options)
        return f"Beside '{first}': {told}."
    counts = {
        (word, one): sum(words[name][one] == word for name in options) for word in (BETTER, WORSE) for one in JUDGED
    }
    told = [f"{count} {word} in {one}" for (word, one), count in counts.items() if count]
    return f"Of {len(options)} options, beside '{first}': {', '.join(told) or 'none better or worse'}."


def _beside(words):
    """Better in solvency, worse in burden."""
    parts = [(word, [one for one in JUDGED if words[one] == word]) for word in (BETTER, WORSE, BOTH)]
    return ", ".join(f"{word} in {listed(ones)}" for word, ones in parts if ones) or "about the same"


def grid_of_study(study, figure="late", target=None, across=None, down=None, over=None, at=None):
    """A grid of a figure of a `Study`'s points; `at` leaves those where a path has one value, `{path: text}`. Axes that
    are not named are those with the most values, the third, if there is one, a grid for each. Raises ValueError with a
    sentence where there are more axes, or only one.
    """
    frame, source = study.figures, source_of(study)
    for path, text in (at or {}).items():
        frame = _points_at(study, frame, path, text)
        source = source._replace(title=f"{source.title}; {axis_words(path, study.currency)} {text}")
    many = {path: frame[path].nunique() for path in study.axes}
    for path in (across, down, over):
        if path is not None and path not in many:
            raise ValueError(f"{path} is no axis of the study. Its axes are: {', '.join(many)}.")
    named = [path for path in (across, down, over) if path is not None]
    if len(set(named)) < len(named):
        raise ValueError("One axis is named twice: name different ones.")
    rest = [path for path in many if path not in named and many[path] > 1]
    rest.sort(key=lambda path: (path.startswith("setting."), -many[path]))  # what nobody can decide last
    if len(named) + len(rest) > MOST_AXES or len(named) + len(rest) < 2:
        raise ValueError(
            f"A grid has two or three axes, and the study has {len(many)}: {', '.join(many) or 'none'}. Hold some at "
            "one value (--at PATH=VALUE), or draw the frontier of its points instead (--kind frontier)."
        )
    across = across or rest.pop(0)
    down = down or rest.pop(0)
    over = over or (rest.pop(0) if rest else None)
    return heat_map(frame, across, down, figure, target, over, source)


def _points_at(study, frame, path, text):
    """The points where a path has one value, as it is written in the study."""
    if path not in study.axes:
        raise ValueError(f"{path} is no axis of the study. Its axes are: {', '.join(study.axes)}.")
    found = frame[[study.chosen[point][path] == text for point in frame.index]]
    if found.empty:
        values = dict.fromkeys(study.chosen[point][path] for point in frame.index)
        raise ValueError(f"{path} is nowhere '{text}'. Its values are: {', '.join(values)}.")
    return found


def frontier_of_study(study):
    """What members pay, solvency and protection of a `Study`'s points; where some of its axes nobody can decide, of
    each choice of the assembly at its worst over these: none is beaten by better luck.
    """
    source, choices = source_of(study), study.choices
    if choices is None:
        return frontier(study.figures, source, names="name")
    frame, rows = study.figures, []
    axes = [path for path in study.axes if path.startswith("scheme.")]
    for chosen, ends in zip(choices.index, choices.to_dict("records")):
        chosen = chosen if isinstance(chosen, tuple) else (chosen,)
        of = [tuple(study.chosen[point][path] for path in axes) == chosen for point in frame.index]
        worst = frame[of].sort_values("late").iloc[-1]
        rows.append({"name": ", ".join(chosen), "late": worst["late"], "late_low": worst["late_low"],
                     "late_high": worst["late_high"], "covered": ends["covered_least"],
                     "members_pay": ends["members_pay_most"]})  # fmt: skip
    if not rows:
        raise ValueError("No choice of the assembly is done yet with all that the setting may be.")
    source = source._replace(title=f"{source.title}: each choice at its worst over what nobody can decide")
    return frontier(pd.DataFrame(rows), source, names="name")


def source_of(study):
    """Where a study's points come from."""
    worlds = study.figures["worlds"]
    each = int(worlds.iloc[0]) if worlds.nunique() == 1 else None
    title = study.title if study.complete else f"{study.title} (not complete)"
    return Source(title, study.told["scenario"], study.currency, each, study.seed)
