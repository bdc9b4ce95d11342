"""Tasks: what is ordered, what every move of a task needs, where lanes lie, and what the board says of a task."""
