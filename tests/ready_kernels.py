"""Kernels that begin with their libraries loaded, for the notebooks of browser tests: each else imports for a second.

One process imports the libraries, but nothing of the course, and forks whenever JupyterLab starts a kernel:

    python -P ready_kernels.py SOCKET                       until its standard input ends
    python ready_kernels.py SOCKET CONNECTION_FILE          what JupyterLab starts, and takes for the kernel

The second hands its surroundings to the first, passes interrupts on, and ends with the kernel, as the kernel does with it.
"""

import importlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
import time

#: where a process may be forked after it has imported NumPy, and waited for by others
POSSIBLE = sys.platform == "linux" and hasattr(os, "pidfd_open")
#: where JupyterLab finds in a folder what kernel to start: this is to be on its JUPYTER_PATH
SPECS = "jupyter"


def beside(folder):
    """Have the kernels of a JupyterLab that works in this folder come from here; -> the process, until its stdin is closed."""
    address = str(folder / "kernels.socket")
    spec = {
        "argv": [sys.executable, "-I", "-S", __file__, address, "{connection_file}"],
        "display_name": "Python 3",
        "language": "python",
    }
    file = folder / SPECS / "kernels" / "python3" / "kernel.json"
    file.parent.mkdir(parents=True)
    file.write_text(json.dumps(spec), encoding="utf-8")
    return subprocess.Popen([sys.executable, "-P", __file__, address], stdin=subprocess.PIPE)


#: what the notebooks of the course import, itself apart
LIBRARIES = (
    "ipykernel.kernelapp",
    "ipykernel.zmqshell",
    "ipywidgets",
    "anywidget",
    "numpy",
    "matplotlib.pyplot",
)


def serve(address):
    os.environ["MPLBACKEND"] = "module://matplotlib_inline.backend_inline"  # as a kernel sets it
    for name in LIBRARIES:
        importlib.import_module(name)
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(address)
    listener.listen()
    kernels = {}  # the id of each process, by the line to what JupyterLab takes for it
    while True:
        ready = select.select([sys.stdin, listener, *kernels], [], [])[0]
        for line in [*kernels] if sys.stdin in ready else kernels.keys() & ready:
            end(kernels.pop(line))
            line.close()
        if sys.stdin in ready:
            return
        if listener in ready:
            line, _ = listener.accept()
            message, outputs, *_ = socket.recv_fds(line, 1 << 20, 2)
            kernels[line] = os.fork()
            if kernels[line] == 0:
                return become_kernel(json.loads(message), outputs)
            line.send(str(kernels[line]).encode())
            for output in outputs:
                os.close(output)


def end(pid):
    os.killpg(pid, signal.SIGKILL)
    os.waitpid(pid, 0)


def become_kernel(surroundings, outputs):
    os.setsid()
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    for number, output in enumerate(outputs, 1):
        os.dup2(output, number)
    os.environ.clear()
    os.environ.update(surroundings["environ"])
    os.environ.pop("JPY_PARENT_PID", None)  # whose end the first process sees to
    os.chdir(surroundings["folder"])
    sys.argv = ["ipykernel_launcher", "-f", surroundings["file"]]
    from ipykernel.kernelapp import launch_new_instance

    launch_new_instance()


def reach(address):
    """The line to the process that forks, which may still be importing."""
    end = time.monotonic() + 60
    while True:
        line = socket.socket(socket.AF_UNIX)
        try:
            line.connect(address)
            return line
        except OSError:
            line.close()
            if time.monotonic() > end:
                raise
            time.sleep(0.02)


def ask(address, file):
    line = reach(address)
    surroundings = {"environ": dict(os.environ), "folder": os.getcwd(), "file": file}
    socket.send_fds(line, [json.dumps(surroundings).encode()], [1, 2])
    pid = int(line.recv(20))
    signal.signal(signal.SIGINT, lambda *_: os.killpg(pid, signal.SIGINT))
    select.select([os.pidfd_open(pid)], [], [])


if __name__ == "__main__":
    serve(*sys.argv[1:]) if len(sys.argv) == 2 else ask(*sys.argv[1:])
