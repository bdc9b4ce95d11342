"""Torpaq: the information and decision system of a mine action programme."""

__version__ = "0.3.0"
