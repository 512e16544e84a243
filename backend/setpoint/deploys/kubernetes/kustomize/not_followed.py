"""Finds the variables that a kustomization changes in ways not followed here, so that their values are unknown."""

import re

from setpoint.deploys.kubernetes.kustomize.fields import strings, tables
from setpoint.deploys.kubernetes.tree import Table

NOT_FOLLOWED = {
    "generators", "helmChartInflationGenerator", "helmCharts", "helmGlobals", "replacements",
    "transformers", "vars",
}  # fmt: skip
"""The fields that are not followed."""

ALL = "*"
"""Represents every variable."""

WHY = "changed by the kustomization"
"""Why the value of such a variable is unknown."""

_CHANGES_ANYTHING = ("transformers", "vars")
_VARIABLE = re.compile(r"\benv\.\[name=([^\]]+)\]")
_OF_MANY = re.compile(r"\benv\b|^(?:data|stringData)\b")


def changed_variables(root: Table) -> set[str]:
    """Return the names of the variables that may differ from what is written; `ALL` if it is unclear which.

    Raises:
        KustomizeError: `replacements` is not a list, or has a form that kustomize refuses.
    """
    if any(key in root.keys for key in _CHANGES_ANYTHING):
        return {ALL}
    names: set[str] = set()
    for replacement in tables(root, "replacements"):
        if replacement.at("path") is not None:
            return {ALL}
        for target in tables(replacement, "targets"):
            for path in strings(target, "fieldPaths"):
                found = _VARIABLE.findall(str(path.value))
                names.update(found or ({ALL} if _OF_MANY.search(str(path.value)) else ()))
    return names
