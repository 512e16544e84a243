"""Holds what Setpoint says to what the class does."""

import json
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from support.differential.asking import Process
from support.differential.case import PROCESS, STRANGER, Case
from support.differential.situation import GIVEN, Situation, Written

_PROCESS_ENVIRONMENT = "process-environment"
_PLAIN = {"builtins.str", "builtins.int", "builtins.bool", "builtins.float"}
_MASK = "********"


@dataclass(frozen=True)
class Difference:
    """Something that Setpoint says and that is not so.

    Attributes:
        kind: What was compared.
        said: What Setpoint says.
        right: What the class does.
    """

    kind: str
    said: object
    right: object


def differences(case: Case, situation: Situation, reference: Process, subject: Process) -> Iterator[Difference]:
    """Yield what `check`, `show` and `load` say in `situation` that the class does not do."""
    (right,), (said,) = reference.ask(case, [situation]), subject.ask(case, [situation])
    if case.exception is not None:
        yield from _of_exception(case.exception, said)
        return
    yield from _of_status(said, right)
    others = [list(situation.others_at(at)) for at in range(len(situation.written))]
    of_files = {path: list(situation.others_of(path)) for path in case.varied}
    flat = iter(reference.ask(case, [each for group in (*others, *of_files.values()) for each in group]))
    answers = Answers(
        [[next(flat) for _ in group] for group in others],
        {path: [next(flat) for _ in group] for path, group in of_files.items()},
    )
    if "errors" in right:
        yield from _of_blame(situation, said["check"], right, answers)
        yield from _of_blame(situation, said["check FILE"] or {"output": None}, right, answers)
    if "settings" in right:
        yield from _of_values(case, said, right)
        yield from _of_origins(case, situation, said, right, answers.written)
        yield from _of_files(case, said, right, answers.files)


@dataclass(frozen=True)
class Answers:
    """What the class does in situations that differ in one thing.

    Attributes:
        written: With another text of a variable, by its index.
        files: With another version of a file, by its path.
    """

    written: Sequence[Sequence[Any]]
    files: Mapping[str, Sequence[Any]]


def _of_exception(exception: str, said: Any) -> Iterator[Difference]:
    """Yield each command that does not say so and end."""
    for command, unable in (("check", 2), ("show", 2), ("load", 78), ("check FILE", 2)):
        answer = said[command]
        if answer and (answer.get("status") != unable or exception not in answer["said"]):
            yield Difference(command, answer, exception)


def _of_status(said: Any, right: Any) -> Iterator[Difference]:
    is_taken = "settings" in right
    for command in ("check", "check FILE"):
        answer = said[command]
        if answer and answer["status"] != (0 if is_taken else 1):
            is_told_elsewhere = command == "check FILE" and _forbids_alone(right)
            if answer["status"] != 0 or not is_told_elsewhere:
                yield Difference(command, [answer["status"], _codes(answer), answer["said"]], right)
    if is_taken and said["load"].get("settings") != right["settings"]:
        yield Difference("load", said["load"], right)
    if not is_taken and "settings" in said["load"]:
        yield Difference("load", said["load"], right)
    if said["show"]["status"] != 0:
        yield Difference("show", [said["show"]["status"], said["show"]["said"]], right)


def _forbids_alone(right: Any) -> bool:
    """Return whether the class objects to nothing but unknown names, of which the project here wants no word.

    The other members of a union object for reasons of their own.
    """
    kinds: dict[str, set[str]] = {}
    for place, kind in right.get("errors", [([""], "raised")]):
        kinds.setdefault(str(place[:1]), set()).add(kind)
    return all("extra_forbidden" in each for each in kinds.values())


def _codes(answer: Any) -> list[str]:
    found = answer["output"]
    return [f"{each['code']} {each['variable']} {each['message']}" for each in found["diagnostics"]] if found else []


def _of_blame(situation: Situation, answer: Any, right: Any, answers: Answers) -> Iterator[Difference]:
    """Yield each diagnostic that blames a variable or a file which no other text, nor none, would make better."""
    output = answer["output"]
    for diagnostic in output["diagnostics"] if output else ():
        if diagnostic["code"] == "SP404" and all(place for place, _ in right["errors"]):
            continue  # The class would tell it once its fields are valid.
        said = [diagnostic["variable"], diagnostic["message"], diagnostic["location"]]
        for path, others in answers.files.items():
            if f"of `{path}`" in diagnostic["message"] and not any(_is_better(each, right) for each in others):
                yield Difference("blame", said, right)
        is_placed = diagnostic["code"] in {"SP401", "SP404"} and diagnostic["location"] is not None
        # The class would tell what is inside a value once that is an object.
        if not is_placed or _is_inside_of_another(diagnostic, output["diagnostics"]):
            continue
        at = _at(situation, diagnostic["location"], diagnostic["variable"])
        if at is None:
            yield Difference("place", diagnostic, "nothing is written there")
        elif not any(_is_better(each, right) for each in answers.written[at]) and not _is_given_twice(
            situation, at, diagnostic["message"]
        ):
            yield Difference("blame", said, right)


def _is_inside_of_another(diagnostic: Any, diagnostics: Sequence[Any]) -> bool:
    """Return whether another one says of the value around it that it is no object."""
    objects = (each for each in diagnostics if each["message"].endswith(("JSON object", "valid JSON")))
    return any(str(diagnostic["variable"]).upper().startswith(f"{each['variable']}_".upper()) for each in objects)


def _is_given_twice(situation: Situation, at: int, message: str) -> bool:
    """Return whether another text gives the same key: without either, the other would be wrong."""
    name = situation.written[at].name.upper()
    others = [each for each in situation.written if each is not situation.written[at]]
    around = [each for each in others if name.startswith(f"{each.name.upper()}__")]
    keys = ((each, name.removeprefix(f"{each.name.upper()}__").partition("__")[0]) for each in around)
    if any(f'"{key}"' in each.text.upper() for each, key in keys):
        return True
    refused = re.match("the key `([^`]+)`", message.upper(), re.IGNORECASE)
    beside = [each for each in others if each.name.upper().partition("__")[0] == name.partition("__")[0]]
    return refused is not None and any(f"__{refused[1]}__" in f"{each.name.upper()}__" for each in beside)


def _is_better(answer: Any, before: Any) -> bool:
    if "settings" in answer:
        return True
    if "errors" not in answer:
        return False
    now, then = ({json.dumps(each) for each in which["errors"]} for which in (answer, before))
    return now < then or bool(then - now)


def _of_origins(
    case: Case, situation: Situation, said: Any, right: Any, answers: Sequence[Sequence[Any]]
) -> Iterator[Difference]:
    """Yield where `show` says that a text counts that does not, and where it says so of none that does."""
    output = said["show"]["output"]
    shown = output["variables"] if output else []
    origins = [(origin.get("variable", each["name"]), origin) for each in shown for origin in _origins(each)]
    winners = {at for name, origin in origins if (at := _at(situation, origin, name)) is not None}
    for at, (here, others) in enumerate(zip(situation.written, answers, strict=True)):
        if here.name.upper() in case.unseen:
            continue
        is_winner = at in winners
        if here.texts is STRANGER and not is_winner:
            continue  # A misspelt key of a model says at least that there is one.
        if here.text == "null" and not is_winner:
            continue  # It may count by what it hides, while what is over it gives the value.
        if not here.text and not is_winner and case.settings.model_config.get("env_ignore_empty"):
            continue  # Another text would count, and this one is none.
        is_right = is_winner == _counts(others, right)
        if is_winner and not is_right:
            # Of several that only make a key, each could be left out, and the strongest is said to do it.
            same = [text for text in situation.written if text.name.upper() == here.name.upper()]
            alike = [answers[situation.written.index(text)] for text in same]
            is_right = len(same) > 1 and not any(_counts(each, right) for each in alike)
        if not is_right and not (is_winner and _is_taken_apart(here, winners, situation)):
            yield Difference("origin", f"{here.name} in {here.source} {'wins' if is_winner else 'does not win'}", right)


def _of_values(case: Case, said: Any, right: Any) -> Iterator[Difference]:
    """Yield each default and each value that `show` tells of a setting, and that the class does not have."""
    output = said["show"]["output"]
    for each in output["variables"] if output else ():
        found = _held(right["settings"], each["setting"].split("."))
        is_default = each["origin"]["source"] == "default" and each["value"] is not None
        is_known = is_default or not case.unseen
        if (is_default and found is None) or (is_known and not _is_same(each["value"], found, is_default=is_default)):
            yield Difference("value", [each["name"], each["value"], each["origin"]], found)


def _is_same(text: str | None, found: Any, *, is_default: bool) -> bool:
    """Return whether `text` may be what the class has: of what is written, its code may make something else."""
    if not found or text in {None, _MASK} or found.get("type") not in _PLAIN:
        return True
    plain, shown = (each.strip("'\"").removesuffix(".0") for each in (found["value"], str(text)))
    if is_default:
        return shown in {plain, plain.lower()}
    return not (plain.isdecimal() and shown.isdecimal()) or int(plain) == int(shown)


def _held(made: Any, path: Sequence[str]) -> Any:
    """Return what is in the dump `made` at `path`; None if nothing is."""
    for step in path:
        pairs = made.get("items", ()) if made["type"] == "builtins.dict" else ()
        items = {str(key.get("value", "")).strip("'"): value for key, value in pairs}
        made = made.get("fields", items).get(step)
        if made is None:
            return None
    return made


def _of_files(case: Case, said: Any, right: Any, answers: Mapping[str, Sequence[Any]]) -> Iterator[Difference]:
    """Yield each config file that `show` names though nothing is made of it, or does not name though something is."""
    output = said["show"]["output"]
    origins = [origin for each in output["variables"] for origin in _origins(each)] if output else []
    paths = [each.get("paths") or [each["path"]] for each in origins if each.get("source") == "config-file"]
    named = {Path(each).name for group in paths for each in group}
    # Of several files that a source puts together, a mapping may come from all.
    alone = {Path(each).name for group in paths if len(group) == 1 for each in group}
    for path, versions in answers.items():
        if path in case.unseen:
            continue
        # Without a file that has to be there, nothing is known of what it gives.
        if "raised" not in versions[0] and _counts(versions[:1], right) and path not in named:
            yield Difference("origin", f"{path} does not count", right)
        # Without it the same value may come from elsewhere.
        if path in alone and not _counts(versions, right):
            yield Difference("origin", f"{path} counts", right)


def _origins(said: Any) -> Iterator[Any]:
    """Yield each place that is said to give the value of a setting, or a part of it; what it shadows gives nothing."""
    if isinstance(said, list):
        for each in said:
            yield from _origins(each)
    elif isinstance(said, dict):
        for key, value in said.items():
            yield from [value] if key == "origin" else [] if key == "shadowed" else _origins(value)


def _counts(others: Sequence[Any], right: Any) -> bool:
    """Return whether a text counts: without it, or with another one, the settings are others, or none.

    What can't be decoded, JSON that is none, stops the class wherever it is, and tells nothing.
    """
    without, *instead = others
    values = _without_set(right)
    decoded = [without, *(each for each in instead if "raised" not in each)]
    return any(_without_set(each) != values for each in decoded)


def _without_set(answer: Any) -> Any:
    """Return the values in `answer` alone: not what a key counts as set that a model ignores, and no order of keys."""
    if isinstance(answer, dict):
        plain = {key: _without_set(value) for key, value in answer.items() if key != "set"}
        return plain | {"items": sorted(plain["items"], key=str)} if plain.get("type") == "builtins.dict" else plain
    return [_without_set(each) for each in answer] if isinstance(answer, list) else answer


def _is_taken_apart(here: Written, winners: Collection[int], situation: Situation) -> bool:
    """Return whether variables of their own set parts of the value `here`, all of them perhaps."""
    others = (situation.written[at] for at in winners)
    return any(each is not here and each.name.upper().startswith(here.name.upper()) for each in others)


def _at(situation: Situation, place: Mapping[str, Any], name: str | None) -> int | None:
    """Return which of the written variables stands at `place`."""
    for at, here in enumerate(situation.written):
        if _is_at(situation, at, here, place, name):
            return at
    return None


def _is_at(situation: Situation, at: int, here: Written, place: Mapping[str, Any], name: str | None) -> bool:
    path = str(place.get("path", "")).removeprefix("./")
    if here.source == PROCESS and path == GIVEN:
        return place.get("line") == sum(each.source == PROCESS for each in situation.written[: at + 1])
    if here.source == PROCESS:
        is_last = not any(
            each.source == PROCESS and each.name.upper() == here.name.upper() for each in situation.written[at + 1 :]
        )
        in_process = place.get("source") == _PROCESS_ENVIRONMENT
        return in_process and (here.name == name or (is_last and here.name.upper() == str(name).upper()))
    if here.source.endswith("/"):
        return path.endswith(here.source + here.name)
    return path == here.source and place.get("line") == situation.line_of(at)
