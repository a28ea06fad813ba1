"""The class view on a JupyterHub on one machine: an instructor's page with what the class shares. Off unless you add this file.

The Littlest JupyterHub: copy this file beside hub_config.py, into the folder jupyterhub_config.d, and set `python` below to
/opt/tljh/user/bin/python. Another hub: copy its lines to the end of jupyterhub_config.py.
Then put the instructors into a group of the hub named "instructors" (in its admin page: Groups).

The service runs below the hub, keeps what is shared in memory alone, and listens on this machine alone.
"""

import sys

# ruff: noqa: F821
# JupyterHub provides `c`.

python = sys.executable  # of an environment in which course_utils and jupyterhub are installed
address = "http://127.0.0.1:10101"
access = "access:services!service=class-view"

c.JupyterHub.services.append(
    {
        "name": "class-view",
        "url": address,
        "command": [python, "-m", "course_utils.teaching.class_view.hub"],
        "oauth_no_confirm": True,  # an instructor who is logged in to the hub is let in at once
    }
)

# The page knows people by the hub's own login, and a notebook by the token that its server has from the hub. Both may reach
# this one service, and nothing else that they could not reach before.
c.JupyterHub.load_roles.extend(
    [
        {"name": "user", "scopes": ["self", access]},
        {"name": "server", "scopes": ["users:activity!user", "access:servers!server", access]},
    ]
)
c.Spawner.environment.update({"COURSE_CLASS_VIEW": f"{address}/services/class-view/"})
