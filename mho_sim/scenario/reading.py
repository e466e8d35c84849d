"""Reads YAML strictly: every scalar stays text, every value keeps its place; what could surprise is refused."""

import io
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NoReturn

from ruamel.yaml import YAML, events
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from mho_sim.scenario.faults import Fault, Mark, Path, ScenarioError, Source, fault_at, quoted, spoken

LARGEST_FILE = 1024 * 1024
DEEPEST = 20
MOST_NODES = 10_000
UNWANTED = (
    re.compile(  # control characters; soft hyphens, zero-width spaces and marks that turn text around; surrogates
        "[\0-\x08\x0b-\x1f\x7f-\x9f\xad\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff\ufffe\uffff]"
    )
)
STRUCTURAL = (events.StreamStartEvent, events.DocumentStartEvent, events.DocumentEndEvent, events.StreamEndEvent)


@dataclass(slots=True)
class Node:
    """A value with its place: text, a number from Python, a list of nodes, or a mapping of nodes."""

    value: Any
    mark: Mark
    keys: dict[str, Mark] = field(default_factory=dict)

    def plain(self) -> Any:
        """The node as plain mappings, lists and texts."""
        if isinstance(self.value, dict):
            return {key: node.plain() for key, node in self.value.items()}
        return [node.plain() for node in self.value] if isinstance(self.value, list) else self.value

    def copy(self) -> "Node":
        """The same tree, of which other values can be made; the places are shared."""
        if isinstance(self.value, dict):
            return Node({key: node.copy() for key, node in self.value.items()}, self.mark, dict(self.keys))
        return Node([node.copy() for node in self.value] if isinstance(self.value, list) else self.value, self.mark)


def decode(raw: bytes, name: str) -> str:
    """A file's bytes as text: UTF-8, at most 1 MiB."""
    if len(raw) > LARGEST_FILE:
        _stop(Mark(Source(name)), "The file is larger than 1 MiB; a scenario is a few pages.")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        _stop(
            Mark(Source(name), line), "This line is not in UTF-8. Save the file as plain text with the encoding UTF-8."
        )


def read(text: str, name: str) -> tuple[Node, list[Fault]]:
    """The tree of a text, with the faults that do not stop the reading; those that do are raised."""
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    source = Source(name, tuple(text.split("\n")))
    if len(text.encode("utf-8", "replace")) > LARGEST_FILE:
        _stop(Mark(Source(name)), "The text is larger than 1 MiB; a scenario is a few pages.")
    if match := UNWANTED.search(text):
        before = text[: match.start()]
        mark = Mark(source, before.count("\n") + 1, match.start() - before.rfind("\n"))
        _stop(mark, f"There is a hidden character here (U+{ord(match[0]):04X}). Delete it.")
    try:
        return _Reader(source).tree(text)
    except ScenarioError:
        raise
    except MarkedYAMLError as error:
        _stop(_yaml_mark(source, error.problem_mark or error.context_mark), _layout(error, source))
    except (YAMLError, ValueError, OverflowError, TypeError, AttributeError, IndexError):
        _stop(Mark(source, 1, 1), "The file cannot be read as YAML. Compare its layout with a scenario that works.")


def _stop(mark: Mark, sentence: str) -> NoReturn:
    raise ScenarioError([fault_at(mark, (), sentence)]) from None


def _yaml_mark(source: Source, mark: Any) -> Mark:
    return Mark(source, 1, 1) if mark is None else Mark(source, mark.line + 1, mark.column + 1)


def _layout(error: MarkedYAMLError, source: Source) -> str:
    mark = error.problem_mark or error.context_mark
    line = source.lines[mark.line] if mark and source.lines and mark.line < len(source.lines) else ""
    if "\t" in line:
        return "There is a tab in this line. Indent with spaces."
    if len(source.lines or ()) == 1:
        return (
            "This cannot be read. Look for a bracket or quote that is not closed, a colon without a space after it, or "
            "text with a colon but no quotes."
        )
    return (
        "The layout is broken here or in the line above. Look for a colon without a space after it, a line indented "
        "differently from its neighbours, a bracket or quote that is not closed, or text with a colon but no quotes."
    )


class _Reader:
    """One pass over the parser's events."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.faults: list[Fault] = []

    def tree(self, text: str) -> tuple[Node, list[Fault]]:
        """The nodes of a text, with their places; every fault of layout is told."""
        stream = self._events(text)
        first = next(stream, None)
        if first is None:
            _stop(Mark(self.source, 1, 1), "The file is empty.")
        root = self._node(first, stream, ())
        for _ in stream:
            pass
        return root, self.faults

    def _events(self, text: str) -> Iterator[Any]:
        """The events that carry content, counted, so that nothing large or deep is ever built."""
        depth = nodes = documents = 0
        for event in YAML(typ="safe", pure=True).parse(io.StringIO(text)):
            if isinstance(event, events.DocumentStartEvent):
                documents += 1
                self._document(event, documents)
            if isinstance(event, STRUCTURAL):
                continue
            depth += isinstance(event, events.CollectionStartEvent) - isinstance(event, events.CollectionEndEvent)
            nodes += not isinstance(event, events.CollectionEndEvent)
            if depth > DEEPEST:
                _stop(self._mark(event), f"Brackets or indents are nested more than {DEEPEST} deep here.")
            if nodes > MOST_NODES:
                _stop(self._mark(event), f"The file has more than {MOST_NODES} keys and values.")
            yield event

    def _document(self, event: Any, documents: int) -> None:
        if documents > 1:
            _stop(self._mark(event), "A second document begins here ('---'). A file holds one scenario.")
        if event.version or event.tags:
            line = next(n for n, line in enumerate(self.source.lines or (), 1) if line.startswith("%"))
            _stop(Mark(self.source, line, 1), "Lines that begin with '%' are not used in scenarios. Delete the line.")

    def _mark(self, event: Any) -> Mark:
        return _yaml_mark(self.source, event.start_mark)

    def _fault(self, event: Any, path: Path, sentence: str) -> None:
        self.faults.append(fault_at(self._mark(event), path, sentence))

    def _node(self, event: Any, stream: Iterator[Any], path: Path, key: Mark | None = None) -> Node:
        mark = self._mark(event)
        if isinstance(event, events.AliasEvent):
            self._fault(event, path, f"{self._word(event)} repeats another part of the file. Write it out.")
            return Node("", mark)
        self._refuse_marks(event, path)
        if isinstance(event, events.MappingStartEvent):
            return self._mapping(mark, stream, path)
        if isinstance(event, events.SequenceStartEvent):
            return Node(list(self._items(stream, path)), mark)
        if not event.value and event.style is None and not event.anchor and not event.tag:
            self.faults.append(fault_at(key or mark, path, _nothing(path)))
        return Node(self._text(event, path), mark)

    def _refuse_marks(self, event: Any, path: Path) -> None:
        if event.anchor:
            self._fault(event, path, f"{self._word(event)} gives a name to a part of the file. Delete this mark.")
        elif event.tag:
            self._fault(event, path, f"{self._word(event)} is a type mark. Delete it; text with '!' goes in quotes.")

    def _word(self, event: Any) -> str:
        """The word that stands in the file where an event begins."""
        line = (self.source.lines or ())[event.start_mark.line]
        return quoted(line[event.start_mark.column :].split(" ")[0])

    def _items(self, stream: Iterator[Any], path: Path) -> Iterator[Node]:
        place = 0
        while not isinstance(event := next(stream), events.SequenceEndEvent):
            yield self._node(event, stream, (*path, place))
            place += 1

    def _text(self, event: Any, path: Path) -> str:
        if UNWANTED.search(event.value):
            self._fault(event, path, "This text holds a hidden character, written with '\\'. Delete it.")
        return unicodedata.normalize("NFC", event.value)

    def _mapping(self, mark: Mark, stream: Iterator[Any], path: Path) -> Node:
        node = Node({}, mark)
        while not isinstance(event := next(stream), events.MappingEndEvent):
            key, place = self._key(event, stream, path), self._mark(event)
            inner = (*path, key)
            value = self._node(next(stream), stream, inner, place)
            if key == "<<":
                self._fault(event, inner, "'<<' copies another part of the file. Write the keys out.")
            elif key in node.value:
                line = node.keys[key].line
                self._fault(event, inner, f"{spoken(inner)} is written twice, first in line {line}. Keep one of them.")
            elif key:
                node.value[key], node.keys[key] = value, place
        return node

    def _key(self, event: Any, stream: Iterator[Any], path: Path) -> str:
        """The text of a key, or nothing if it cannot be one, which is told."""
        if not isinstance(event, events.ScalarEvent):
            self._fault(event, path, "A key must be a word or a number, not a list, a table or a reference.")
            if isinstance(event, events.CollectionStartEvent):
                self._node(event, stream, path)
            return ""
        self._refuse_marks(event, path)
        if not event.value:
            self._fault(event, path, "There is a colon without a key before it.")
        return self._text(event, path)


def _nothing(path: Path) -> str:
    key = str(path[-1]) if path else ""
    if key.isdecimal():
        return (
            f"Inside {{ }} a comma ends a value, so '{key}' is taken for a key without a value. "
            "Write thousands with a space and decimals with a point."
        )
    return f"{spoken(path) or 'The file'} is empty. Write a value, or delete the key."
