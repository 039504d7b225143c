"""What the operator is told, and how a command gives up."""

import sys


class Refused(Exception):
    """What failed, why, and what to do."""

    def __init__(self, what: str, why: str, do: str) -> None:
        super().__init__(f"infra/relay: {what}\n  why: {why}\n  do:  {do}")


def note(text: str) -> None:
    print(f"infra/relay: {text}", file=sys.stderr, flush=True)
