"""Every kind of job there is: their modules register them with :mod:`torpaq.web.jobs` as they are imported."""

from importlib import import_module

MODULES = ("torpaq.web.batch_jobs", "torpaq.web.risk.work")


def register_all() -> None:
    """Let every kind of job be known; a second time changes nothing."""
    for name in MODULES:
        import_module(name)
