"""Vector tiles of our own: clipped, snapped and always valid, as numba kernels on flat arrays."""
