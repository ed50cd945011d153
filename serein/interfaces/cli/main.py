"""The `serein` command: one table of names, each door opened only when it is asked for."""

import io
import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any, cast


@dataclass(frozen=True)
class Command:
    """One subcommand: `at` is "module:function", a function that takes the remaining arguments and returns the exit code."""

    at: str
    does: str


# Strings, not imports: `assess` must start fast and without Django, whatever its neighbours need.
COMMANDS: dict[str, Command] = {
    "assess": Command("serein.interfaces.cli.assess:assess_command", "check a proposed order in a FHIR bundle"),
    "levels": Command("serein.interfaces.cli.levels:levels_command", "estimate levels from a history of doses"),
    "taper": Command("serein.interfaces.cli.taper:taper_command", "propose a gradual reduction from real products"),
    "knowledge": Command(
        "serein.interfaces.cli.knowledge:knowledge_command", "list, show, check and compare what the checks rest on"
    ),
    "import": Command("serein.interfaces.cli.import_bundles:import_command", "bring FHIR bundles into the clinic"),
    "grant-first-registrant": Command(
        "serein.interfaces.cli.first_registrant:grant_command",
        "give a clinic its first right to sign, with its compliance officer",
    ),
    "reopen-officer": Command(
        "serein.interfaces.cli.last_officer:reopen_command", "let a clinic's only compliance officer in again"
    ),
    "registry": Command("serein.interfaces.cli.registry:registry_command", "bring in the public register of providers (NPPES)"),
    "identity-provider": Command("serein.config.identity:main", "keep and check who may prove to us who somebody is"),
    "up": Command("serein.config.up:main", "start the clinic: database, web server and worker"),
    "demo-code": Command("serein.config.demonstration:main", "print the second factor of a demonstration account"),
}


def usage() -> str:
    width = max(map(len, COMMANDS))
    return "\n".join(["usage: serein COMMAND …", "", *(f"  {name:<{width}}  {c.does}" for name, c in COMMANDS.items())])


class _Unheard(io.FileIO):
    """Standard output whose reader may leave early (`| head`): what nobody reads is dropped, and neither the verdict nor what is still to be
    done changes by it."""

    def write(self, data: Any, /) -> int:
        try:
            return super().write(data)
        except BrokenPipeError:
            return memoryview(data).nbytes


def _whoever_reads() -> None:
    now = sys.stdout
    if not isinstance(now, io.TextIOWrapper):  # closed, or a test's own
        return
    there = io.BufferedWriter(_Unheard(now.fileno(), "w", closefd=False))
    sys.stdout = io.TextIOWrapper(
        there, now.encoding, now.errors, line_buffering=now.line_buffering, write_through=now.write_through
    )


def opened(command: Command) -> Callable[[list[str]], int]:
    module, _, function = command.at.partition(":")
    return cast("Callable[[list[str]], int]", getattr(import_module(module), function))


def main(argv: list[str] | None = None) -> int:
    """Run one subcommand and return its exit code; 2 when the command is not known."""
    if argv is None:  # this process is the command
        _whoever_reads()
    arguments = sys.argv[1:] if argv is None else argv
    if not arguments or arguments[0] in ("-h", "--help", "help"):
        print(usage())
        return 0 if arguments else 2
    command = COMMANDS.get(arguments[0])
    if command is None:
        print(f"serein: no command {arguments[0]!r}; try: {', '.join(COMMANDS)}", file=sys.stderr)
        return 2
    return opened(command)(arguments[1:])


if __name__ == "__main__":
    sys.exit(main())
