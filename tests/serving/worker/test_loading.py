import subprocess
import sys

from support.gunicorn_process import BACKEND, clean_environment

PATCHED = """
import importlib.metadata
from types import SimpleNamespace
from gevent import monkey
from serving.worker.loading import prepare_worker

looked_for = []
find = importlib.metadata.entry_points
importlib.metadata.entry_points = lambda **what: looked_for.append(what) or find(**what)
handover = SimpleNamespace(variables={}, origins="", server=SimpleNamespace(workers=1))
prepare_worker(None, SimpleNamespace(cfg=handover.server, load_wsgi=None), handover)
monkey.patch_all()
assert monkey.is_module_patched("socket")
print(len(looked_for))
"""


def test_a_start_looks_through_no_installed_package_for_plugins() -> None:
    """They are asked for by gevent some thirty times while it patches, each time in the files of all packages."""
    program = [sys.executable, "-c", PATCHED]
    done = subprocess.run(program, cwd=BACKEND, env=clean_environment(), capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("0\n", "")
