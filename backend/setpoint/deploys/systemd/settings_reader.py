"""Reads the assignments of a unit and its drop-ins into its settings, one after the other."""

import re
from collections.abc import Callable

from setpoint.deploys.deployment import DeployProblem, DeployProblemKind, Given, Place
from setpoint.deploys.systemd.specifiers import Resolved, Specifiers
from setpoint.deploys.systemd.unit_name import UnitName
from setpoint.deploys.systemd.unit_settings import EnvironmentFile, Named, UnitSettings
from setpoint.deploys.systemd.unit_text import Assignment, UnitText
from setpoint.deploys.systemd.words import BrokenQuotingError, Word, words
from setpoint.envfile.source_text import SourceText, Span, first_bad_byte
from setpoint.text.suggest import allowed_steps, nearest

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_TRUE = {"1", "yes", "y", "true", "t", "on"}
_DIRECTORIES = {
    "RuntimeDirectory": ("RUNTIME_DIRECTORY", "/run"),
    "StateDirectory": ("STATE_DIRECTORY", "/var/lib"),
    "CacheDirectory": ("CACHE_DIRECTORY", "/var/cache"),
    "LogsDirectory": ("LOGS_DIRECTORY", "/var/log"),
    "ConfigurationDirectory": ("CONFIGURATION_DIRECTORY", "/etc"),
}
_OFTEN_MISSPELT = ("Environment", "EnvironmentFile", "PassEnvironment", "UnsetEnvironment")
_STARTING = ("ExecStart", "ExecStop", "SuccessAction")


class SettingsReader:
    """Reads the texts of one unit, its own first, into one `UnitSettings`.

    Attributes:
        settings: What was read so far.
        problems: What does not reach a process as it is written.
    """

    def __init__(self, name: UnitName, fragment: str) -> None:
        self.settings = UnitSettings()
        self.problems: list[DeployProblem] = []
        self._name = name
        self._specifiers = Specifiers(name, fragment)
        self._file = SourceText("", "")
        self._readers: dict[str, Callable[[Assignment], None]] = {
            "Environment": self._environment,
            "EnvironmentFile": self._environment_file,
            "PassEnvironment": self._pass_environment,
            "UnsetEnvironment": self._unset_environment,
            "User": self._user,
            "DynamicUser": self._dynamic_user,
            "ExecSearchPath": self._exec_search_path,
            "Type": self._type,
            **dict.fromkeys(_DIRECTORIES, self._directory),
            **dict.fromkeys(_STARTING, self._start),
            **dict.fromkeys(("LoadCredential", "LoadCredentialEncrypted"), self._credential),
            **dict.fromkeys(("SetCredential", "SetCredentialEncrypted"), self._credential),
        }

    def read(self, text: UnitText) -> None:
        """Take every assignment of `text`."""
        self._file = text.file
        for assignment in text.assignments:
            key = assignment.key.text
            reader = self._readers.get(key)
            in_section = assignment.section == self._name.section or (
                assignment.section == "Unit" and key == "SuccessAction"
            )
            if reader is not None and in_section:
                reader(assignment)
            elif reader is not None:
                self._misplaced(assignment)
            elif in_section and (meant := nearest(key, _OFTEN_MISSPELT, allowed_steps(key))) is not None:
                message = f"systemd does not know `{key}=` and ignores the line"
                self._report(
                    DeployProblemKind.UNKNOWN_DIRECTIVE, message, assignment.key.whole, f"did you mean `{meant}=`?"
                )

    def _misplaced(self, assignment: Assignment) -> None:
        if assignment.key.text in ("Type", "User", *_STARTING) or assignment.section.startswith("X-"):
            return
        message = f"`{assignment.key.text}=` has no meaning in this section, so systemd ignores the line"
        hint = f"move it below `[{self._name.section}]`"
        self._report(DeployProblemKind.WRONG_SECTION, message, assignment.key.whole, hint)

    def _environment(self, assignment: Assignment) -> None:
        if not assignment.value.text:
            self.settings.inline.clear()
        last: str | None = None
        for word in self._words(assignment):
            resolved = self._resolved(word)
            if resolved is None:
                continue
            name, equal_sign, value = resolved.text.partition("=")
            if equal_sign and _NAME.fullmatch(name) and first_bad_byte(value) is None:
                self._give(name, value, resolved, word)
                last = name
            else:
                self._drop(word, last)

    def _give(self, name: str, value: str, resolved: Resolved, word: Word) -> None:
        value_span, name_span = _spans(self._file, word)
        place = Place(self._file, value_span)
        known = None if resolved.unknown else value
        named = Place(self._file, name_span)
        given = Given(name, known, "Environment=", place, resolved.unknown, named=named)
        self.settings.inline.append(given)
        self._count(place)
        eaten = next((quote for quote in word.quotes if quote.start > value_span.start), None)
        if eaten is not None:
            message = "systemd removes the quotes inside the value"
            hint = f"put single quotes around the whole assignment: `'{name}=…'`"
            self._report(DeployProblemKind.EATEN_QUOTE, message, eaten, hint, name)

    def _drop(self, word: Word, last: str | None) -> None:
        if "=" not in word.text and last is not None:
            message = f"the value of `{last}` ends before this word, which systemd drops"
            hint = f'put quotes around the whole assignment: `"{last}=…"`'
        else:
            message = "this word is not a valid assignment, so systemd drops it"
            hint = "write `NAME=value`, with only letters, digits and `_` in the name"
            last = None
        self._report(DeployProblemKind.DROPPED_WORD, message, word.span, hint, last)

    def _environment_file(self, assignment: Assignment) -> None:
        value = assignment.value
        if not value.text:
            self.settings.files.clear()
            return
        resolved = self._specifiers.resolve(value.text)
        optional = resolved.text.startswith("-")
        path = resolved.text[1:] if optional else resolved.text
        reason, hint = _why_ignored(path, resolved)
        if reason:
            message = f"{reason}, so systemd ignores the line and starts without the file"
            self._report(DeployProblemKind.IGNORED_PATH, message, value.whole, hint)
            return
        place = Place(self._file, value.span(int(value.text.startswith("-")), len(value.text)))
        self.settings.files.append(EnvironmentFile(path, optional, resolved.unknown, place))
        self._count(place)

    def _pass_environment(self, assignment: Assignment) -> None:
        self._name_list(assignment, self.settings.passed, escapes=False)

    def _unset_environment(self, assignment: Assignment) -> None:
        self._name_list(assignment, self.settings.removed, escapes=True)

    def _name_list(self, assignment: Assignment, taken: list[Named], *, escapes: bool) -> None:
        if not assignment.value.text:
            taken.clear()
        for word in self._words(assignment, escapes=escapes):
            resolved = self._resolved(word)
            if resolved is None:
                continue
            name, equal_sign, value = resolved.text.partition("=")
            if _NAME.fullmatch(name) and (escapes or not equal_sign) and first_bad_byte(value) is None:
                taken.append(Named(resolved, Place(self._file, word.span)))
            else:
                message = "this word is not a valid variable name, so systemd drops it"
                self._report(DeployProblemKind.DROPPED_WORD, message, word.span)

    def _user(self, assignment: Assignment) -> None:
        self.settings.user = self._named(assignment) if assignment.value.text else None

    def _dynamic_user(self, assignment: Assignment) -> None:
        self.settings.is_dynamic = assignment.value.text.lower() in _TRUE

    def _exec_search_path(self, assignment: Assignment) -> None:
        if not assignment.value.text:
            self.settings.search_path.clear()
        named = self._named(assignment)
        folders = [folder for folder in named.resolved.text.split(":") if folder.startswith("/")]
        if folders:
            self.settings.search_path.append(Named(named.resolved._replace(text=":".join(folders)), named.place))

    def _directory(self, assignment: Assignment) -> None:
        name, base = _DIRECTORIES[assignment.key.text]
        folders = self.settings.directories.setdefault(name, [])
        if not assignment.value.text:
            folders.clear()
        for word in self._words(assignment, escapes=False):
            resolved = self._resolved(word)
            folder = resolved.text.partition(":")[0] if resolved else ""
            if resolved and folder and not folder.startswith("/") and ".." not in folder.split("/"):
                full = resolved._replace(text=f"{base}/{folder}")
                folders.append(Named(full, Place(self._file, word.span)))

    def _credential(self, assignment: Assignment) -> None:
        self.settings.has_credentials = bool(assignment.value.text)

    def _start(self, assignment: Assignment) -> None:
        key = assignment.key.text
        self.settings.starts[key] = self.settings.starts.get(key, 0) + 1 if assignment.value.text else 0

    def _type(self, assignment: Assignment) -> None:
        self.settings.type = assignment.value.text

    def _named(self, assignment: Assignment) -> Named:
        return Named(self._specifiers.resolve(assignment.value.text), Place(self._file, assignment.value.whole))

    def _words(self, assignment: Assignment, *, escapes: bool = True) -> list[Word]:
        """Return the words up to the end, or up to what makes systemd drop the rest of the line."""
        found: list[Word] = []
        try:
            for word in words(assignment.value, escapes=escapes):
                found.append(word)  # noqa: PERF402 - what was found before the fault counts
        except BrokenQuotingError as broken:
            what = "systemd does not know this escape" if broken.is_escape else "this quote is never closed"
            message = f"{what}: systemd drops the rest of the line from this word on"
            hint = r"write `\\` for a backslash" if broken.is_escape else "close the quote"
            self._report(DeployProblemKind.BROKEN_QUOTING, message, broken.span, hint)
        return found

    def _resolved(self, word: Word) -> Resolved | None:
        resolved = self._specifiers.resolve(word.text)
        if resolved.bad is None:
            return resolved
        message = "systemd reads a `%` in it as an unknown specifier, and drops the assignment"
        before, equal_sign, _ = word.text.partition("=")
        name = before if equal_sign and _NAME.fullmatch(before) else None
        self._report(DeployProblemKind.BAD_SPECIFIER, message, word.span, "write `%%` for a percent sign", name)
        return None

    def _count(self, place: Place) -> None:
        self.settings.order[place] = len(self.settings.order)

    def _report(
        self, kind: DeployProblemKind, message: str, span: Span, hint: str | None = None, name: str | None = None
    ) -> None:
        self.problems.append(DeployProblem(kind, message, Place(self._file, span), self._name.full, name, hint))


def _spans(file: SourceText, word: Word) -> tuple[Span, Span]:
    """Return where value and name of an assignment are, without quotes around the whole of it."""
    quoted = bool(word.quotes) and word.quotes[0].start == word.span.start
    closed = quoted and file.text[word.span.end - 1] == file.text[word.span.start]
    start = min(word.value_at, word.span.end)
    return Span(start, max(start, word.span.end - closed)), Span(word.span.start + quoted, max(0, start - 1))


def _why_ignored(path: str, resolved: Resolved) -> tuple[str, str | None]:
    """Return why systemd does not accept `path` as a file, and what to do; nothing if it does."""
    if resolved.bad is not None:
        return f"`{resolved.bad}` is not a specifier", "write `%%` for a percent sign"
    if path.startswith(('"', "'")):
        return "the quotes are part of the path, so it is not absolute", "write the path without quotes"
    if not path.startswith("/"):
        return "the path is not absolute", "write the full path, beginning with `/`"
    if ".." in path.split("/"):
        return "the path has `..` in it", "write the path without `..`"
    return "", None
