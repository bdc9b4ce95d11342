"""Lets mutation testing run the ledger's kernels as the plain Python they are written in; geometry stays compiled."""

import os

if os.environ.get("TORPAQ_PLAIN_LAND"):
    import numba

    import torpaq.geo.partition.faces

    numba.config.DISABLE_JIT = True
    import torpaq.land.live  # noqa: F401 - decorated while it is off

    numba.config.DISABLE_JIT = False
