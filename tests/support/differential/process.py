"""A process that becomes what situations say, and answers what `Settings()` or Setpoint make of each."""

import importlib
import json
import os
import shutil
import sys
import warnings
from collections.abc import Callable, Mapping, Sequence
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_settings import BaseSettings

from support.differential.dump import dumped


def settings_of(reference: str, _: Mapping[str, Any]) -> Any:
    """Return what `Settings()` does: its settings, or what it raises."""
    settings_class = _class(reference)
    try:
        return {"settings": dumped(settings_class())}
    except ValidationError as error:
        if error.title != settings_class.__name__:  # What it nests ends it before it looks at all values.
            return {"raised": [type(error).__name__, error.title]}
        errors = error.errors(include_url=False, include_input=False, include_context=False)
        return {"errors": sorted([[list(each["loc"]), each["type"]] for each in errors], key=str)}
    except Exception as error:  # noqa: BLE001 - a class may raise anything, and that is the answer
        return {"raised": [type(error).__name__, str(error)]}


def judgement_of(reference: str, situation: Mapping[str, Any]) -> Any:
    """Return what Setpoint says: `check` and `show` as JSON, each with its exit status, and what `load` returns.

    `check` is asked twice, about a start and about files that give the same.
    """
    words = situation["given"]
    return {
        "check": _command("check", "--format", "json", "--settings", reference),
        "show": _command("show", "--format", "json", "--settings", reference),
        "load": _loaded(reference),
        "check FILE": words and _given(reference, words),
    }


def _given(reference: str, words: Sequence[str]) -> Any:
    if "--environment" not in words:
        os.environ.clear()
    return _command("check", "--format", "json", "--settings", reference, *words)


def _command(*words: str) -> Any:
    from setpoint.cli.main import main  # noqa: PLC0415 - the process that asks the class itself does without Setpoint

    output, talk = StringIO(), StringIO()
    status: object
    with redirect_stdout(output), redirect_stderr(talk):
        try:
            status = main(words)
        except SystemExit as end:
            status = end.code
    text = output.getvalue()
    return {"status": status, "said": talk.getvalue(), "output": json.loads(text) if text else None}


def _loaded(reference: str) -> Any:
    from setpoint import load  # noqa: PLC0415 - see above

    talk = StringIO()
    try:
        with redirect_stderr(talk):
            return {"settings": dumped(load(_class(reference)))}
    except SystemExit as end:
        return {"status": end.code, "said": talk.getvalue()}


def _class(reference: str) -> type[BaseSettings]:
    module, _, name = reference.partition(":")
    found: type[BaseSettings] = getattr(importlib.import_module(module), name)
    return found


WORKING_DIRECTORY = "outer/inner/app"
"""Where the app starts: some classes look for files in folders above it."""

QUESTIONS: Mapping[str, Callable[[str, Mapping[str, Any]], Any]] = {"settings": settings_of, "judgement": judgement_of}


def answer(request: Mapping[str, Any], folder: Path) -> Any:
    """Answer for each situation of `request`, in a folder and an environment that hold nothing else."""
    question, answers = QUESTIONS[request["question"]], []
    for situation in request["situations"]:
        os.chdir(folder)
        shutil.rmtree("outer", ignore_errors=True)
        Path(WORKING_DIRECTORY).mkdir(parents=True)
        os.chdir(WORKING_DIRECTORY)
        for path, content in situation["files"].items():
            Path(path).parent.mkdir(parents=True, exist_ok=True)
            Path(path).write_bytes(content.encode("latin-1"))
        os.environ.clear()
        os.environ.update(situation["environment"])
        answers.append(question(request["class"], situation))
    return answers


def main(folder: Path) -> None:
    """Answer requests, each a line of JSON on standard input, with a line of JSON each."""
    warnings.simplefilter("ignore")
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # What a class prints is no answer.
    for line in sys.stdin:
        answers.write(json.dumps(answer(json.loads(line), folder)) + "\n")
        answers.flush()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
