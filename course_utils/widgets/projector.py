"""Larger type and figures on the whole page: a widget that shows nothing itself."""

import anywidget
import traitlets

from course_utils.widgets.base import HERE


class Projector(anywidget.AnyWidget):
    """Enlarges the notebook in which it was made, while `on`. It need not be displayed."""

    _esm = HERE / "projector.js"

    on = traitlets.Bool(False).tag(sync=True)
