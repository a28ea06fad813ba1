"""Replace solutions by stubs: nbgrader's own step, extended to two kinds of cells that it does not know."""

import re

from nbgrader.preprocessors import ClearSolutions  # type: ignore[import-untyped]

#: A solution that is a value: why = "B"  # "A", "B", "C" or "D"
VALUE = re.compile(r"^### BEGIN SOLUTION\n(\w+) = .*?( {2}# .*)?\n### END SOLUTION$", re.MULTILINE)


class Stubs(ClearSolutions):
    """Replace solutions by stubs.

    A name to which a solution assigns a value gets None instead, and the comment stays, so that the exercise runs as it is.
    A text with a worked answer need not be graded.
    """

    def preprocess_cell(self, cell, resources, cell_index):
        self.enforce_metadata = cell.cell_type == "code"
        if cell.cell_type == "code" and VALUE.search(cell.source):
            cell.source = VALUE.sub(r"\1 = None\2", cell.source)
            return cell, resources
        return super().preprocess_cell(cell, resources, cell_index)
