"""Every kind of job there is: importing this module registers them all with :mod:`torpaq.web.jobs`."""

LOADED = True
"""Named by the worker, so that nobody takes the import for an idle one."""
