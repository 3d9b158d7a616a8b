"""All cases of the measured suite: chains, bundles and hosts, made at run time, with stable names."""

from __future__ import annotations

import functools
import itertools

from tests.clients import (
    cases_bundles,
    cases_constraints,
    cases_extensions,
    cases_fields,
    cases_files,
    cases_keys,
    cases_mixed,
    cases_names,
    cases_usages,
)
from tests.clients.making import Case

SUBJECTS = (
    cases_bundles,
    cases_usages,
    cases_extensions,
    cases_constraints,
    cases_names,
    cases_keys,
    cases_fields,
    cases_files,
    cases_mixed,
)


@functools.cache
def cases() -> tuple[Case, ...]:
    """Return every case, in a stable order, each with a name of its own as in `namesake/same-root/served-before`."""
    return tuple(itertools.chain.from_iterable(subject.cases() for subject in SUBJECTS))
