"""The validation book as one HTML page that needs nothing else and prints well."""

from html import escape
from itertools import chain

from mho_sim.report.validation import NOT_SHOWN, allowed, differences, expected, obtained, summary
from mho_sim.report.words import money, plural
from mho_sim.verification import oracles
from mho_sim.verification.judging import COUNTED, ESTIMATED, TOLERATED

STYLE = """
:root { --ink: #1c2430; --soft: #5b6675; --line: #d5dae1; --good: #1d6b3a; --bad: #b3261e; --paper: #fff; }
* { box-sizing: border-box; }
body { font: 15px/1.4 Georgia, "Times New Roman", serif; color: var(--ink); background: var(--paper);
  max-width: 66rem; margin: 0 auto; padding: 2rem 1.5rem 4rem; }
h1, h2, h3, table, .verdict, .small { font-family: "Helvetica Neue", Arial, sans-serif; }
h1 { font-size: 1.9rem; margin: 0 0 .3rem; }
h2 { font-size: 1.3rem; margin: 2.6rem 0 .4rem; padding-top: .6rem; border-top: 3px solid var(--ink); }
h3 { font-size: 1rem; margin: 1.2rem 0 .1rem; }
p { margin: .2rem 0 .4rem; }
a { color: inherit; }
.small { font-size: .78rem; color: var(--soft); }
.box { border: 2px solid var(--good); border-radius: .5rem; padding: .8rem 1.1rem; margin: 1.2rem 0; }
.box.bad { border-color: var(--bad); }
.box strong { font-size: 1.15rem; }
table { border-collapse: collapse; width: 100%; font-size: .8rem; margin: .3rem 0 .8rem; }
th { text-align: left; font-weight: 600; color: var(--soft); border-bottom: 1.5px solid var(--line);
  padding: .1rem .5rem; }
td { border-bottom: 1px solid var(--line); padding: .17rem .5rem; vertical-align: top; }
th:first-child, td:first-child { padding-left: 0; }
td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
td.told { text-align: right; overflow-wrap: anywhere; max-width: 13rem; }
td.what { width: 46%; }
code { font: .72rem/1.2 Menlo, Consolas, monospace; color: var(--soft); overflow-wrap: anywhere; }
.in { color: var(--good); white-space: nowrap; } .out { color: var(--bad); font-weight: 700; white-space: nowrap; }
tr.bad td { background: #fdecea; }
tr.why td { border-bottom: 1px solid var(--line); color: var(--soft); font-style: italic; padding-top: 0; }
tr.reasoned td { border-bottom: 0; }
tr.because td { font-style: italic; padding-top: .5rem; }
svg { display: inline-block; vertical-align: middle; margin-left: .5rem; }
@media (max-width: 44rem) { table { display: block; overflow-x: auto; } td.what { min-width: 9rem; } }
@page { size: A4; margin: 17mm 15mm 18mm; @bottom-right { content: counter(page) " / " counter(pages);
  font: 8pt Arial, sans-serif; color: #5b6675; } @bottom-left { content: "mho_sim: validation book";
  font: 8pt Arial, sans-serif; color: #5b6675; } }
@media print { html { font-size: 12px; } body { font-size: 9pt; line-height: 1.3; max-width: none; padding: 0; }
  h2 { break-after: avoid; }
  header { break-inside: avoid; break-after: avoid; }
  h3, h3 + p, .given { break-after: avoid; } tr { break-inside: avoid; } thead { display: table-header-group; }
  section.case { break-inside: avoid-page; } .part { break-before: page; } a { text-decoration: none; } }
"""
HOW_TO_READ = (
    ("expected", "what others computed or published, or what was worked out by hand before the program was run"),
    ("obtained", "what this program gave when this page was made"),
    (
        "allowed",
        "what a right program may give. What involves no chance must be equal: exactly, to 9 digits (6 where a law is "
        "worked out numerically), or as it is printed. What is simulated is moved by chance, and has a band: of "
        "counted futures the exact binomial one, of means 4.9 standard errors, so that a right program falls outside "
        "once in a million figures. What was published is judged by the tolerance that its roundings, intervals and "
        "gaps leave: to meet a wide one proves little",
    ),
    ("the small line", "the band, the expected value as a stroke and the obtained one as a dot"),
)


def validation_html(book):
    """The whole book as the text of an HTML page."""
    chapters = chain.from_iterable(_chapter(n, *pair) for n, pair in enumerate(book.chapters, 1))
    parts = [*_front(book), *_failures(book), *_contents(book), *chapters, *_differences(book), *_rest(book)]
    body = "\n".join(parts)
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>Validation book of mho_sim {escape(book.version)}</title>\n<style>{STYLE}</style>\n</head>\n"
        f"<body>\n{body}\n</body>\n</html>\n"
    )


def _front(book):
    first, verdict, *others = summary(book)
    yield f"<h1>Is the calculation right?</h1><p>The validation book of mho_sim {escape(book.version)}</p>"
    yield f'<div class="box{" bad" if book.outside or book.interrupted else ""}"><p>{escape(first)}</p>'
    yield f"<p><strong>{escape(verdict)}</strong></p><p>{escape(' '.join(others))}</p></div>"
    yield "<p>How to read it:</p><ul>"
    yield from (f"<li><b>{escape(word)}</b>: {escape(what)}.</li>" for word, what in HOW_TO_READ)
    yield "</ul>"


def _failures(book):
    if book.outside:
        yield "<h2>Outside their bands</h2>"
    for done in book.done:
        if not done.inside:
            yield f"<h3>{escape(done.case.title)}</h3>"
            yield from _figures([figure for figure in done.figures if not figure.inside])


def _contents(book):
    yield "<h2>The chapters</h2><table><thead><tr><th></th><th>chapter</th><th class='n'>cases</th>"
    yield "<th class='n'>figures</th><th class='n'>lived</th><th>verdict</th><th class='n'>seconds</th></tr></thead>"
    yield "<tbody>"
    for n, (chapter, cases) in enumerate(book.chapters, 1):
        figures = [figure for done in cases for figure in done.figures]
        lived = sum(figure.alarm > 0 for figure in figures)
        row = (
            f"<a href='#{chapter.key}'>{escape(chapter.title)}</a> <code>{chapter.key}</code>",
            len(cases),
            len(figures),
            lived or "",
        )
        yield f"<tr><td>{n}</td><td>{row[0]}</td>" + "".join(f"<td class='n'>{x}</td>" for x in row[1:])
        yield f"<td>{_verdict(all(figure.inside for figure in figures))}</td>"
        yield f"<td class='n'>{sum(done.seconds for done in cases):.1f}</td></tr>"
    yield "</tbody></table>"
    yield '<p class="small">lived: figures from futures that the engine lived, which chance moves. Seconds are '
    yield "those of all threads together.</p>"


def _chapter(number, chapter, cases):
    yield f'<div class="chapter"><header><h2 id="{chapter.key}">{number}. {escape(chapter.title)}</h2>'
    yield f"<p>{escape(chapter.about)}</p></header>"
    for done in cases:
        yield from _case(done)
    yield "</div>"


def _case(done):
    case, how = done.case, f"{done.seconds:.1f} seconds"
    if done.worlds is not None and done.worlds > 1:
        how = f"{money(done.worlds)} futures, {how}"
    yield f'<section class="case"><h3>{escape(case.title)}</h3><p>{escape(case.shows)}</p>'
    yield f'<p class="small given">{_given(case)}Source: {escape(case.origin)}. {escape(how)}.'
    yield f"<code>{case.name}</code></p>"
    yield from _figures(done.figures)
    yield "</section>"


def _given(case):
    """What the figures are of, from the tables, where that is short."""
    inputs = list(dict.fromkeys(oracles.ROWS[row]["inputs"].split(" | ")[0] for row in case.rows))
    common = list(dict.fromkeys(text.split(";")[0] for text in inputs))
    chosen = inputs if len(inputs) == 1 else common
    return f"Given: {escape('; or '.join(chosen))}. " if chosen and len(chosen) <= 2 else ""


def _figures(figures):
    yield "<table><thead><tr><th>figure</th><th class='n'>expected</th><th class='n'>obtained</th>"
    yield "<th class='n'>allowed</th><th>verdict</th></tr></thead><tbody>"
    for figure in figures:
        name = "" if figure.name == figure.words else f" <code>{escape(figure.name)}</code>"
        kind = "told" if isinstance(figure.expected, str) else "n"
        classes = " ".join(filter(None, ["bad" * (not figure.inside), "reasoned" * bool(figure.reason)]))
        yield f"<tr class='{classes}'><td class='what'>{escape(figure.words)}{name}</td>"
        yield f"<td class='{kind}'>{escape(expected(figure))}</td><td class='{kind}'>{escape(obtained(figure))}</td>"
        yield f"<td class='n'>{escape(allowed(figure).removesuffix(' allowed'))}{_picture(figure)}</td>"
        yield f"<td>{_verdict(figure.inside)}</td></tr>"
        if figure.reason:
            given = f"also given as {figure.printed}: " if figure.printed else ""
            yield f"<tr class='why'><td colspan='5'>{escape(given + figure.reason)}.</td></tr>"
    yield "</tbody></table>"


def _verdict(inside):
    return '<span class="in">✓ inside</span>' if inside else '<span class="out">✗ OUTSIDE</span>'


def _picture(figure):
    """The band as a line, the expected number as a stroke, the obtained one as a dot."""
    if figure.way not in (COUNTED, ESTIMATED, TOLERATED) or not figure.high > figure.low:
        return ""
    wide, middle = 76, 38

    def place(x):
        side = figure.high - figure.expected if x > figure.expected else figure.expected - figure.low
        share = (x - figure.expected) / side if side > 0 else 0.0
        return middle + max(-1.15, min(1.15, share)) * 30

    dot = place(figure.obtained)
    colour = "#1d6b3a" if figure.inside else "#b3261e"
    return (
        f'<svg width="{wide}" height="10" role="img" aria-label="place in the band"><line x1="8" x2="68" y1="5" y2="5" '
        f'stroke="#aeb6c1" stroke-width="2"/><line x1="{middle}" x2="{middle}" y1="1" y2="9" stroke="#5b6675"/>'
        f'<circle cx="{dot:.1f}" cy="5" r="3" fill="{colour}"/></svg>'
    )


def _differences(book):
    found = differences(book)
    if not found:
        return
    yield '<div class="part"><h2>Where another value was printed or published, and why it is not ours</h2>'
    yield "<table><thead><tr><th>figure</th><th class='n'>obtained</th><th class='n'>also given, or published</th>"
    yield "</tr></thead><tbody>"
    for reason, figures in found.items():
        yield f"<tr class='because'><td colspan='3'>{escape(reason[0].upper() + reason[1:])}.</td></tr>"
        for done, figure in figures:
            other = figure.printed or expected(figure)
            yield f"<tr><td>{escape(figure.words)} <span class='small'>{escape(done.case.title)}</span></td>"
            yield f"<td class='n'>{escape(obtained(figure))}</td><td class='n'>{escape(other)}</td></tr>"
    yield "</tbody></table></div>"


def _rest(book):
    if not book.whole:
        return
    yield "<h2>What waits for a mechanism that the model does not have yet</h2>"
    yield "<p>These figures are in the table of expected values, and will be judged when the model can show them.</p>"
    yield "<ul>"
    for mechanism, rows in book.waiting.items():
        names = ", ".join(f"<code>{escape(row)}</code>" for row in rows)
        yield f"<li>{escape(mechanism)}: {plural(len(rows), 'figure')} ({names})</li>"
    yield "</ul><h2>What this book does not show</h2><ul>"
    yield from (f"<li>{escape(sentence)}</li>" for sentence in NOT_SHOWN)
    yield f"</ul><p class='small'>{len(book.not_looked_at)} rows of the same table are about things that the program "
    yield "does not do (queues, other generators of random numbers, facts about data sets) and are left out. Seed "
    yield f"{book.seed}; {book.seconds:.0f} seconds in all. To make this page again: <code>mho-sim verify "
    yield f"--seed {book.seed}{' --full' if book.full else ''} --out book.html</code></p>"
