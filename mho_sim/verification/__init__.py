"""The validation book: what others computed or published, beside what this program obtains, figure by figure.

`verify()` runs the cases and gives a `Book`; `chapters()` lists them. A case is a small function in `cases` that gives
figures, each judged against its band (`judging`). Expected values come from elsewhere: the tables in `oracles` and what
was typed from a page; `words` says in plain words what each row of the tables is.
"""

from mho_sim.verification.book import Book, Done, verify
from mho_sim.verification.cases import CHAPTERS, chosen, everything
from mho_sim.verification.chapters import Case, Chapter, Sample
from mho_sim.verification.judging import Figure

__all__ = ["CHAPTERS", "Book", "Case", "Chapter", "Done", "Figure", "Sample", "chosen", "everything", "verify"]
