"""Invented districts whose truth is known: what a promise about misses has to be held against before it is believed."""
