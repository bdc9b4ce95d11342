"""Days of work on a task: what does not fit the task, the team's own history or the land that others searched."""
