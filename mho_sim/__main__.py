"""`python -m mho_sim`: the command line."""

from mho_sim.cli import main

main()
