"""For any JupyterHub that serves this course: the limits under which a full room was measured, and ports that hold.

The Littlest JupyterHub: copy this file into the folder jupyterhub_config.d of its configuration.
Zero to JupyterHub: its values set the same limits; there, every server has its ports to itself.
Another hub: copy its lines to the end of jupyterhub_config.py.

`python -m benchmarks.classroom` loads this very file.
"""

import contextlib
import importlib
import random
import socket

# ruff: noqa: F821
# JupyterHub provides `c`.

# A class starts its servers in one and the same minute, and the machine is slow exactly then. The hub's own limits, 60 and
# 30 seconds, turned 6 of 20 students away on two cores; here the slowest waits, and comes in.
c.Spawner.start_timeout = 300  # seconds until a server has started
c.Spawner.http_timeout = 300  # seconds until it answers, after that
c.JupyterHub.concurrent_spawn_limit = (
    0  # no limit: whoever is beyond one gets an error page and has to try again
)


# By default the hub asks the system for a free port, closes it, and lets the server open it seconds later. In between, a
# kernel of somebody else may get the same port from the system, and that student's server never comes up. This was seen in
# a room of twenty who all started at once on a slow machine. So choose below the range from which Linux gives ports away by
# itself (32768 and up).
def port_below_the_systems_own():
    """A free port between 20000 and 31999."""
    for port in random.sample(range(20000, 32000), 200):
        with contextlib.suppress(OSError), socket.socket() as probe:
            probe.bind(("127.0.0.1", port))
            return port
    raise OSError("no free port between 20000 and 31999")


for module in ("jupyterhub.spawner", "systemdspawner.systemdspawner"):  # the second is what TLJH uses
    with contextlib.suppress(ImportError):
        importlib.import_module(module).random_port = port_below_the_systems_own
