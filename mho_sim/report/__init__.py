"""Tells: what was understood, what a study found, on one page, and one future as a story, in the field's words.

`run_text(result)` is the page, `statements_text(result)` the statements, `price_text(price)` the price,
`offers_text(offers)` several side by side, `compare_text(comparison)` options in the same futures, `exact_text(exact)`
the exact answer, `solve_text(solved)` what is needed for a target, `sensitivity_text(found)` which unknown figures
matter, `experience_text(experience)` a register beside the plan, `watch_text(watch)` what watching it is worth,
`validation_text(book)` the validation book; `plot(found)` is a picture, and `report.plots` has all of them.
"""

from mho_sim import lazily

_DOORS = {
    "compare_text": "compare",
    "exact_text": "exact",
    "experience_text": "experience",
    "offers_text": "offers",
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
__getattr__ = lazily(__name__, _DOORS)  # what reads a scenario alone needs nothing heavy
