"""The packages of the browser edition as they are served: without what no reader needs, and with their modules compiled.

Each wheel has been compared with its hash before it comes here. LEFT_OUT says what of it is left out. Pyodide itself
compiles the modules, in node, so that a reader's browser need not; all is then packed more tightly than a wheel is.
The source stays where students are shown it, in the course's own package. What was packed is kept in build/.
"""

import hashlib
import json
import os
import re
import tempfile
import zipfile
from pathlib import Path

from course_utils.authoring import npm, pages
from course_utils.authoring.page import AuthoringError

STDLIB = "python_stdlib.zip"
COURSE = "downhill-blindfolded"
#: files of any package, and then of one: tests, what compilers and type checkers read, fonts that no figure asks for;
#: but the course reads its own stubs, to load what is asked for
LEFT_OUT = {
    "": r"(^|/)tests?/|^(?!course_utils/).*\.pyi$|\.(pxd|pyx|h|c|a|pyd)$|(?<!emscripten)\.so$|\.dist-info/RECORD$",
    STDLIB: r"^(_pydatetime|_pydecimal|_pyio|mailbox|ftplib|imaplib|poplib|smtplib)\.py$|^(_pyrepl|ensurepip|pydoc_data|wsgiref|xmlrpc)/",
    "anywidget": r"\.data/",
    COURSE: r"\.data/|\.(pot|woff2)$|^course_utils/(authoring|teaching/(bank|grading|handouts))/",
    "python-dateutil": r"\.tar\.gz$",
    "matplotlib": r"/mpl-data/(sample_data|images|fonts/afm|fonts/pdfcorefonts)/|/DejaVuS(erif|ansMono-|ans-BoldOblique)|"
    r"/backends/(qt_editor|_tkagg|_macosx|_?backend_(gtk|qt|wx|tk|cairo|macosx))",
    "numpy": r"^numpy/(f2py|_core/include|random/lib|_pyinstaller)/",
    "pillow": r"/_(webp|imagingft|imagingcms|avif)\.",
    "pygments": r"/lexers/(?!(__init__|_css_builtins|_lilypond_builtins|_mapping|_scheme_builtins|css|data|html|javascript|"
    r"jvm|lilypond|lisp|markup|perl|python|ruby|shell|special)\.py)",
}
#: None is null to a widget in the browser and back, as in JSON: by itself, Pyodide makes undefined of it, and of null a jsnull
NULLS = b"""from pyodide.ffi import jsnull


def exchanged(value, one, other):
    if value is one:
        return other
    if isinstance(value, dict):
        return {key: exchanged(held, one, other) for key, held in value.items()}
    if isinstance(value, (list, tuple)):
        return [exchanged(held, one, other) for held in value]
    return value


class Comm(BaseComm):
    def handle_msg(self, msg):
        super().handle_msg(exchanged(msg, jsnull, None))

"""
#: (package, file, text, text instead): without jedi, IPython completes by what is there
MENDS = [
    ("pyodide-kernel", "pyodide_kernel/interpreter.py", b"use_jedi = True", b"use_jedi = False"),
    ("pyodide-kernel", "pyodide_kernel/comm.py", b"class Comm(BaseComm):\n", NULLS),
    (
        "pyodide-kernel",
        "pyodide_kernel/comm.py",
        b"dict(data=data,",
        b"dict(data=exchanged(data, None, jsnull),",
    ),
]
FONTS = "matplotlib/fontlist.json"
LEVEL = 19  # of zstd: as tight as it packs without asking the reader for more memory
PATIENCE = 600  # seconds; on a quiet machine 20


def project(wheel):
    """The name of the package that a wheel's file names."""
    return re.sub(r"[-_.]+", "-", wheel.name.split("-")[0]).lower()


def trimmed(archive, name):
    """What is kept of a package's wheel, or of another zip file: {file: bytes}"""
    out = re.compile("|".join(filter(None, [LEFT_OUT[""], LEFT_OUT.get(name)])))
    with zipfile.ZipFile(archive) as opened:
        there = [file for file in opened.namelist() if not file.endswith("/") and not out.search(file)]
        files = {file: opened.read(file) for file in there}
    for of, file, text, instead in MENDS:
        if of == name:
            if text not in files[file]:
                raise AuthoringError(f"{file} of {archive.name} does not say {text.decode()!r} any more.")
            files[file] = files[file].replace(text, instead)
    if FONTS in files:
        files[FONTS] = _still_there(files)
    return files


def _still_there(files):
    """matplotlib's list of its fonts, without those that were left out: one that it misses has it look for all anew."""
    fonts = json.loads(files[FONTS])
    for kind in ("ttflist", "afmlist"):
        fonts[kind] = [font for font in fonts[kind] if f"matplotlib/mpl-data/{font['fname']}" in files]
    return json.dumps(fonts).encode()


def packed(packages, source, kept):
    """The same files, their modules compiled, in one archive for each package, packed anew only if it is another one.

    packages: {name: {file: bytes}}.  source: the folder of Pyodide's core.  kept: a folder for what was packed before
    -> {name: the bytes of the archive}
    """
    kept.mkdir(parents=True, exist_ok=True)
    by = (source / "package.json").read_bytes() + f"{pages.asset('pack-wheels.js')}{LEVEL}".encode()
    places = {name: kept / f"{name}-{_digest(by, files)}" for name, files in packages.items()}
    missing = [name for name in packages if not places[name].is_file()]
    if missing:
        with tempfile.TemporaryDirectory(dir=kept) as folder:
            for name in missing:
                _unpack(packages[name], Path(folder, name))
            asked = {name: {"stdlib": name == STDLIB, "source": name == COURSE} for name in missing}
            npm.node(pages.asset("pack-wheels.js"), source, folder, LEVEL, data=asked, patience=PATIENCE)
            for name in missing:
                os.replace(Path(folder, f"{name}.packed"), places[name])
    return {name: place.read_bytes() for name, place in places.items()}


def _digest(by, files):
    """What tells these files, packed by this, from others."""
    digest = hashlib.sha256(by)
    for name, data in sorted(files.items()):
        digest.update(name.encode() + b"\0" + hashlib.sha256(data).digest())
    return digest.hexdigest()[:16]


def _unpack(files, folder):
    for name, data in files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
