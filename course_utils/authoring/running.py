"""Run a notebook, and bring it into the form in which it is stored."""

import base64
import io
import os
import re
from pathlib import Path

import nbformat

from course_utils.authoring import answers
from course_utils.authoring.page import PNG, VIEW, AuthoringError

ROOT = Path(__file__).resolve().parents[2]
KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
PATIENCE = 300  # seconds that a cell may run
PASSING = ("execution", "ExecuteTime", "collapsed", "scrolled", "trusted")  # cell metadata that editors leave


def refreshed(page):
    """The notebook, freshly run, in the form in which it is stored."""
    nb = answers.filled(page)
    nb.metadata.pop("widgets", None)
    nb.metadata |= {"kernelspec": dict(KERNEL), "language_info": {"name": "python"}}
    nb = nbformat.from_dict(nb)
    run(nb, page)
    for cell in nb.cells:
        for name in PASSING:
            cell.metadata.pop(name, None)
        if cell.metadata.get("slideshow", {}).get("slide_type") in ("", "-"):  # what "none" leaves behind
            del cell.metadata["slideshow"]
        if cell.cell_type == "code":
            cell.outputs = list(tidied(cell.outputs))
    return nb


def run(nb, page, before_last=lambda: None):
    """Run every cell in place, in the notebook's folder, with this very Python and this very course.

    before_last: called when all cells but the last have been run. -> what that call returned
    """
    from jupyter_client.kernelspec import KernelSpecManager
    from jupyter_client.manager import AsyncKernelManager
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

    client = NotebookClient(nb, timeout=PATIENCE, store_widget_state=False, record_timing=False)
    client.extra_arguments = ["--log-level=ERROR"]
    client.shutdown_kernel = "immediate"  # to ask it politely takes half a second
    here = KernelSpecManager(kernel_dirs=[])  # no kernel that the user may have registered elsewhere
    client.km = AsyncKernelManager(kernel_name="python3", kernel_spec_manager=here)
    paths = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
    with client.setup_kernel(
        cleanup_kc=True,
        cwd=str(page.path.parent.resolve()),
        env=os.environ | {"PYTHONPATH": paths, "COURSE_PROGRESS": ""},  # nobody's answers in the outputs
    ):
        for index, cell in enumerate(nb.cells):
            if index == len(nb.cells) - 1:
                told = before_last()
            if cell.cell_type == "code":
                cell.execution_count, cell.outputs = None, []
            try:
                client.execute_cell(cell, index)
            except CellExecutionError:
                raise AuthoringError(
                    f"{page.place(index + 1)} raises an error:\n{last_lines(cell)}"
                ) from None
            except CellTimeoutError:
                raise AuthoringError(f"{page.place(index + 1)} runs for more than {PATIENCE} s") from None
            except DeadKernelError:
                raise AuthoringError(f"{page.place(index + 1)} ends its kernel") from None
    return told


def last_lines(cell, count=6):
    """The end of a cell's traceback, without colours."""
    error = next(output for output in reversed(cell.outputs) if output.output_type == "error")
    lines = re.sub(r"\x1b\[[0-9;]*m", "", "\n".join(error.traceback)).splitlines()
    return "\n".join(f"    {line}" for line in [line for line in lines if line.strip()][-count:])


def tidied(outputs):
    """Outputs as they are stored: neighbouring pieces of a stream as one, pictures packed tight, and no widget views.

    A view is only an address in a running kernel; where it is missing, the page shows the picture beside it.
    """
    stream = None
    for output in outputs:
        if output.output_type == "stream":
            if stream is not None and stream.name == output.name:
                stream.text += output.text
                continue
            stream = output
        elif VIEW in output.get("data", {}) and len(output.data) == 1:
            continue
        else:
            data = output.get("data", {})
            data.pop(VIEW, None)
            if PNG in data:
                data[PNG] = packed(data[PNG])
            stream = None
        yield output


def packed(png):
    """The same picture in as few bytes as PNG allows, base64: it is stored once and loaded many times."""
    from PIL import Image, UnidentifiedImageError

    out = io.BytesIO()
    try:
        Image.open(io.BytesIO(base64.b64decode(png))).save(out, format="png", optimize=True)
    except UnidentifiedImageError:  # whatever a cell showed, it is not for us to mend
        return png
    return base64.b64encode(out.getvalue()).decode()
