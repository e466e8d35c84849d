"""Passes a test if all figures of the validation book that it looks at lie inside their bands."""


def accept(*figures):
    """Pass if there are figures and all of them are inside; the failure tells which are not."""
    assert figures and all(figure.inside for figure in figures), "\n".join(
        f"{figure.name}: expected {figure.expected}, obtained {figure.obtained}, band {figure.low} to {figure.high}"
        for figure in figures
        if not figure.inside
    )
