"""The file and the fingerprint of each problem, for formats that want both for every problem."""

import hashlib
import os
from collections import Counter

from setpoint.check.diagnostic import Diagnostic
from setpoint.check.report import Report
from setpoint.sources.env_file import SourceKind

_FILES = {SourceKind.ENV_FILE, SourceKind.DEPLOY_FILE}


def shown_path(report: Report, diagnostic: Diagnostic) -> str | None:
    """Return the path of the file to show `diagnostic` at; None if no file was checked.

    A problem without a place, such as a missing variable, is shown at the file that takes precedence. Paths
    below the working directory are relative to it, as those of a repository are.
    """
    paths = [each.path for each in report.sources if each.path is not None and each.kind in _FILES]
    path = diagnostic.location.path if diagnostic.location else next(reversed(paths), None)
    if path is None:
        return None
    inside = os.path.relpath(path)
    return inside if not inside.startswith(os.pardir) else path


def fingerprints(report: Report) -> list[str]:
    """Return, for each diagnostic, a string that stays the same when lines move, and gives away nothing of a value."""
    seen: Counter[tuple[str, ...]] = Counter()
    found = []
    for diagnostic in report.diagnostics:
        key = (diagnostic.code, shown_path(report, diagnostic) or "", diagnostic.variable or "")
        seen[key] += 1
        found.append(hashlib.sha256("\0".join((*key, str(seen[key]))).encode("utf-8", "replace")).hexdigest())
    return found
