"""Evidence and risk at work: sources come in, layers are built, surfaces made and read. Nothing here changes land."""
