"""For a JupyterHub on one machine: students' servers get ports that no kernel can take from under them.

By default the hub asks the system for a free port, closes it, and lets the server open it seconds later. In between, a
kernel of somebody else may get the same port from the system, and that student's server never comes up. This was seen in
a room of twenty who all started at once on a slow machine. So choose below the range from which Linux gives ports
away by itself (32768 and up).

The Littlest JupyterHub: copy this file into the folder jupyterhub_config.d of its configuration.
Another hub: copy its lines to the end of jupyterhub_config.py.
"""

import contextlib
import importlib
import random
import socket


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
