"""One process per server that keeps it running while somebody uses it.

Every user of a server holds a shared lock on ``<server>.users``; the kernel takes it back from a user that dies,
however it dies. The keeper holds ``<server>.alive`` and stops its server as soon as it can have ``<server>.users``
for itself.
"""

import fcntl
import os
import shutil
import time

from toyota_collect.embedded.postgres import Postgres
from toyota_collect.embedded.processes import Restarts, Running, Stopped, ignore_signals, stop_on_signals
from toyota_collect.embedded.servers import Server
from toyota_collect.embedded.state import Refused, State, say, try_lock, wait_for
from toyota_collect.embedded.valkey import Valkey

SERVERS: dict[str, type[Postgres] | type[Valkey]] = {"postgres": Postgres, "valkey": Valkey}


def keep(server: Server) -> int:
    """Start the server, keep it running until nobody uses it, and stop it.

    The caller gets its exit code as soon as ``<server>.alive`` is held; the work goes on in a process that is nobody's
    child, because it may outlive the user that happened to come first.
    """
    locks = server.state.locks
    with open(locks / f"{server.name}.alive", "a") as alive, open(locks / f"{server.name}.users", "a") as users:
        if not wait_for(lambda: try_lock(alive, fcntl.LOCK_EX), seconds=60):
            raise Refused(f"another keeper of {server.name} does not end.")
        if os.fork():
            os._exit(0)  # the lock belongs to both of us, and stays
        stop_on_signals()
        ready = locks / f"{server.name}.ready"
        ready.unlink(missing_ok=True)
        running: Running | None = None
        restarts = Restarts()
        try:
            while not try_lock(users, fcntl.LOCK_EX):
                if running is None or running.ended:
                    ready.unlink(missing_ok=True)
                    if not restarts.allow():
                        raise Refused(f"{server.name} keeps ending.")
                    if running:
                        say(f"{server.name} ended ({running.process.returncode}) and is started again")
                        running.stop()
                    running = server.start()
                    ready.touch()
                time.sleep(0.1)
        except Stopped:
            return 0
        finally:
            ignore_signals()
            ready.unlink(missing_ok=True)
            if running:
                running.stop()
            shutil.rmtree(server.state.sockets(server.name), ignore_errors=True)
    return 0


def open_server(name: str, state: State) -> Server:
    """The server of that name ("postgres" or "valkey") in an installation."""
    return SERVERS[name](state)
