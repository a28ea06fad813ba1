"""Make an exercise from its solution, with nbgrader's own steps."""

import copy

from course_utils.authoring.page import AuthoringError, written


def exercise_of(page):
    """The text of the exercise that belongs to a solution, made by nbgrader's own steps."""
    from nbgrader.nbgraderformat import MetadataValidator  # type: ignore[import-untyped]
    from nbgrader.preprocessors import (  # type: ignore[import-untyped]
        ClearHiddenTests,
        ClearMarkScheme,
        ClearOutput,
    )

    from course_utils.authoring.stubs import Stubs

    nb = copy.deepcopy(page.nb)
    stubs = {"code_stub": {"python": "raise NotImplementedError"}, "text_stub": "*Write your answer here.*"}
    try:
        MetadataValidator().validate_nb(nb)
        for step in Stubs(**stubs), ClearHiddenTests(), ClearMarkScheme(), ClearOutput():
            nb, _ = step.preprocess(nb, {})
    except Exception as error:
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        raise AuthoringError(f"{page.name}: nbgrader makes no exercise of it: {reason}") from None
    return written(nb)
