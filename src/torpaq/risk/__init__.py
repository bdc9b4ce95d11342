"""Layers become a contamination surface with uncertainty, explanation and score card."""
