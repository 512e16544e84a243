"""Settings classes, at least one for each feature of pydantic-settings' manual."""

from collections.abc import Sequence

from support.differential.case import Case
from support.differential.catalogue import (
    config_files,
    files,
    names,
    nesting,
    own_code,
    projects,
    sources,
    types,
    unions,
    validators,
)

CASES: Sequence[Case] = [
    *sources.CASES,
    *config_files.CASES,
    *files.CASES,
    *names.CASES,
    *nesting.CASES,
    *unions.CASES,
    *types.CASES,
    *validators.CASES,
    *projects.CASES,
    *own_code.CASES,
]
