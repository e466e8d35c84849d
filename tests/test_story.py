"""The story of a world: every reason has its sentence, and every shipped mutual and household can be told."""

from pathlib import Path

import pytest

import mho_sim
from mho_sim.engine import Prepared
from mho_sim.report.story import SENTENCES, story
from mho_sim.rules import REASONS

SCENARIOS = sorted((Path(__file__).parent.parent / "scenarios").glob("*.yaml"))


def test_every_reason_has_a_sentence():
    assert set(REASONS) <= set(SENTENCES)


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_every_shipped_mutual_can_be_told(path):
    scenario = mho_sim.load(path)
    prepared = Prepared(scenario, 1)
    told = list(story(prepared, 0))
    assert len(told) > 100 and told[-1].startswith("After ")
    for household in (0, scenario.household_count // 2):
        assert list(story(prepared, 0, household))
