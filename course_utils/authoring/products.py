"""Fast matrix products for the browser edition's numpy, which has no BLAS: training takes a quarter of the time.

They are written in WebAssembly, in templates/products.wat, for float32; the text for float64 differs only in names. numpy
finds them when it starts, through templates/_distributor_init_local.py, so no code of the course has to know about them.
"""

import base64

from course_utils.authoring import npm, pages

HOOK = "_distributor_init_local.py"
#: what changes for float64
WIDER = {
    "(global $size i32 (i32.const 4))": "(global $size i32 (i32.const 8))",
    "(global $columns i32 (i32.const 16))": "(global $columns i32 (i32.const 8))",
    "load32_splat": "load64_splat",
    "f32x4": "f64x2",
    "f32": "f64",
}


def products():
    """The files to add to numpy's wheel: {file: bytes}"""
    single = double = pages.asset("products.wat")
    for text, instead in WIDER.items():
        double = double.replace(text, instead)
    texts = {"float32": single, "float64": double}
    libraries = npm.node(pages.asset("products.js"), npm.package("wabt"), data=texts)
    files = {f"numpy/products-{kind}.so": base64.b64decode(library) for kind, library in libraries.items()}
    return {f"numpy/{HOOK}": pages.asset(HOOK).encode()} | files
