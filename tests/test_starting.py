"""Files to start from: the shipped scenarios are found and carried along, a new one is right, commented and sourced."""

import configparser
import itertools
import re
from datetime import date
from pathlib import Path

import pytest
from test_cli import mho_sim
from test_scenarios import MARK, SCENARIOS

from mho_sim.data import preset, presets
from mho_sim.report.catalogue import catalogue
from mho_sim.scenario import load, parse, starting
from mho_sim.scenario.starting import described, known_kinds, new_scenario, remarks, shipped, write_new
from mho_sim.scenario.unknowns import numbers
from mho_sim.study import simulate

ROOT = Path(__file__).parent.parent


# Shipped scenarios


def test_the_scenarios_of_the_checkout_are_the_shipped_ones():
    assert list(shipped().values()) == SCENARIOS
    assert {"bepha", "market-traders"} <= set(shipped())


def test_installed_scenarios_come_before_those_beside_the_package(tmp_path, monkeypatch):
    for folder in ("mho_sim/scenario", "mho_sim/scenarios", "scenarios"):
        (tmp_path / folder).mkdir(parents=True)
    monkeypatch.setattr(starting, "__file__", str(tmp_path / "mho_sim/scenario/starting.py"))
    assert shipped() == {}
    (tmp_path / "scenarios/beside.yaml").touch()
    assert list(shipped()) == ["beside"]
    (tmp_path / "mho_sim/scenarios/installed.yaml").touch()
    assert list(shipped()) == ["installed"]


def test_all_that_is_needed_is_installed():
    """Every folder of the package is listed in setup.cfg, and every file in it that is no Python has a rule there."""
    settings = configparser.ConfigParser()
    settings.read(ROOT / "setup.cfg", encoding="utf-8")
    listed = set(settings["options"]["packages"].split())
    folders = {path.parent for path in (ROOT / "mho_sim").rglob("*.py")}
    assert listed == {".".join(folder.relative_to(ROOT).parts) for folder in folders} | {"mho_sim.scenarios"}
    assert settings["options"]["package_dir"].split() == ["mho_sim.scenarios", "=", "scenarios"]
    places = {"mho_sim.scenarios": ROOT / "scenarios"}
    carried = {
        file
        for package, patterns in settings["options.package_data"].items()
        for pattern in patterns.split(",")
        for file in (places.get(package) or ROOT / package.replace(".", "/")).glob(pattern.strip())
    }
    data = [path for top in ("mho_sim", "scenarios") for path in (ROOT / top).rglob("*.*") if path.is_file()]
    assert [path for path in data if path.suffix not in (".py", ".pyc", ".nbi", ".nbc") and path not in carried] == []


@pytest.mark.parametrize("name", shipped())
def test_a_shipped_scenario_is_described_by_its_own_file(name):
    told = described(name)
    assert told.title == load(told.path).title
    assert told.path.read_text(encoding="utf-8").startswith(f"# {told.description}\n")
    assert "RAND" in told.sources and len(set(told.sources)) == len(told.sources)


def test_the_list_is_narrow_and_complete():
    lines = catalogue(map(described, shipped()), 60)
    assert max(map(len, lines)) <= 60
    assert [line for line in lines if line and not line.startswith(" ")] == list(shipped())
    assert "Waelkens & Criel 2004" in " ".join(line.strip() for line in lines)


# A new scenario

COUNTRIES = [preset(name).country for name in presets()]
KINDS = [
    ["outpatient"],
    ["delivery"],
    ["outpatient", "delivery", "hospital"],
    list(known_kinds()),
    ["funeral"],
    ["caesarean", "circumcision"],
    ["hospital", "dental-care", "Accouchement_à_domicile"],
]


@pytest.mark.parametrize("country", COUNTRIES)
def test_the_countrys_people_and_currency_are_written(country):
    scenario = parse(new_scenario(country))
    known = next(each for each in map(preset, presets()) if each.country == country)
    association = scenario.setting.association
    assert (scenario.country, scenario.currency) == (country, known.currency)
    assert [share for *_, share in association.people.ages] == pytest.approx([share for *_, share in known.ages])
    assert association.births == pytest.approx(known.births)
    assert association.deaths == known.deaths
    assert association.people.women == pytest.approx(known.women)


@pytest.mark.parametrize(
    ("country", "currency", "kinds"),
    list(itertools.product(["Senegal", "Guinea", "Côte d'Ivoire: #1", 'A "b" \\ c'], ["XOF", "KES"], KINDS)),
)
def test_a_new_scenario_has_no_fault_and_every_figure_its_source(country, currency, kinds):
    text = new_scenario(country, kinds, currency)
    scenario = parse(text)
    assert (scenario.country, scenario.currency) == (country, currency)
    assert set(scenario.kinds) == set(kinds) == set(scenario.scheme.benefits)
    assert [
        line for line in text.splitlines() if re.search(r"\d", line.partition("#")[0]) and not MARK.search(line)
    ] == []
    told = dict(numbers(scenario.setting, ("setting",)))
    written = {path: number for path, number in told.items() if number.value not in (0, 1)}
    ranged = [number.value.has_range or number.grade for number in written.values()]
    assert all(number.source for number in written.values()) and all(ranged) and len(written) > 3
    assert not any("source" in warning for warning in scenario.warnings)
    assert "@" not in text and max(map(len, text.splitlines())) <= 200


def is_comment(line):
    """Whether it is prose, and no optional line."""
    return re.match(r" *#( |$)", line) is not None


def comment_above(lines, i):
    """The comment that stands nearest above a line, indented no deeper than it: all its lines."""
    own = len(lines[i]) - len(lines[i].lstrip())
    last = next(j for j in range(i - 1, -1, -1) if is_comment(lines[j]) and lines[j].index("#") <= own)
    first = last
    while is_comment(lines[first - 1]):
        first -= 1
    return "\n".join(lines[first : last + 1])


@pytest.mark.parametrize("kinds", KINDS)
def test_every_figure_says_where_to_get_it(kinds):
    """The comment above it says so after ->."""
    lines = without_marks(new_scenario(kinds=kinds)).splitlines()
    figures = [i for i, line in enumerate(lines) if re.search(r"\d", line.partition("#")[0])]
    assert len(figures) > 20
    assert [lines[i] for i in figures if "->" not in comment_above(lines, i)] == []


def test_a_new_scenario_runs_and_says_that_it_is_not_filled_in():
    scenario = parse(new_scenario())
    assert "NOT FILLED IN" in scenario.title
    assert 0 < simulate(scenario, worlds=20, seed=1).protection["covered"] < 1


def test_the_start_is_the_first_of_next_january_or_what_is_asked_for():
    assert parse(new_scenario()).start == date(date.today().year + 1, 1, 1)
    text = new_scenario(start=date(2028, 3, 1))
    assert parse(text).start == date(2028, 3, 1)
    assert "  #date: 2028-02-29 " in text and "until: 2030-03-01" in text


def without_marks(text, *keys):
    """The text with the marks of some optional parts taken away, or of all."""
    lines, inside = [], None
    for line in text.splitlines():
        place = len(line) - len(line.lstrip())
        if match := re.match(r" *#(\w+):", line):
            if inside is None or place <= inside[1]:
                inside = match[1], place
        elif not re.match(r" *#\S", line):
            inside = None
        wanted = inside is not None and (not keys or inside[0] in keys)
        lines.append(re.sub(r"^( *)#(?=\S)", r"\1", line) if wanted else line)
    return "\n".join(lines) + "\n"


OPTIONAL = ("enterprises", "on_time_bad_month", "dated", "support", "start_from")


def test_optional_parts_are_right_when_their_marks_are_taken_away():
    """Each by itself (what goes with another, with that), and all at once, every figure with its source."""
    text = new_scenario()
    instead = {"support": "  support: none\n", "start_from": re.search(r"  reserve: .*\n", text)[0]}
    for keys in (*((key,) for key in OPTIONAL if key != "on_time_bad_month"), OPTIONAL):
        shown = without_marks(text, *keys)
        for key in keys:
            shown = shown.replace(instead.get(key, "\0"), "")
        scenario = parse(shown)
        assert not [warning for warning in scenario.warnings if "source" in warning]
        assert [
            line
            for line in shown.split("\nstart_from:")[0].splitlines()
            if re.search(r"\d", line.partition("#")[0]) and not MARK.search(line)
        ] == []
    assert not re.search(r"(?m)^ *#\S", without_marks(text)) and set(OPTIONAL) == {
        match for match in re.findall(r"(?m)^ *#(\w+):", text) if match not in parse(shown).start_from.model_fields_set
    }
    assert scenario.start_from.owed_by_members == 152_000 and scenario.setting.paying.on_time_bad_month == 0.5
    assert [one.sector for one in scenario.setting.enterprises] == ["food", "cloth"]
    assert [one.in_kind for one in scenario.scheme.support] == [False, True]
    assert scenario.scheme.expenses.dated[0].name == "yearly assembly"
    result = simulate(scenario, worlds=10, seed=1)
    assert result.without_support is not None and "fifth" in result.by_whom


def test_a_new_scenario_has_what_a_treasurer_lives_with():
    scenario = parse(new_scenario(kinds=["outpatient", "delivery", "caesarean", "hospital", "funeral"]))
    assert scenario.setting.renewing is not None and scenario.setting.inflation.medical > 0
    assert scenario.setting.paying.never > 0 and scenario.scheme.contribution.struck_off is not None
    births = {kind: illness.share for kind, illness in scenario.setting.illness.items() if illness.rate == "births"}
    assert set(births) == {"delivery", "caesarean"} and births["delivery"] is None
    assert scenario.setting.illness["funeral"].rate == "deaths"
    services = simulate(scenario, worlds=20, seed=1).services
    assert (services["episodes_per_person_year"] > 0).all()
    assert 24_000 < services.loc["funeral", "paid_per_covered_claim"] <= 25_000  # some reach the household's ceiling


def test_figures_that_nobody_knows_have_a_range():
    unknowns = parse(new_scenario()).unknowns
    figures = ("association.births", "illness.outpatient.use.value", "illness.outpatient.seeking.uncovered")
    assert {f"setting.{figure}" for figure in (*figures, "paying.on_time")} <= set(unknowns)
    use = unknowns["setting.illness.outpatient.use.value"]
    assert use.best == pytest.approx(1_050 * 12 / 2 / 19_000)  # cases, months, catchment
    assert 0.8 * use.best < use.low < use.best < use.high < 1.25 * use.best


def test_foreign_amounts_are_said_to_mean_nothing_yet():
    assert "in KES they mean nothing" in new_scenario("Kenya", currency="KES")
    assert "mean nothing" not in new_scenario("Cameroon")


def test_what_is_not_known_is_remarked():
    assert remarks("Senegal", ["outpatient"]) == []
    kind, country = remarks("Ghana", ["outpatient", "hospitl"])
    assert "'hospitl'" in kind and "did you mean 'hospital'?" in kind
    assert "Ghana" in country and "Senegal" in country


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"country": "Ghana"}, "Name the currency of Ghana too"),
        ({"currency": "xof"}, "three capital letters"),
        ({"currency": "CFAF"}, "three capital letters"),
        ({"country": ""}, "The country is ''"),
        ({"country": "x\ny: 1", "currency": "XOF"}, "The country is"),
        ({"country": "x" * 61, "currency": "XOF"}, "at most 60"),
        ({"kinds": []}, "Name each kind of care once"),
        ({"kinds": ["hospital", "hospital"]}, "Name each kind of care once"),
        ({"kinds": ["a b"]}, "'a b' is not a name"),
        ({"kinds": [""]}, "is not a name"),
        ({"kinds": ["../other"]}, "is not a name"),
        ({"kinds": ["default"]}, "'default' cannot name"),
    ],
)
def test_what_cannot_be_written_is_refused(options, sentence):
    with pytest.raises(ValueError, match=re.escape(sentence)):
        new_scenario(**options)


def test_nothing_is_overwritten(tmp_path):
    place = tmp_path / "mine.yaml"
    write_new(place, "mine\n")
    with pytest.raises(ValueError, match="is there already"):
        write_new(place, "other\n")
    assert place.read_text(encoding="utf-8") == "mine\n"
    with pytest.raises(ValueError, match=r"folder .*missing does not exist"):
        write_new(tmp_path / "missing" / "mine.yaml", "")
    with pytest.raises(ValueError, match="is there already"):
        write_new(tmp_path, "")


# On the command line


def test_the_list_names_title_description_and_sources():
    done = mho_sim("scenarios", COLUMNS="80")
    assert done.returncode == 0, done.stderr
    assert "market-traders\n    Market traders' mutual, Senegal (INVENTED)\n" in done.stdout
    assert "made to learn with" in " ".join(done.stdout.split()) and "Sources: " in done.stdout


def test_a_file_is_printed_as_it_is():
    done = mho_sim("scenarios", "bepha")
    assert done.stdout == shipped()["bepha"].read_text(encoding="utf-8")


def test_a_shipped_scenario_runs_by_its_name_from_any_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.chdir(tmp_path)
    done = mho_sim("run", "market-traders", "--worlds", "5", "--quiet")
    assert done.returncode == 0 and done.stdout.startswith("Market traders' mutual")
    (tmp_path / "market-traders").write_text("title: mine\n", encoding="utf-8")
    assert "market-traders:" in mho_sim("run", "market-traders").stderr


def test_a_new_file_passes_the_check(tmp_path):
    place = str(tmp_path / "mine.yaml")
    done = mho_sim("new", "--country", "Ghana", "--kinds", "outpatient, dentist", "--currency", "GHS", place)
    assert done.returncode == 0 and done.stdout == ""
    assert f"mho-sim check {place}" in done.stderr and "placeholders" in done.stderr
    assert "no fault found" in mho_sim("check", place).stdout
    again = mho_sim("new", place)
    assert again.returncode == 2 and "is there already" in again.stderr


def test_a_new_scenario_can_be_read_in_one_sitting():
    lines = new_scenario().splitlines()
    assert len(lines) <= 154 and sorted(map(len, lines))[-2] <= 150


def test_an_adviser_with_two_reports_a_price_list_and_a_survey_needs_no_other_words():
    """Everything that an hour's work fills in is a figure that is in the file already."""
    text = new_scenario()
    for old, new in {
        "cases: 1_050, months: 2, catchment: {between: [16_000, 22_000]}": "cases: 812, months: 2, catchment: 11_400",
        "{consultation: 500, medicines: {each: 1_000, times: {between: [2, 4]}}}": "{visit: 300, malaria test: 800}",
        "uncovered: {between: [15%, 40%], best: 25%, source: assumed}": "uncovered: {value: 37%, source: families}",
        "members: 300 ": "members: 120 ",
        "amount: 300 ": "amount: 350 ",
    }.items():
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    scenario = parse(text)
    outpatient = scenario.setting.illness["outpatient"]
    assert outpatient.need == pytest.approx(812 * 6 / 11_400 / 0.37)
    assert outpatient.cost.lognormal.mean == 1_100 and scenario.warnings == []


def test_what_its_comments_say_can_be_written():
    """The mean of some bills and the dearest, which months were counted and their season, how many patients need a line
    of the price list, a letter and a collector.
    """
    text = new_scenario()
    season = "season: [3, 3, 3, 3, 3, 3, 6, 6, 3, 3, 3, 3]"
    usual = "{usual: 30_000, one_in_ten_above: 85_000, grade: neighbour, source: assumed}"
    report = "cases: 1_050, months: 2, catchment: {between: [16_000, 22_000]}"
    for old, new in {
        usual: "{mean: 34_000, dearest: 120_000, of: 20 bills}",
        report: "cases: 1_050, months: [july, august], catchment: 19_000",
        "      frailty: {between: [1.1, 1.4]": f"      {season}\n      frailty: {{between: [1.1, 1.4]",
        "{consultation: 500, ": "{consultation: 500, test: {each: 800, times: 0.4}, ",
        "letter: 100% ": "letter: 80% ",
        "hospital: {copay: 20%, ": "hospital: {referral: required, copay: 20%, ",
        "collector: 0% ": "collector: 5% ",
    }.items():
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    scenario = parse(text)
    outpatient, hospital = scenario.setting.illness["outpatient"], scenario.setting.illness["hospital"]
    assert outpatient.use.value.best == pytest.approx(1_050 * 6 / 19_000 / (6 * 12 / 42))
    assert outpatient.cost.lognormal.mean == 500 + 0.4 * 800 + 3 * 1_000
    assert (hospital.cost.lognormal.mean, hospital.letter) == (34_000, 0.8)
    assert scenario.scheme.contribution.collector == 0.05 and scenario.warnings == []


def test_without_a_file_the_scenario_is_printed():
    assert mho_sim("new").stdout == new_scenario()


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("scenarios", "beppa"), "Did you mean bepha?"),
        (("scenarios", "xyz"), "There are: accord, bepha"),
        (("run", "market-trader"), "Did you mean market-traders?"),
        (("new", "--country", "Ghana"), "Name the currency"),
        (("new", "--kinds", "a b"), "is not a name"),
        (("new", "--kinds", ""), "is not a name"),
    ],
)
def test_a_mistake_ends_in_one_clear_sentence(arguments, sentence):
    done = mho_sim(*arguments)
    assert done.returncode == 2 and sentence in done.stderr and done.stdout == ""
    assert "Traceback" not in done.stderr and len(done.stderr.splitlines()) == 1
