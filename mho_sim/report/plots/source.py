"""Where a picture's figures come from: the line at its foot."""

from importlib.metadata import version
from typing import NamedTuple

from mho_sim.report.words import plural


class Source(NamedTuple):
    """Of which scenario a picture is, and of how many worlds; what is not known is left out."""

    title: str = ""
    hash: str = ""
    currency: str = ""
    worlds: int | None = None
    seed: int | None = None
    interrupted: bool = False

    @classmethod
    def of(cls, found):
        """That of a `Result`, or of a `Sensitivity`."""
        scenario, broken_off = found.scenario, getattr(found, "interrupted", False)
        return cls(scenario.title, scenario.hash, scenario.currency, found.worlds, found.seed, broken_off)

    def told(self):
        """The line: version, scenario, seed and worlds."""
        parts = [f"mho_sim {version('mho_sim')}"]
        if self.hash:
            parts.append(f"scenario {self.hash.removeprefix('sha256:')[:12]}")
        if self.seed is not None:
            parts.append(f"seed {self.seed}")
        if self.worlds is not None:
            parts.append(plural(self.worlds, "world") + (" (interrupted)" if self.interrupted else ""))
        return "; ".join(parts)
