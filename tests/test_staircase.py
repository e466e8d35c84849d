"""The staircase: a room imports only rooms below it (the contract is in setup.cfg)."""

import subprocess
import sys
from pathlib import Path


def test_no_import_points_upward():
    root = Path(__file__).parent.parent
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            "from importlinter.cli import lint_imports_command; lint_imports_command()",
            "--config",
            "setup.cfg",
            "--no-cache",
        ],
        capture_output=True,
        text=True,
        cwd=root,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 kept, 0 broken" in done.stdout
