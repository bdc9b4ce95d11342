"""What a phone or a page sent, once it is read: the same value from both."""

from collections.abc import Mapping
from dataclasses import dataclass

from torpaq.intake.exports.xlsform import form_code, form_version
from torpaq.intake.record.record import Value
from torpaq.standard.form import Form, form_codes, load_form, versions_of
from torpaq.standard.problems import Problem, problem


@dataclass(frozen=True, slots=True)
class Instance:
    """A submission as read.

    ``instance_id`` is normal (``uuid:…``), ``bases`` are the versions it was edited from (``deprecated_id`` of a
    phone), ``form`` and ``version`` name the definition it answers; all empty where they could not be read.
    ``files`` are the names of the photos and documents it speaks of, which may come later. With a problem of severity
    error it must be looked at by a person before it counts.
    """

    instance_id: str = ""
    deprecated_id: str = ""
    form: str = ""
    version: str = ""
    values: Mapping[str, Value] | None = None
    bases: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()

    @property
    def answers(self) -> Mapping[str, Value]:
        """The values, none where nothing could be read."""
        return self.values or {}


def find_form(written: str, version: str, country: str) -> tuple[Form | None, list[Problem]]:
    """Return the form that a submission names, by its code or a phone's id, in the version it names.

    Where the version is unknown the newest is returned with an error, so that what can be read is read.
    """
    code = form_code(written)
    if code not in form_codes():
        return None, [problem("submission_form_unknown", "form", form=written[:80], known=", ".join(form_codes()))]
    own = form_version(version)
    if own in versions_of(code, country):
        return load_form(code, country, own), []
    known = ", ".join(versions_of(code, country))
    told = problem("submission_version_unknown", "version", form=code, version=version[:80], known=known)
    return load_form(code, country), [told]
