"""Lets tests import the reference model and the scenario generator that lie beside them."""
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
