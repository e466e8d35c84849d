"""The notebooks do what they show: each is made from its text, and executed it prints what is kept in it.

`notebooks/NAME.py` is the text that is written and read in a review (jupytext's percent format), `notebooks/NAME.ipynb`
what Jupyter opens. `python tests/test_notebooks.py` makes all notebooks anew from their texts and executes them;
`python tests/test_notebooks.py NAME` one of them.
"""

import re
import sys
import warnings
from functools import cache
from pathlib import Path

import jupytext
import nbformat
import pytest

with warnings.catch_warnings():  # of the libraries that start a kernel, about each other
    warnings.simplefilter("ignore")
    from nbclient import NotebookClient

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "notebooks"
TEXTS = sorted(FOLDER.glob("*.py"))
MOST, LARGEST = 6, 60_000  # notebooks; bytes of one
SECONDS = 600  # for a cell: on a new machine the first prepares the engine
METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}

each = pytest.mark.parametrize("text", TEXTS, ids=lambda path: path.stem)


def made_from(text):
    """The notebook of a text, not executed; its cells are named by their number."""
    made = jupytext.read(text)
    cells = [
        (nbformat.v4.new_code_cell if cell.cell_type == "code" else nbformat.v4.new_markdown_cell)(
            cell.source, id=f"cell-{number:02}"
        )
        for number, cell in enumerate(made.cells, 1)
    ]
    return nbformat.v4.new_notebook(cells=cells, metadata=METADATA)


def executed(notebook):
    """The same with what its cells print, each text whole."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        NotebookClient(
            notebook,
            timeout=SECONDS,
            kernel_name="python3",
            record_timing=False,
            store_widget_state=False,
            resources={"metadata": {"path": str(FOLDER)}},
        ).execute()
    for cell in code_cells(notebook):
        cell.metadata.clear()
        text = "".join(output.text for output in cell.outputs if output.output_type == "stream")
        others = [output for output in cell.outputs if output.output_type != "stream"]
        stream = [nbformat.v4.new_output("stream", name="stdout", text=text)] if text else []
        cell.outputs = stream + others
    notebook.metadata = nbformat.from_dict(METADATA)
    return notebook


@cache
def kept(text):
    """The notebook that lies beside a text."""
    return nbformat.read(text.with_suffix(".ipynb"), as_version=4)


def code_cells(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def test_each_notebook_has_its_text_and_there_are_few():
    assert [text.stem for text in TEXTS] == sorted(path.stem for path in FOLDER.glob("*.ipynb"))
    assert 0 < len(TEXTS) <= MOST


@each
def test_a_notebook_is_that_of_its_text(text):
    """Cell by cell: python tests/test_notebooks.py makes it so."""
    made, found = made_from(text), kept(text)
    assert [(cell.cell_type, cell.source) for cell in found.cells] == [
        (cell.cell_type, cell.source) for cell in made.cells
    ]


@each
def test_a_notebook_prints_what_is_kept_in_it(text):
    """Word for word: where a change of the program changes it, python tests/test_notebooks.py writes it anew."""
    now = executed(made_from(text))
    assert [cell.outputs for cell in code_cells(now)] == [cell.outputs for cell in code_cells(kept(text))]


@each
def test_a_notebook_is_valid_and_small_and_says_nothing_of_the_machine(text):
    notebook = kept(text)
    nbformat.validate(notebook)
    assert (notebook.nbformat, notebook.nbformat_minor) == (4, 5)
    assert notebook.metadata == METADATA and not any(cell.metadata for cell in notebook.cells)
    outputs = [output for cell in code_cells(notebook) for output in cell.outputs]
    assert all(output.output_type == "stream" and output.name == "stdout" for output in outputs)
    assert not re.search(r"(^|[\s'\"(])/\w+/|[A-Z]:\\|\d\d:\d\d:\d\d", "\n".join(output.text for output in outputs))
    assert all(len(line) <= 110 for output in outputs for line in output.text.splitlines())
    assert text.with_suffix(".ipynb").stat().st_size < LARGEST


def write(text):
    """Make a notebook anew from its text, and execute it."""
    nbformat.write(executed(made_from(text)), text.with_suffix(".ipynb"))


if __name__ == "__main__":
    for text in TEXTS:
        if text.stem in sys.argv[1:] or len(sys.argv) == 1:
            write(text)
