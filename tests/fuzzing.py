"""Scenario files with mistakes in them, made from sound ones by a person's and a machine's clumsiness.

`fuzzed(number)` is the same file for the same number. It begins with a sound text (generated, shipped, or the small
one), and changes it once or a few times: in its tree, where types, signs, ranges, units, dates, keys and references
are; or in its characters, where layout, encoding and YAML's own surprises are.
"""

import json
import random
import re
from copy import deepcopy
from functools import cache
from pathlib import Path

from scenario_generator import scenario_parts

from mho_sim.scenario import reading

TESTS = Path(__file__).parent
SHIPPED = TESTS.parent / "scenarios"
SMALL = """\
title: Small
currency: XOF
start: 2027-01-01
years: 1
default_grade: exact
setting:
  association: {households: {1: 3, 2: 4, 3: 5}, births: none, deaths: none}
  illness: {outpatient: {need: 1, cost: {fixed: 2000}}}
scheme:
  contribution: {amount: 400, per: household, every: year, timing: in-arrears, grace: none}
  benefits: {outpatient: {}}
  providers: {invoice: on-the-day, pay_within: 0 days}
"""
PLAIN = re.compile(r"[\w%.+ /^-]*[\w%.+^-]")  # what needs no quotes in a flow of YAML
NUMBERS = (
    "0", "1", "-1", "-0", "+1", "2", "12", "40", "41", "100", "120", "121", "1000", "1001", "1e3", "1e-9", "1e400",
    "1E2", ".5", "5.", "0.5", "1.5", "010", "007", "0x10", "0b1", "0o7", "1_000", "1 000", "1.000", "1,000", "1,5",
    "12:30:00", "190:20:30", "NaN", ".nan", ".inf", "-.inf", "Infinity", "1000000000000", "1000000000001",
    "9223372036854775808", "1" * 39, "9" * 5000, "1/2", "١٢", "１２", "1e", "--1", "1-", "0.1.2", "∞", "1000000",
    "999999999999", "0.000001", "0.0000000000000000000001",
)  # fmt: skip
SHARES = (
    "0%", "100%", "101%", "-5%", "50", "1", "0.5", "50 %", "50%%", "%", "5 percent", "1e2%", "0.001%",
    "33.333333333%", "1000%",
)  # fmt: skip
WORDS = (
    "NO", "no", "yes", "Yes", "on", "off", "true", "null", "~", "none", "None", "", " ", "~none", "unknown", "guess",
    "exact", "'", "month", "day", "in-advance", "on-the-day", "born\u00e9", "x" * 41, "x" * 500, "café", "\u202emoc",
    "\u200b", "=SUM(A1)", "default", "newborn", "a.b", "a b", "[key]", "<<", "__class__", "{}", "[]", "!!int 3",
    "&a 3", "*a", "|", ">", "%TAG", "@", "`",
)  # fmt: skip
DATES = (
    "2027-01-01", "2027-02-29", "2028-02-29", "2027-02-30", "2027-13-01", "2027-1-1", "01/02/2027", "27-01-01",
    "1899-12-31", "2200-12-01", "2201-01-01", "2027-01-15", "9999-12-31", "0000-00-00", "2027-01-01T00:00:00Z",
    "20270101", "tomorrow",
)  # fmt: skip
SPANS = (
    "0 days", "1 day", "90 days", "3 months", "1 year", "none", "90", "three months", "3 weeks", "1 month and 3 days",
    "-1 days", "090 days", "100 years", "101 years", "36525 days", "999999999 days", "1.5 years", "90 jours",
    "90days", "days",
)  # fmt: skip
BANDS = (
    "0-4", "4-0", "5+", "0+", "15-49", "121+", "0-200", "-1-4", "0–4", "five", "0-4 km", "5+ km", "0-30 days", "1",
    "2-5", "6+", "41", "0", "1000", "2027-01-01", "a", "0 - 4", "10-5 km",
)  # fmt: skip
CHARACTERS = (
    "\0", "\t", "\x07", "\x1b[31m", "\x7f", "\x85", "\xa0", "\u200b", "\u2028", "\ufeff", "\ufffe", "\ud800", "é",
    "e\u0301", "\U0001f4b0", "'", '"', "{", "}", "[", "]", ":", ": ", ",", "#", " #", "- ", "? ", "| ", "> ", "&a ",
    "*a ", "!!python/object:os.system ", "!x ", "%", "---\n", "...\n", "\n", "\r", "\r\n", "\n\n  ", "\\", "@", "`",
    "<<: ", "  ", "%YAML 1.1\n", "0", "-",
)  # fmt: skip


# ---- Sound files


@cache
def bases():
    """Trees of small sound scenarios: the small one, and shipped ones cut down."""
    shipped = [path.read_text(encoding="utf-8") for path in sorted(SHIPPED.glob("*.yaml"))]
    shipped += [(TESTS / "broken" / name).read_text(encoding="utf-8") for name in ("_good.yaml", "_everything.yaml")]
    trees = [reading.read(text, "sound")[0].plain() for text in shipped]
    return [_tree(SMALL), *(_cut_down(tree) for tree in trees if "list" not in tree["setting"]["association"])]


def _tree(text):
    return reading.read(text, "sound")[0].plain()


def _cut_down(tree):
    """A scenario with at most 50 households and 2 years."""
    association = tree["setting"]["association"]
    for key in ("members", "covered_per_member"):
        association.pop(key, None)
    association["households"] = {"1": "6", "3": "10", "6": "5"}
    tree["years"] = "1" if len(str(tree)) > 4000 else "2"
    tree["scheme"].get("membership", {}).pop("intakes", None)
    if "start_from" in tree:
        tree["start_from"]["members"] = {"paid_up": "15", "late": "4", "waiting": "2"}
    for line in tree["scheme"].get("support", []):
        if isinstance(line, dict):
            line.pop("until", None)
    return tree


def sound(number):
    """A sound tree: each second the small one, each fourth generated, each fourth shipped."""
    chance = random.Random(f"sound {number}")
    if number % 4 == 0:
        return json.loads(json.dumps(scenario_parts(chance.randrange(1000))))
    return deepcopy(chance.choice(bases()) if number % 4 == 2 else bases()[0])


# ---- Writing


def in_flow(value):
    """A tree as YAML in one line; texts that need quotes have them."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{quoted(key)}: {in_flow(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(in_flow, value)) + "]"
    return quoted(value)


def quoted(value):
    text = str(value)
    return text if PLAIN.fullmatch(text) else json.dumps(text, ensure_ascii=False)


def in_blocks(tree, depth=0):
    """A tree as YAML: the outer mappings in blocks, the inner ones in a line."""
    lines = []
    for key, item in tree.items():
        if isinstance(item, dict) and item and depth < 2:
            lines += ["  " * depth + f"{quoted(key)}:", in_blocks(item, depth + 1)]
        else:
            lines.append("  " * depth + f"{quoted(key)}: {in_flow(item)}")
    return "\n".join(lines)


# ---- Changes of the tree


def places(tree, holder=None, key=None):
    """(holder, key) of every value in a tree, the outer ones first."""
    found = [] if holder is None else [(holder, key)]
    items = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    for inner, item in list(items):
        found += places(item, tree, inner)
    return found


def leaves(tree):
    return [(holder, key) for holder, key in places(tree) if not isinstance(holder[key], dict | list)]


def of_a_kind(old):
    """Values that could have been meant where an old one stands, and others."""
    text = str(old)
    if re.fullmatch(r"\d{4}-.*", text):
        return DATES
    if re.search("day|month|year|none", text):
        return SPANS + WORDS
    return SHARES + NUMBERS if text.endswith("%") else NUMBERS + SHARES


def another_value(r, tree):
    """A value of the same sort: sign, range, unit, notation."""
    holder, key = r.choice(leaves(tree))
    holder[key] = r.choice(of_a_kind(holder[key]))


def another_type(r, tree):
    """A list, a mapping, a word, nothing, in the place of whatever stands there; or deep brackets."""
    holder, key = r.choice(places(tree))
    deep = [holder[key]]
    for _ in range(r.randrange(26)):
        deep = [deep] if r.random() < 0.5 else {"a": deep}
    holder[key] = r.choice(
        (r.choice(WORDS), r.choice(NUMBERS), r.choice(DATES), [], {}, [holder[key]], {"value": holder[key]}, deep)
    )


def other_sign(r, tree):
    holder, key = r.choice(leaves(tree))
    holder[key] = r.choice(("-{}", "+{}", "{}%", "{}0", "{}e3", "0{}", "{} XOF", "{},5", "~{}", "{} {}")).replace(
        "{}", str(holder[key])
    )


def a_key_less(r, tree):
    holder, key = r.choice([place for place in places(tree) if isinstance(place[0], dict)])
    del holder[key]


def a_key_more(r, tree):
    """An unknown key, or one that belongs elsewhere."""
    mappings = [tree, *(holder[key] for holder, key in places(tree) if isinstance(holder[key], dict))]
    giver, key = r.choice(places(tree))
    name = r.choice(
        (
            str(key),
            str(key) + "s",
            r.choice(WORDS),
            r.choice(BANDS),
            r.choice(("value", "between", "best", "law", "grade")),
        )
    )
    r.choice(mappings)[name] = deepcopy(giver[key])


def another_key(r, tree):
    """A key misspelt, or of another sort; the order is kept."""
    holder, key = r.choice([place for place in places(tree) if isinstance(place[0], dict)])
    text = str(key)
    cut = r.randrange(len(text))
    name = r.choice(
        (text[:cut] + text[cut + 1 :], text.upper(), text + "_", r.choice(BANDS), r.choice(WORDS), r.choice(NUMBERS))
    )
    items = [(name if one == key else one, item) for one, item in holder.items()]
    holder.clear()
    holder.update(items)


def another_place(r, tree):
    """Two values have changed places."""
    (one, key), (other, its) = r.choice(leaves(tree)), r.choice(leaves(tree))
    one[key], other[its] = other[its], one[key]


def of_another_file(r, tree):
    """A part of another sound file, at the place where it stood there: references go astray."""
    giver = sound(r.randrange(3000))
    for _ in range(20):
        way, there = [], giver
        while isinstance(there, dict) and there and (not way or r.random() < 0.7):
            way.append(r.choice(list(there)))
            there = there[way[-1]]
        here = tree
        for step in way[:-1]:
            here = here.get(step) if isinstance(here, dict) else None
        if isinstance(here, dict):
            here[way[-1]] = deepcopy(there)
            return


def an_unknown_number(r, tree):
    """A range, sound or upside down, in the place of a number."""
    holder, key = r.choice(leaves(tree))
    ends = [holder[key], r.choice(of_a_kind(holder[key]))]
    if (match := re.fullmatch(r"([0-9.]+)(%?)", str(holder[key]))) and r.random() < 0.8:
        ends = [f"{float(match[1]) * factor:g}{match[2]}" for factor in (0.5, 1.5)]
    elif r.random() < 0.5:
        ends.reverse()
    said = {
        "between": ends,
        "best": r.choice((holder[key], ends[0])),
        "law": r.choice(("pert", "uniform", "lognormal", "normal")),
    }
    said |= {"grade": r.choice(("guess", "exact", "bad")), "source": r.choice(WORDS)}
    holder[key] = {name: said[name] for name in said if name == "between" or r.random() < 0.3}


def an_observation(r, tree):
    """An observation, sound or not, in the place of a kind's need or cost."""
    kinds = [kind for kind in tree.get("setting", {}).get("illness", {}).values() if isinstance(kind, dict)]
    number = r.choice(NUMBERS[:20])
    if kinds:
        r.choice(kinds).update(
            r.choice(
                (
                    {"need": {"cases": number, "months": "6", "catchment": "2000"}},
                    {"need": {"admissions": {"a": number, "b": "3"}, "people": {"a": "900", "b": "1200"}}},
                    {
                        "use": {
                            "centres": {
                                "a": {"cases": [number, "3"], "catchment": "900"},
                                "b": {"cases": "5", "months": "6", "catchment": {"between": ["800", "1200"]}},
                            },
                            "of": "insured",
                        }
                    },
                    {"use": {"value": "0.8", "of": r.choice(("insured", "uninsured at full price"))}},
                    {"use": {"cases": number, "catchment": "2000", "of": "insured", "insured_over_uninsured": number}},
                    {"cost": {"price_list": {"visit": number, "drug": {"each": "100", "times": number}}, "cv": "1"}},
                    {"cost": {"invoices": ["1000", number, "3000"]}},
                    {"cost": {"usual": "1000", "one_in_ten_above": number}},
                    {"cost": {"mean": number, "dearest": "3000", "of": r.choice(("20 bills", number))}},
                    {"need": {"cases": number, "months": [r.choice(("july", "5")), "may"], "catchment": "2000"}},
                    {"cost": {"cheapest": number, "usual": "1000", "dearest": "3000"}},
                )
            )
        )


def nothing_wrong(r, tree):
    """Keys in another order, which is no mistake."""
    for holder in [tree, *(holder[key] for holder, key in places(tree) if isinstance(holder[key], dict))]:
        if r.random() < 0.1:
            items = list(holder.items())
            r.shuffle(items)
            holder.clear()
            holder.update(items)


IN_THE_TREE = {
    another_value: 10,
    another_type: 4,
    other_sign: 3,
    a_key_less: 4,
    a_key_more: 4,
    another_key: 4,
    another_place: 3,
    of_another_file: 5,
    an_unknown_number: 3,
    an_observation: 2,
    nothing_wrong: 1,
}


# ---- Changes of the characters


def a_character_more(r, text):
    place = r.randrange(len(text))
    return text[:place] + r.choice(CHARACTERS) + text[place:]


def a_character_less(r, text):
    place = r.randrange(len(text))
    return text[:place] + text[place + r.choice((1, 1, 1, 2, 10)) :]


def a_line_twice(r, text):
    lines = text.split("\n")
    place = r.randrange(len(lines))
    return "\n".join([*lines[: place + 1], *lines[place:]])


def a_line_elsewhere(r, text):
    lines = text.split("\n")
    line = lines.pop(r.randrange(len(lines)))
    lines.insert(r.randrange(len(lines) + 1), line)
    return "\n".join(lines)


def other_indents(r, text):
    lines = text.split("\n")
    place = r.randrange(len(lines))
    lines[place] = r.choice((" ", "  ", "\t", "\u00a0 ")) + lines[place] if r.random() < 0.6 else lines[place].lstrip()
    return "\n".join(lines)


def cut_off(r, text):
    return text[: r.randrange(len(text))]


def with_aliases(r, text):
    """Anchors, aliases, merges, tags and directives, here and there."""
    lines = text.split("\n")
    for word in r.choice((("&a ", "*a"), ("!!str ",), ("!!python/name:os.system ",), ("<<: ",), ("&a [*a] ",))):
        place = r.randrange(len(lines))
        head, colon, tail = lines[place].partition(": ")
        lines[place] = head + colon + word + tail
    return "\n".join(lines)


def more_of_it(r, text):
    """Very long, very wide or very deep."""
    return text + r.choice(
        (
            "\n" * 5000,
            "# " + "x" * 100_000 + "\n",
            "\nx: " + "[" * r.choice((19, 21, 3000)) + "]" * 19 + "\n",
            "\nx: [" + "1, " * 11_000 + "1]\n",
            "\n" + text,
            "\n---\n" + text,
        )
    )


IN_THE_TEXT = {
    a_character_more: 6,
    a_character_less: 4,
    a_line_twice: 2,
    a_line_elsewhere: 2,
    other_indents: 2,
    cut_off: 1,
    with_aliases: 2,
    more_of_it: 1,
}


def in_bytes(r, text):
    """The text as the bytes of a file, mostly as it should be."""
    how = r.choice(("utf-8", "utf-8", "utf-8", "utf-8-sig", "latin-1", "utf-16", "cp1252", "crlf", "cr"))
    if how in ("crlf", "cr"):
        text, how = text.replace("\n", {"crlf": "\r\n", "cr": "\r"}[how]), "utf-8"
    return text.encode(how, "surrogatepass" if how.startswith("utf-8") else "replace")


def fuzzed(number):
    """(what was done, bytes of the file) of a number."""
    r = random.Random(f"fuzz {number}")
    tree, done = sound(number), []
    for _ in range(r.choice((0, 1, 1, 1, 1, 1, 2, 3))):
        change = r.choices(list(IN_THE_TREE), IN_THE_TREE.values())[0]
        done.append(change.__name__)
        if leaves(tree):
            change(r, tree)
    text = in_blocks(tree) + "\n"
    if not done or r.random() < 0.15:
        change = r.choices(list(IN_THE_TEXT), IN_THE_TEXT.values())[0]
        done.append(change.__name__)
        text = change(r, text)
    return done, in_bytes(r, text)
