"""What checking one env file costs in CPU time, beside the programs that people pick instead."""

import sys
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from faulty_files import GOOD
from peer_programs import Peer, environment, lay_out, peers
from rounds import Placed, limit, placed_cpu_ms, table

ROUNDS = 15
_PYTHON = "python -c pass"
_IMPORTS = "import pydantic_settings, settings"


def main() -> None:
    """Measure and print."""
    figures = cost()
    table("CPU time of a check of one env file, beside other programs", figures, "ms", "Setpoint")
    limit("Setpoint's over that of the imports alone", figures["Setpoint"] / figures[_IMPORTS], 1.15)


def cost() -> dict[str, float]:
    """Return the CPU time of a check with each program in milliseconds, and that of what Setpoint has to import."""
    ours = next(iter(peers()))
    with ExitStack() as stack:

        def placed(peer: Peer, command: Sequence[str]) -> Placed:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            lay_out(peer, folder, GOOD)
            return Placed(command, folder, environment(folder))

        imports = {
            _PYTHON: placed(ours, (sys.executable, "-c", "pass")),
            _IMPORTS: placed(ours, (sys.executable, "-c", _IMPORTS)),
        }
        return placed_cpu_ms({**imports, **{peer.name: placed(peer, peer.check) for peer in peers()}}, ROUNDS)


if __name__ == "__main__":
    main()
