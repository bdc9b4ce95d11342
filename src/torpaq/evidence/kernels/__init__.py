"""What turns places and heights into values a cell: plain loops over arrays, compiled, the same on any tile."""
