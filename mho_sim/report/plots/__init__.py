"""Draws: pictures of what a study found, for the eye, in black and white too.

`plot(found)` is the door for a `Result`, a `Sensitivity`, a `Comparison` and a `Study`; `cash_fan`, `trouble_by_year`,
`tornado`, `heat_map`, `frontier` and `paired_differences` take results or frames and return a figure of matplotlib;
`picture_bytes` are those of a file. Nothing touches pyplot, its settings or a notebook's own way of drawing. Matplotlib
is imported only when a picture is asked for.
"""

from importlib import import_module

from mho_sim.report.plots.source import Source

_PICTURES = {  # and their modules, none of which may be called as a picture
    "cash_fan": "futures",
    "frontier": "unbeaten",
    "frontier_of_study": "views",
    "grid_of_study": "views",
    "heat_map": "grid",
    "of_comparison": "views",
    "paired_differences": "differences",
    "picture_bytes": "sheet",
    "tornado": "unknowns",
    "trouble_by_year": "futures",
    "two_pictures": "futures",
}
_KINDS = {  # of what a door is asked for: the name of a picture, and the function that draws it; the first is usual
    "Result": {"fan": "cash_fan", "trouble": "trouble_by_year", "both": "two_pictures"},
    "Sensitivity": {"tornado": "tornado"},
    "Comparison": {"differences": "of_comparison"},
    "Study": {"grid": "grid_of_study", "frontier": "frontier_of_study"},
}
MISSING = "plots need matplotlib: pip install 'mho_sim[plot]'"
__all__ = ["MISSING", "Source", "plot", "ready", *_PICTURES]


def plot(found, kind=None, **how):
    """The picture of what was found, a figure of matplotlib: of a `Result` "fan" (the usual one), "trouble" or "both",
    of a `Sensitivity` "tornado", of a `Comparison` "differences", of a `Study` "grid" or "frontier"; `how` goes to its
    function. Raises ValueError for a kind that there is not, and ImportError where matplotlib is not installed.
    """
    kinds = _KINDS.get(type(found).__name__)
    if kinds is None:
        raise ValueError(f"There is no picture of a {type(found).__name__}, only of a {' or a '.join(_KINDS)}.")
    if kind is not None and kind not in kinds:
        raise ValueError(f"There is no picture {kind!r} of a {type(found).__name__}: write {' or '.join(kinds)}.")
    return __getattr__(kinds[kind or next(iter(kinds))])(found, **how)


def ready():
    """Raises ImportError with a sentence where matplotlib is not installed."""
    try:
        import_module("matplotlib")
    except ModuleNotFoundError as error:
        raise ImportError(MISSING) from error


def __getattr__(name):
    """A picture is imported only when somebody asks for it."""
    if name not in _PICTURES:
        raise AttributeError(f"mho_sim.report.plots has no {name!r}; it has {', '.join(__all__)}")
    ready()
    return getattr(import_module(f"mho_sim.report.plots.{_PICTURES[name]}"), name)
