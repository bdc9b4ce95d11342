"""The daily work: who may work where, with what, what was done, whether it was good, when land goes back to people."""
