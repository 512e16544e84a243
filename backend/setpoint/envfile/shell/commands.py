"""Follows a shell's commands as far as they are assignments, and flags those that would have to be run."""

import re
from typing import NamedTuple

from setpoint.envfile.draft import Draft
from setpoint.envfile.problem import ProblemKind
from setpoint.envfile.shell.control import Effect, ReturnedError, StoppedError, effects_of, may_set_variables
from setpoint.envfile.shell.dialect import ShellDialect
from setpoint.envfile.shell.expansion import Expansion, ShellExpander
from setpoint.envfile.shell.parts import Dynamic, Reference, Text, Word
from setpoint.envfile.shell.unit import Command
from setpoint.envfile.shell.variables import ShellVariables
from setpoint.envfile.source_text import Span

_ASSIGNMENT = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)(\+?=|\[)")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_EXPORTABLE = re.compile(r"-.*|[A-Za-z_][A-Za-z0-9_]*(?:=.*)?", re.DOTALL)
_EXPORT_OPTION = re.compile(r"-(?!-|p?\Z).*", re.DOTALL)


class _AbandonedUnitError(Exception):
    """The shell continues with the next unit."""


class _Assignment(NamedTuple):
    """`NAME=word` with the operator in between: `=`, `+=`, or `[` for an element of an array."""

    name: str
    operator: str
    value: Word
    name_span: Span


class CommandFollower:
    """Carries out assignments on variables that exist only here."""

    def __init__(self, text: str, draft: Draft, variables: ShellVariables, dialect: ShellDialect) -> None:
        self._text = text
        self._draft = draft
        self._variables = variables
        self._dialect = dialect
        self._expander = ShellExpander(variables, dialect)

    def follow(self, commands: list[Command]) -> None:
        """Follow the commands of one unit.

        Raises:
            StoppedError: The shell would end.
        """
        try:
            for command in commands:
                self._follow(command)
        except _AbandonedUnitError:
            return

    def _follow(self, command: Command) -> None:
        assignments: list[_Assignment] = []
        for word in command.words:
            assignment = self._assignment(word)
            if assignment is None:
                break
            assignments.append(assignment)
        others = command.words[len(assignments) :]
        if command.flagged:
            self._flag_all(command, assignments, others)
        elif not others:
            for assignment in assignments:
                self._assign(assignment, self._expanded(assignment))
        elif not assignments and others[0].plain_text == "export":
            self._export(others)
        else:
            self._flag_run(assignments, others)

    def _assignment(self, word: Word) -> _Assignment | None:
        first = word.parts[0] if word.parts else None
        match = _ASSIGNMENT.match(first.text) if isinstance(first, Text) and not first.quoted else None
        if match is None or not isinstance(first, Text) or (match[2] != "=" and not self._dialect.is_bash):
            return None
        if match[2] == "[" and "]=" not in first.text and "]+=" not in first.text:
            return None
        rest = first.text[match.end() :]
        parts = ((Text(rest, quoted=False),) if rest else ()) + word.parts[1:]
        start = word.span.start
        joined = "\\\n" in self._text[start : start + match.end()]
        length = word.span.end - start if joined else match.end()
        name_span = Span(start, word.span.end if joined else start + len(match[1]))
        return _Assignment(match[1], match[2], Word(parts, Span(start + length, word.span.end)), name_span)

    def _expanded(self, assignment: _Assignment) -> Expansion:
        expansion = self._expander.expand(assignment.value.parts)
        for each in expansion.assigned:
            self._draft.bind(each.name, each.value, each.span, each.span)
        for problem in expansion.problems:
            place = problem.span or assignment.value.span
            self._draft.report(problem.kind, place, problem.message, assignment.name, problem.hint)
        demanded = any(problem.kind is ProblemKind.UNDEFINED_REFERENCE for problem in expansion.problems)
        if demanded and self._variables.demands_values:
            raise self._stopped(assignment)
        if expansion.ends_shell or (expansion.fails and self._dialect.dies_of_errors):
            raise self._stopped(assignment)
        if expansion.fails:
            self._variables.assign(assignment.name, None)
            raise _AbandonedUnitError
        return expansion

    def _stopped(self, assignment: _Assignment) -> StoppedError:
        message = f"{self._dialect.program} fails here, and passes nothing on"
        hint = "put the value in single quotes if `$` is meant literally"
        return StoppedError(ProblemKind.INVALID_REFERENCE, assignment.value.span, message, assignment.name, hint)

    def _assign(self, assignment: _Assignment, expansion: Expansion) -> None:
        name, span = assignment.name, assignment.name_span
        if self._variables.is_frozen(name):
            if self._dialect.dies_of_errors:
                raise self._stopped(assignment)
            message = f"{self._dialect.program} makes this variable read-only, and ignores the rest of the line"
            self._draft.report(ProblemKind.NOT_STATIC, span, message, name, "use another name")
            raise _AbandonedUnitError
        value = expansion.value if assignment.operator == "=" else None
        if assignment.operator == "[":
            self._variables.make_array(name)
        if name in self._dialect.living_names:
            message = f"{self._dialect.program} gives this variable a special meaning"
            self._draft.report(ProblemKind.NOT_STATIC, span, message, name, "use another name")
            value = None
        elif assignment.operator != "=":
            message = "this is not a plain assignment, so its value is only known at run time"
            self._draft.report(ProblemKind.NOT_STATIC, span, message, name, "write `NAME=value`")
        self._draft.bind(name, self._variables.assign(name, value), span, assignment.value.span)

    def _export(self, words: list[Word]) -> None:
        """Follow `export NAME=word NAME …`: every word is expanded before the first one is set."""
        if len(words) == 1:
            message = "`export` on its own prints every variable"
            self._draft.report(ProblemKind.NOT_STATIC, words[0].span, message, hint="leave it out")
        takes_options = self._takes_options(words)
        assignments = []
        for word in words[1:]:
            assignment = self._assignment(word)
            if assignment and assignment.operator == "=" and not self._has_brace_list(word):
                assignments.append((assignment, self._expanded(assignment)))
            else:
                self._export_name(word)
        for assignment, expansion in assignments:
            if takes_options:
                self._forget(assignment)
            else:
                self._assign_exported(assignment, expansion)

    def _takes_options(self, export: list[Word]) -> bool:
        """Return whether there are options that keep `export` from setting what follows.

        Raises:
            StoppedError: The shell ends because it does not know them.
        """
        found = any(_EXPORT_OPTION.fullmatch(word.plain_text or "") for word in export[1:])
        if found and self._dialect.dies_of_errors:
            message = f"{self._dialect.program} does not know this option, fails here, and passes nothing on"
            raise StoppedError(ProblemKind.NOT_STATIC, export[0].span, message, None, "write `export NAME=value`")
        return found

    def _assign_exported(self, assignment: _Assignment, expansion: Expansion) -> None:
        if assignment.name not in self._dialect.readonly_names:
            self._assign(assignment, expansion)
            return
        message = f"{self._dialect.program} makes this variable read-only"
        self._draft.report(ProblemKind.NOT_STATIC, assignment.name_span, message, assignment.name)
        self._forget(assignment)

    def _export_name(self, word: Word) -> None:
        name = word.plain_text or ""
        if not _NAME.fullmatch(name):
            self._refuse_or_flag_export(word)
        elif self._variables.is_set_by_shell(name):
            self._flag_own_value(word)

    def _flag_own_value(self, word: Word) -> None:
        name = word.plain_text or ""
        message = f"{self._dialect.program} passes on a value of its own, which can't be known from the file"
        self._draft.report(ProblemKind.NOT_STATIC, word.span, message, name, "write `NAME=value`")
        self._forget(_Assignment(name, "=", Word((), word.span), word.span))

    def _has_brace_list(self, word: Word) -> bool:
        text = "".join(part.text if isinstance(part, Text) and not part.quoted else "" for part in word.parts)
        _, brace, inside = text.partition("{")
        return self._dialect.is_bash and bool(brace) and ("," in inside or ".." in inside)

    def _refuse_or_flag_export(self, word: Word) -> None:
        text = "".join(part.text for part in word.parts if isinstance(part, Text))
        match = _NAME.match(text)
        name = match[0] if match else None
        message = "`export` is followed by neither a name nor `NAME=value`"
        hint = "write `export NAME=value`, without spaces around `=`"
        is_known = all(isinstance(part, Text) for part in word.parts)
        if self._dialect.dies_of_errors and is_known and not _EXPORTABLE.fullmatch(text):
            raise StoppedError(ProblemKind.NOT_STATIC, word.span, message, name, hint)
        self._draft.report(ProblemKind.NOT_STATIC, word.span, message, name, hint)
        if name:
            self._forget(_Assignment(name, "=", Word((), word.span), word.span))

    def _flag_all(self, command: Command, assignments: list[_Assignment], others: list[Word]) -> None:
        message = "this is more than a plain assignment, so its effect is only known at run time"
        name = assignments[0].name if assignments else None
        place = command.flagged or command.words[0].span
        self._forget_assigned_on_the_way(command.words)
        self._draft.report(ProblemKind.NOT_STATIC, place, message, name, "put the value in single quotes")
        set_by_builtin = self._mentioned(others[1:]) if others and may_set_variables(others[0].plain_text) else []
        set_by_loop = self._mentioned(others[:1]) if command.is_loop else []
        for assignment in [*assignments, *set_by_builtin, *set_by_loop]:
            if command.has_array:
                self._variables.make_array(assignment.name)
            if command.elsewhere:
                self._draft.bind(assignment.name, None, assignment.name_span, assignment.value.span)
            else:
                self._forget(assignment)

    def _flag_run(self, assignments: list[_Assignment], others: list[Word]) -> None:
        name = assignments[0].name if assignments else None
        if assignments:
            message = "whitespace ends the value, and the shell runs the rest as a command without setting the variable"
        else:
            message = "the line is not `NAME=value`, so the shell runs it as a command"
        hint = "put the value in single quotes" if assignments else "write `NAME=value`, or comment the line out"
        place = Span(others[0].span.start, others[-1].span.end)
        self._forget_assigned_on_the_way([*(each.value for each in assignments), *others])
        self._draft.report(ProblemKind.NOT_STATIC, place, message, name, hint)
        sets = may_set_variables(others[0].plain_text)
        for assignment in [*assignments, *(self._mentioned(others[1:]) if sets else ())]:
            if sets:
                self._forget(assignment)
            else:
                self._draft.bind(assignment.name, None, assignment.name_span, assignment.value.span)
        self._heed(others)

    def _heed(self, words: list[Word]) -> None:
        """Follow what a command that always runs does to everything after it.

        Raises:
            ReturnedError: It ends the file.
            StoppedError: It ends the shell.
        """
        effects = effects_of([word.plain_text for word in words], self._dialect)
        if Effect.ENDS_SHELL in effects or any(map(self._ends_in_error, words)):
            place = Span(words[0].span.start, words[-1].span.end)
            message = f"{self._dialect.program} exits here, and passes nothing on"
            raise StoppedError(ProblemKind.NOT_STATIC, place, message, None, "remove the line")
        if Effect.ENDS_FILE in effects:
            raise ReturnedError
        if Effect.STOPS_EXPORTING in effects:
            self._variables.stop_exporting()
        if Effect.FREEZES in effects:
            for assignment in self._mentioned(words[1:]):
                self._variables.freeze(assignment.name)
        self._variables.demands_values |= Effect.DEMANDS_VALUES in effects
        self._variables.has_arguments |= Effect.SETS_ARGUMENTS in effects

    def _ends_in_error(self, word: Word) -> bool:
        """Return whether the shell is sure to end when it expands `word`."""
        for part in word.parts:
            if isinstance(part, Dynamic) and part.fatal and self._dialect.dies_of_errors:
                return True
            if isinstance(part, Reference) and part.operator.endswith("?"):
                known = self._variables.find(part.name)
                is_there = bool(known.value) if part.operator.startswith(":") else known.value is not None
                if known.certain and not is_there:
                    return True
        return False

    def _mentioned(self, words: list[Word]) -> list[_Assignment]:
        """Return what a builtin may set: every assignment and every bare name among its arguments."""
        mentioned = []
        for word in words:
            if assignment := self._assignment(word):
                mentioned.append(assignment)
            elif _NAME.fullmatch(word.plain_text or ""):
                nothing = Word((), Span(word.span.end, word.span.end))
                mentioned.append(_Assignment(word.plain_text or "", "=", nothing, word.span))
        return mentioned

    def _forget_assigned_on_the_way(self, words: list[Word]) -> None:
        """Record that `${NAME:=word}` sets a variable, whatever happens to the rest."""
        parts = [part for word in words for part in word.parts]
        while parts:
            part = parts.pop()
            if isinstance(part, Reference):
                parts += part.word
                if part.operator.endswith("="):
                    self._variables.assign(part.name, None)
                    self._draft.bind(part.name, None, part.span, part.span)

    def _forget(self, assignment: _Assignment) -> None:
        self._variables.assign(assignment.name, None)
        self._draft.bind(assignment.name, None, assignment.name_span, assignment.value.span)
