"""The keeper's process; started by a session, never by a person."""

from toyota_collect.embedded.keeper import keep, open_server
from toyota_collect.embedded.state import State


def run(arguments: list[str]) -> int:
    """``keep SERVER FOLDER durable|throw-away``."""
    name, folder, durable = arguments
    return keep(open_server(name, State.named(folder, durable=durable == "durable")))
