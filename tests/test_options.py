"""Versions of a scenario on the command line, `NAME:PATH=VALUE,PATH=VALUE`: what is a comma, and what is a mistake."""

import pytest
from click.testing import CliRunner
from test_offers import TEXT

from mho_sim.cli import commands
from mho_sim.scenario import ScenarioError, options_of, parse

COPAY = "scheme.benefits.outpatient.copay"
COSTS = "scheme.expenses"


def changes(text):
    """The changes of one version, as they are written."""
    (found,) = options_of([text], "--package").values()
    return [change.text for change in found]


@pytest.mark.parametrize(
    ("values", "parts"),
    [
        ("a=1", ["a=1"]),
        ("a=1, b = 2 ,c=3", ["a=1", "b = 2", "c=3"]),
        ("a={public: 20%, private: 50%},b=2", ["a={public: 20%, private: 50%}", "b=2"]),
        ("a=[june, july],b={x: [1, 2], y: {z: 3, w: 4}}", ["a=[june, july]", "b={x: [1, 2], y: {z: 3, w: 4}}"]),
        ("a='one, two',b=2", ["a='one, two'", "b=2"]),
        ("a='it''s, so',b=2", ["a='it''s, so'", "b=2"]),
        ('a="one, \\"two\\", three",b=2', ['a="one, \\"two\\", three"', "b=2"]),
        ("a={name: 'x}, y', b: 1},c=2", ["a={name: 'x}, y', b: 1}", "c=2"]),
        ("title=don't ask,b=2", ["title=don't ask", "b=2"]),
        ("a={days: 5}", ["a={days: 5}"]),
        ("title=a: b=c", ["title=a: b=c"]),
        ("a={x: 1, b=2", ["a={x: 1, b=2"]),
    ],
)
def test_where_a_value_ends(values, parts):
    assert changes(f"less paid: {values}") == parts


def test_names_are_those_before_the_colon():
    assert list(options_of(["less paid:a=1", " free :a=1,b={c: d}"], "--option")) == ["less paid", "free"]


@pytest.mark.parametrize(
    ("texts", "told"),
    [
        (["less"], "--package 'less': write NAME:PATH=VALUE"),
        ([":a=1"], "--package ':a=1': write NAME:PATH=VALUE"),
        (["a=1"], "--package 'a=1': write NAME:PATH=VALUE"),
        (["a={b: 1}"], "--package 'a={b: 1}': write NAME:PATH=VALUE"),
        (["less:"], "--package 'less:': write NAME:PATH=VALUE"),
        ([""], "--package '': write NAME:PATH=VALUE"),
        (["x:a=1", "x:b=1"], "--package 'x' is there twice"),
        (["x:a=1,a=2"], "--package 'x': 'a' is there twice"),
        (["x:a="], "--package 'x': 'a' has no value"),
        (["x:b=1,a= "], "--package 'x': 'a' has no value"),
        (["x:=1"], "--package 'x': '=1' is no PATH=VALUE"),
        (["x:amount=1,000"], "'000' is no PATH=VALUE. A comma ends a value: write thousands with a space"),
        (["x:a=1,"], "--package 'x': nothing stands before or after a comma"),
        (["x:a=1,,b=2"], "--package 'x': nothing stands before or after a comma"),
        (["today:a=1"], "--package 'today': this is what the table calls the scenario itself"),
        (["x" * 41 + ":a=1"], "write a name of at most 40 plain characters"),
        (["x\x1b[2J:a=1"], "write a name of at most 40 plain characters"),
    ],
)
def test_a_mistake_is_told_with_the_name(texts, told):
    with pytest.raises(ValueError) as refused:
        options_of(texts, "--package", ("today",))
    assert told in str(refused.value) and "\x1b" not in str(refused.value)


def test_a_fault_of_a_value_names_the_version():
    (changes,) = options_of([f"less paid:{COPAY}=300%"], "--option").values()
    with pytest.raises(ScenarioError, match=f"^--option 'less paid': {COPAY}=300%: .* from 0% to 100%") as refused:
        parse(TEXT, "offered.yaml", changes)
    assert "copay_fixed" not in str(refused.value)  # which is for amounts, as 300
    with pytest.raises(ScenarioError, match="An amount is 'copay_fixed: 300'"):
        parse(TEXT, "offered.yaml", [f"{COPAY}=300"])


@pytest.mark.parametrize(
    ("package", "told"),
    [
        (f"x:{COPAY}={{public: 20%", f"--package 'x': {COPAY}={{public: 20%: This cannot be read. Look for a bracket"),
        ("x:scheme.benefits.outpatient.copey=1%", "'x': scheme.benefits.outpatient.copey=1%: There is no key"),
        ("x:scheme.benefts.outpatient.copay=1%", "did you mean 'benefits'"),
        ("x:years=1,setting.illness={fever: {need: 1, cost: {fixed: 1}}}", "offered.yaml:12:14: With --package 'x': "),
    ],
)
def test_the_command_names_the_package(tmp_path, package, told):
    file = tmp_path / "offered.yaml"
    file.write_text(TEXT.lstrip())
    ran = CliRunner().invoke(commands, ["price", str(file), "--package", package])
    assert ran.exit_code == 2 and told in ran.output and "--set" not in ran.output


def test_a_package_may_hold_tables(tmp_path):
    """By hand, as in test_offers: 400 x 2,720 - 48,000 = 1,040,000."""
    file = tmp_path / "offered.yaml"
    file.write_text(TEXT)
    package = f"less:scheme.benefits.outpatient={{copay: 30%, ceiling_per_event: 9_000}},{COSTS}={{per_month: 4_000}}"
    ran = CliRunner().invoke(commands, ["price", str(file), "--package", package])
    assert ran.exit_code == 0 and " 1 040 000 " in ran.output
