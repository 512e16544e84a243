"""What one shell does differently from another when it reads assignments."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ShellDialect:
    """The traits of a shell.

    Attributes:
        program: Its name for people.
        is_bash: Whether it has what bash added to the POSIX shell: arrays, `$'…'`, `<(…)`, `[[ … ]]` and more.
        dies_of_errors: Whether an error ends it, so that none of the file's variables is passed on.
        readonly_names: Variables that can't be set.
        living_names: Variables whose value the shell computes each time, whatever is assigned.
        own_names: Variables that the shell itself sets if the environment does not have them.
        most_nul_bytes: How many NUL bytes it accepts in a file; None for any number.
    """

    program: str
    is_bash: bool
    dies_of_errors: bool
    readonly_names: frozenset[str]
    living_names: frozenset[str]
    own_names: frozenset[str]
    most_nul_bytes: int | None

    def is_special(self, name: str) -> bool:
        """Return whether setting `name` does more than simply set it."""
        return name in self.readonly_names or name in self.living_names
