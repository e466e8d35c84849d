"""The scenarios that come with the program, as a list to choose from."""

import textwrap


def catalogue(scenarios, width):
    """Lines of at most `width` characters: name, title, what it is and its sources, of each shipped scenario."""
    lines = []
    for each in scenarios:
        sources = "Sources: " + "; ".join(each.sources) + "." if each.sources else "No sources are named."
        lines += ["", each.name]
        for text in (each.title, each.description, sources):
            lines += textwrap.wrap(text, width, initial_indent="    ", subsequent_indent="    ", break_on_hyphens=False)
    return lines[1:]
