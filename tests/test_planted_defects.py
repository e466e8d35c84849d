"""The planted defects fit the code: each piece of code is found exactly once. The script itself takes minutes:
`python tests/planted_defects.py`."""

from pathlib import Path

import planted_defects
import pytest

PACKAGE = Path(__file__).parent.parent / "mho_sim"


@pytest.mark.parametrize("defect", planted_defects.defects(), ids=lambda defect: defect.name)
def test_a_defect_can_be_planted(defect):
    assert planted_defects.place_of(defect, PACKAGE).suffix == ".py"
