"""What a deploy file gives each process: names, values, and where each of them is written."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from setpoint.envfile.source_text import SourceText, Span


class DeployKind(StrEnum):
    """The programs whose deploy files are read."""

    COMPOSE = "compose"
    SYSTEMD = "systemd"
    KUBERNETES = "kubernetes"


class Place(NamedTuple):
    """Where something is written: in the deploy file, or in a file that it names.

    Attributes:
        file: The text of that file, under the path by which people know it.
        span: The part of it.
    """

    file: SourceText
    span: Span


@dataclass(frozen=True, eq=False, repr=False)
class Given:
    """A variable that a deploy gives to a process.

    Attributes:
        name: The variable.
        value: What the process gets; None if it gets nothing, or nothing that the files say.
        via: How it reaches the process, for people: `environment`, `env_file`, `ConfigMap app-config`.
        place: Where the value is written; None if no file has it.
        unknown: What only the cluster, the host or the caller knows, such as `metadata.name`; None if the files say.
        shadows: What would otherwise have been set, strongest first.
        named: Where its name is written, in the same file as the value; None if that is right before the value.
    """

    name: str
    value: str | None
    via: str
    place: Place | None = None
    unknown: str | None = None
    shadows: tuple["Given", ...] = ()
    named: Place | None = None


@dataclass(frozen=True, eq=False, repr=False)
class Process:
    """A service, unit or container, and the environment that it gets.

    Attributes:
        name: `web`, `app.service`, `Deployment/web/app`.
        variables: Everything that the deploy gives it, by name.
        place: Where it is declared.
        elsewhere: What else gives it variables, without saying which, such as `ConfigMap app-config`, which is not in a
            file.
    """

    name: str
    variables: Mapping[str, Given]
    place: Place | None = None
    elsewhere: tuple[str, ...] = ()


class DeployProblemKind(StrEnum):
    """What can go wrong between a deploy file and a process; each is a rule in the SP7 range."""

    # docker compose rejects the project; other programs refuse some of these as well.
    MISSING_FILE = "missing-file"
    UNREADABLE_FILE = "unreadable-file"
    NO_COMPOSE_FILE = "no-compose-file"
    EMPTY_COMPOSE_FILE = "empty-compose-file"
    NOT_YAML = "not-yaml"
    DUPLICATE_KEY = "duplicate-key"
    INVALID_STRUCTURE = "invalid-structure"
    INVALID_INTERPOLATION = "invalid-interpolation"
    REQUIRED_VARIABLE = "required-variable"
    MISSING_ENV_FILE = "missing-env-file"
    REFUSED_ENV_FILE = "refused-env-file"
    BAD_EXTENDS = "bad-extends"
    BAD_INCLUDE = "bad-include"
    OUTSIDE_PROJECT = "outside-project"
    UNDEFINED_NAME = "undefined-name"
    NO_IMAGE = "no-image"
    BAD_OPTION = "bad-option"
    # compose: what happens to a value.
    UNDEFINED_VARIABLE = "undefined-variable"
    EATEN_DOLLAR = "eaten-dollar"
    REWRITTEN_VALUE = "rewritten-value"
    OVERRIDDEN_VALUE = "overridden-value"
    LOST_VALUE = "lost-value"
    ENV_FILE_LINE = "env-file-line"
    # compose: what is read differently from what people expect.
    OBSOLETE_VERSION = "obsolete-version"
    SEVERAL_COMPOSE_FILES = "several-compose-files"

    # systemd: units and their lines.
    UNIT_NOT_FOUND = "unit-not-found"
    MASKED_UNIT = "masked-unit"
    BAD_UNIT = "bad-unit"
    WRONG_SECTION = "wrong-section"
    UNKNOWN_DIRECTIVE = "unknown-directive"
    DROPPED_LINE = "dropped-line"
    # systemd: what happens to a value.
    BROKEN_QUOTING = "broken-quoting"
    DROPPED_WORD = "dropped-word"
    BAD_SPECIFIER = "bad-specifier"
    EATEN_QUOTE = "eaten-quote"
    IGNORED_PATH = "ignored-path"
    SKIPPED_ENV_FILE = "skipped-env-file"
    ENV_FILE_ELSEWHERE = "env-file-elsewhere"
    BYTE_ORDER_MARK = "byte-order-mark"
    ENV_FILE_WINS = "env-file-wins"
    REMOVED_DEFAULT = "removed-default"

    # Kubernetes: manifests.
    NOT_A_STRING = "not-a-string"
    MISSING_MANIFEST = "missing-manifest"
    UNKNOWN_FIELD = "unknown-field"
    BAD_BASE64 = "bad-base64"
    # Kubernetes: what happens to a value.
    MISSING_OBJECT = "missing-object"
    MISSING_KEY = "missing-key"
    SKIPPED_OPTIONAL = "skipped-optional"
    SKIPPED_NAME = "skipped-name"
    UNEXPANDED_REFERENCE = "unexpanded-reference"
    LINE_END_IN_SECRET = "line-end-in-secret"  # noqa: S105 - not a password
    WHOLE_FILE_AS_VALUE = "whole-file-as-value"
    KEPT_QUOTES = "kept-quotes"
    BAD_KUSTOMIZATION = "bad-kustomization"
    NOT_FOLLOWED = "not-followed"


class DeployProblem(NamedTuple):
    """One thing in a deploy that is refused, or that a process gets differently from what is written.

    Attributes:
        kind: What it is.
        message: What is wrong, in one sentence without a full stop; it quotes no value.
        place: Where it is; None if there is no place.
        process: The process that it concerns; None if it concerns all of them.
        name: The variable that it concerns, if any.
        hint: What to do about it; it quotes no value either.
        refuses: Whether the program rejects the deploy, or does not start the process, because of it.
    """

    kind: DeployProblemKind
    message: str
    place: Place | None = None
    process: str | None = None
    name: str | None = None
    hint: str | None = None
    refuses: bool = False


@dataclass(frozen=True, eq=False, repr=False)
class Deployment:
    """How one program reads its deploy files.

    Attributes:
        kind: The program.
        processes: By name, in the order of the files; none if the program rejects them.
        problems: In the order of the files.
        files: Every file that was read, deploy files and those that they name.
        switched_off: The compose services that are not started because none of their profiles is enabled, with the
            profiles.
    """

    kind: DeployKind
    processes: Mapping[str, Process]
    problems: tuple[DeployProblem, ...] = ()
    files: tuple[SourceText, ...] = field(default=())
    switched_off: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def refused(self) -> bool:
        """Return whether the program rejects the files, or does not start one of the processes."""
        return any(problem.refuses for problem in self.problems)
