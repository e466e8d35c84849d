"""The cache of machine code: folders of other versions are forgotten, and nothing else is touched."""

import os
import subprocess
import sys
from pathlib import Path

import mho_sim
from mho_sim.compiled.kept import compiled_sources

PACKAGE = Path(mho_sim.__file__).parent
DOORS = {PACKAGE / "cli" / "telling.py"}  # asks only whether anything is compiled yet
IMPORT = "from mho_sim.compiled.kept import CACHE_FOLDER, KEPT; print(CACHE_FOLDER, KEPT)"


def imported(folder):
    """(cache folder, how many other versions are kept) as a new process sees them."""
    environment = {**os.environ, "MHO_SIM_CACHE_DIR": str(folder)}
    done = subprocess.run([sys.executable, "-c", IMPORT], capture_output=True, text=True, env=environment, check=True)
    chosen, kept = done.stdout.rsplit(maxsplit=1)
    return chosen, int(kept)


def test_only_old_versions_are_deleted(tmp_path):
    chosen, kept = imported(tmp_path)
    root = tmp_path / "machine-code"
    assert chosen.startswith(str(root))
    bystanders = [tmp_path / "Documents", root / "thesis", root / "0123456789abcdef"]
    for number, bystander in enumerate(bystanders):
        bystander.mkdir()
        (bystander / "letter.txt").write_text("mine")
        os.utime(bystander, (number, number))
    for age in range(kept + 3):
        version = root / f"{age:016x}"
        version.mkdir()
        (version / ".used").touch()
        os.utime(version / ".used", (1e9 + age, 1e9 + age))
    imported(tmp_path)
    assert all((bystander / "letter.txt").exists() for bystander in bystanders)
    assert [age for age in range(kept + 3) if (root / f"{age:016x}").exists()] == list(range(3, kept + 3))


def test_a_folder_that_cannot_be_written_is_no_obstacle(tmp_path):
    (tmp_path / "file").write_text("not a folder")
    chosen, _ = imported(tmp_path / "file")
    assert not chosen.startswith(str(tmp_path))


def test_all_sources_that_are_compiled_are_watched():
    """Whatever makes rules or kernels is among the sources that name the cache folder; other rooms, which may change
    without compiling anew, hold none.
    """
    watched = set(compiled_sources())
    for path in PACKAGE.rglob("*.py"):
        makes_code = "from mho_sim.compiled import" in path.read_text() and path not in DOORS
        assert not makes_code or path in watched, path
    assert all(path.is_file() for path in watched)
    assert len(watched) > 10
