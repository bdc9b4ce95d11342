"""Labelled cells of anybody's grid: what is known near by, what the land looks like, and how likely an item is."""
