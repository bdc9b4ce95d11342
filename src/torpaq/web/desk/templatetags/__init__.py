"""How the desk's templates write figures, codes and names."""
