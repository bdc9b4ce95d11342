"""Lets mutation testing run the ledger's kernels as the plain Python they are written in."""

import os

if os.environ.get("TORPAQ_PLAIN_LAND"):
    import numba

    from torpaq.geo.faces import atomic_faces
    from torpaq.geo.shape import box_shape

    atomic_faces([box_shape(0, 0, 1, 1)])  # geometry is compiled before the switch: it is not what is mutated

    numba.config.DISABLE_JIT = True
