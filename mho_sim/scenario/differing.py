"""In what two scenarios differ: the paths, as `--set` takes them, with what stands there in each."""

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

from mho_sim.scenario.elsewhere import LIST, fingerprint

CHOSEN = "scheme."  # paths of what the assembly decides begin so
REMARKS = ("title", "based_on", "source", "note", "name")  # keys from which nothing is computed


class Differs(NamedTuple):
    """A path, and what stands there in one scenario and in another, as it could be written in a file; None where
    nothing is written.
    """

    path: str
    before: Any
    after: Any

    @property
    def is_remark(self) -> bool:
        """Whether nothing is computed from it."""
        is_text = all(value is None or isinstance(value, str) for value in (self.before, self.after))
        return is_text and self.path.rpartition(".")[2] in REMARKS

    @property
    def is_chosen(self) -> bool:
        """Whether the assembly decides it."""
        return self.path.startswith(CHOSEN)


def differing(before: Any, after: Any) -> list[Differs]:
    """In what two scenarios differ, in the order of their files; nothing where their hashes are equal, and only there.

    A mapping or a list that only one of them has is one difference, as are lists of different lengths. Registers that
    are written alike but hold other people differ at `setting.association.list`, by their fingerprints.
    """
    found = list(_within(before.content, after.content, ()))
    people = [None if one.members is None else fingerprint(one.members) for one in (before, after)]
    path = ".".join(LIST)
    if people[0] != people[1] and all(one.path != path for one in found):
        found.append(Differs(path, *(f"people {told[:8]}" if told else None for told in people)))
    return found


def _within(before: Any, after: Any, path: tuple[str, ...]) -> Iterator[Differs]:
    if path and isinstance(before, dict) and isinstance(after, dict) and not _descends(before, after):
        yield Differs(".".join(path), before, after)
    elif isinstance(before, dict) and isinstance(after, dict):
        for key in [*before, *(key for key in after if key not in before)]:
            yield from _within(before.get(key), after.get(key), (*path, key))
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for place, (one, other) in enumerate(zip(before, after)):
            yield from _within(one, other, (*path, str(place)))
    elif before != after:
        yield Differs(".".join(path), before, after)


def _descends(before: dict[str, Any], after: dict[str, Any]) -> bool:
    """Whether a path can name what is inside: a key with a dot in it cannot be named."""
    return not any("." in key for key in (*before, *after))


def flow(value: Any) -> str:
    """A value as it would be written in one line of a file; `none` where nothing is written."""
    if value is None:
        return "none"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{key}: {flow(inner)}' for key, inner in value.items())}}}"
    if isinstance(value, list):
        return f"[{', '.join(map(flow, value))}]"
    if isinstance(value, str):
        plain = not any(sign in value for sign in ",:{}[]#'\"\n") and value.strip() == value and value
        return value if plain else json.dumps(value, ensure_ascii=False)
    if isinstance(value, int) and abs(value) >= 1000:
        return f"{value:_}"
    return f"{value:g}" if isinstance(value, float) and abs(value) < 1e5 else str(value)
