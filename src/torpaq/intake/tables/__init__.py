"""Messy tables in, verdicts out: workbooks and text files that people keep for themselves, read without guessing.

1. :func:`~torpaq.intake.tables.reading.read_workbook` turns bytes into tables of raw cells under headings, with
   findings of everything odd about them (:mod:`~torpaq.intake.tables.model`).
2. :mod:`~torpaq.intake.tables.cells` reads one raw cell as a number, a day, a time or a text.
3. :func:`~torpaq.intake.tables.verdicts.write_verdicts` gives the same workbook back with a verdict on each row.
"""
