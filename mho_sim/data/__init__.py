"""Published figures that stand in for an association's own, every one with its source, year and mark."""

from mho_sim.data.coins import coin
from mho_sim.data.countries import Figure, Preset, preset, presets

__all__ = ["Figure", "Preset", "coin", "preset", "presets"]
