"""Map sheets to print: our own small vector drawing, to scale on a stated grid. Where there is no base map, none."""
