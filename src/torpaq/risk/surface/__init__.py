"""The surface of risk: what every layer says of every cell, summed as log-odds, with its spread and its reasons."""
