"""Figures of the programme's work, each with its numerator, its denominator and the rows it is made of."""
