"""Tells: what was understood, what a study found, on one page, and one future as a story, in the field's words."""
