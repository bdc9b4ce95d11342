"""Operations at work in the database: tasks, standing, progress, quality and release, each its own module."""
