"""Tells: what was understood, what a study found, on one page, and one future as a story, in the field's words.

`run_text(result)` is the page, `statements_text(result)` the statements, `price_text(price)` the price,
`exact_text(exact)` the exact answer, `solve_text(solved)` what is needed for a target, `sensitivity_text(found)` which
unknown figures matter, `experience_text(experience)` a register beside the plan, `watch_text(watch)` what watching it
is worth, `validation_text(book)` the validation book; `plot(found)` a picture, and `report.plots` has all of them.
"""

from importlib import import_module

_DOORS = {
    "exact_text": "exact",
    "experience_text": "experience",
    "plot": "plots",
    "price_text": "price",
    "run_text": "page",
    "sensitivity_text": "sensitivity",
    "solve_text": "solve",
    "statements_text": "books",
    "validation_text": "validation",
    "watch_text": "experience",
}
__all__ = list(_DOORS)


def __getattr__(name):
    """A text or a picture is imported only when somebody asks for it: reading a scenario needs nothing heavy."""
    if name in _DOORS:
        return getattr(import_module(f"mho_sim.report.{_DOORS[name]}"), name)
    raise AttributeError(f"mho_sim.report has no {name!r}; it has {', '.join(_DOORS)}")
