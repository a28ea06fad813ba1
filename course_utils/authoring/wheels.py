"""Pack the packages of the browser edition: without what no reader needs, and with their modules compiled.

Each wheel has been checked against its hash before it comes here. LEFT_OUT says what is dropped. Pyodide itself compiles
the modules, in node, so that a reader's browser need not; everything is then packed more tightly than in a wheel. The
course's own package keeps its source, because students are shown it. Packed files are kept in build/.
"""

import hashlib
import io
import json
import os
import re
import tempfile
import zipfile
from pathlib import Path

from course_utils.authoring import npm, pages
from course_utils.authoring.page import AuthoringError

STDLIB = "python_stdlib.zip"
LIBRARY = "python-library"  # the rest of it
#: the part of Python's own library that it needs before it can unpack a package; the rest becomes a package itself
FIRST = (
    r"^(__future__|_collections_abc|_colorize|_opcode_metadata|_py_warnings|_pyodide|_sitebuiltins|_ssl|"
    r"_sysconfigdata__emscripten_wasm32-emscripten|_weakrefset|abc|annotationlib|ast|asyncio|base64|bisect|bz2|"
    r"calendar|codecs|codeop|collections|compression|concurrent|contextlib|contextvars|copy|copyreg|dataclasses|"
    r"datetime|dis|email|encodings|enum|fnmatch|functools|genericpath|glob|gzip|heapq|importlib|inspect|io|json|"
    r"keyword|linecache|locale|logging|lzma|ntpath|opcode|operator|os|pathlib|posixpath|pyodide|quopri|random|re|"
    r"reprlib|selectors|shutil|signal|site|socket|ssl|stat|string|struct|subprocess|sysconfig|tarfile|tempfile|"
    r"textwrap|threading|token|tokenize|traceback|types|typing|urllib|warnings|weakref|zipfile|zipimport)(\.py$|/)"
)
COURSE = "downhill-blindfolded"
#: files of any package, and then of single ones: tests, what only compilers and type checkers read, fonts that no figure
#: uses. The course's own stubs stay: it reads them to load names late.
LEFT_OUT = {
    "": r"(^|/)tests?/|^(?!course_utils/).*\.pyi$|\.(pxd|pyx|h|c|a|pyd)$|(?<!emscripten)\.so$|\.dist-info/RECORD$",
    STDLIB: r"^(_pydatetime|_pydecimal|_pyio|mailbox|ftplib|imaplib|poplib|smtplib)\.py$|^(_pyrepl|ensurepip|multiprocessing|pydoc_data|wsgiref|xmlrpc)/|"
    r"^encodings/(cp(?!437|1252)|mac_|iso8859_(?!15?\.)|koi8|iso2022|euc_|shift|gb|big5|hz|johab|ptcp|kz|hp_|tis|palmos)",
    "anywidget": r"\.data/|^anywidget/(lab|nb)extension/",
    COURSE: r"\.data/|\.(pot|woff2)$|^course_utils/(authoring|teaching/(bank|grading|handouts))/",
    "ipython": r"^IPython/(sphinxext/|testing/(?!__init__|skipdoctest)|terminal/(?!__init__|pt_inputhooks/__init__)|lib/(demo|backgroundjobs))",
    "python-dateutil": r"\.tar\.gz$",
    "matplotlib": r"/mpl-data/(sample_data|images|fonts/afm|fonts/pdfcorefonts)/|/DejaVuS(erif|ansMono-|ans-BoldOblique)|"
    r"^matplotlib/(sphinxext|testing)/|"
    r"/backends/(qt_editor|web_backend|_tkagg|_macosx|_?backend_(gtk|qt|wx|tk|cairo|macosx|webagg|nbagg|pgf|ps\.))",
    "numpy": r"^numpy/(f2py|_core/include|random/lib|_pyinstaller)/",
    "pillow": r"/_(webp|imagingft|imagingcms|avif)\.|^PIL/(?!Bmp|Gif|Jpeg|Mpo|Png|Ppm|Tiff)\w+ImagePlugin|^PIL/(Image(Cms|Grab|Qt|Tk|Win)|PdfParser|PSDraw)\.",
    "pyparsing": r"^pyparsing/diagram/",
    "pygments": r"/lexers/(?!(__init__|_css_builtins|_lilypond_builtins|_mapping|_scheme_builtins|css|data|html|javascript|"
    r"jvm|lilypond|lisp|markup|perl|python|ruby|shell|special)\.py)",
}
#: None becomes null for a widget in the browser, and null None, as in JSON; Pyodide by itself turns None into undefined, and
#: null into jsnull
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
#: (package, file, text, text instead). Without jedi, IPython completes by what is there
MENDS = [
    ("pyodide-kernel", "pyodide_kernel/interpreter.py", b"use_jedi = True", b"use_jedi = False"),
    ("pyodide-kernel", "pyodide_kernel/comm.py", b"class Comm(BaseComm):\n", NULLS),
    (
        "pyodide-kernel",
        "pyodide_kernel/comm.py",
        b"dict(data=data,",
        b"dict(data=exchanged(data, None, jsnull),",
    ),
    (  # no empty output for a result that has displayed itself, as in ipykernel
        "pyodide-kernel",
        "pyodide_kernel/display.py",
        b"if self.publish_execution_result:",
        b"if self.publish_execution_result and self.data:",
    ),
]
FONTS = "matplotlib/fontlist.json"
#: of these, only the letters of Latin, Greek and Cyrillic are kept, and all signs and arrows
FEWER = [f"matplotlib/mpl-data/fonts/ttf/DejaVuSans{kind}.ttf" for kind in ("", "-Bold", "-Oblique", "Mono")]
LETTERS = (
    (0, 0x52F),
    (0x1D00, 0x27FF),
    (0x2900, 0x2BFF),
    (0xFB00, 0xFB06),
    (0xFFFD, 0xFFFD),
    (0x1D400, 0x1D7FF),
)
#: packages without their docstrings, which no student asks for
BARE = {STDLIB, LIBRARY, "ipython", "jinja2", "micropip", "packaging", "pillow", "psygnal"}
BARE |= {"pygments", "pyparsing", "python-dateutil", "traitlets"}
LEVEL = 19  # of zstd: the highest that needs no more memory to unpack
PATIENCE = 600  # seconds; on a quiet machine 20


def project(wheel):
    """The name of the package in a wheel's file name."""
    return re.sub(r"[-_.]+", "-", wheel.name.split("-")[0]).lower()


def trimmed(archive, name):
    """What is kept from a package's wheel, or from another zip file: {file: bytes}"""
    out = re.compile("|".join(filter(None, [LEFT_OUT[""], LEFT_OUT.get(name)])))
    with zipfile.ZipFile(archive) as opened:
        there = [file for file in opened.namelist() if not file.endswith("/") and not out.search(file)]
        files = {file: opened.read(file) for file in there}
    for file in there:
        if file.endswith(".dist-info/METADATA"):
            files[file] = files[file].partition(b"\n\n")[0] + b"\n"  # without the long description
    for of, file, text, instead in MENDS:
        if of == name:
            if text not in files[file]:
                raise AuthoringError(f"{file} of {archive.name} does not say {text.decode()!r} any more.")
            files[file] = files[file].replace(text, instead)
    if FONTS in files:
        files[FONTS] = _still_there(files)
        files |= {font: _fewer_letters(files[font]) for font in FEWER}
    return files


def parted(library):
    """Python's own library, {file: bytes}, in two: what it needs first, and the rest as a package."""
    first = {name: data for name, data in library.items() if re.search(FIRST, name)}
    about = {
        "python_library-3.14.dist-info/METADATA": b"Metadata-Version: 2.1\nName: python-library\nVersion: 3.14\n"
    }
    return first, {name: data for name, data in library.items() if name not in first} | about


def _still_there(files):
    """matplotlib's list of fonts, without those that were left out: if one is missing, it searches for all of them again."""
    fonts = json.loads(files[FONTS])
    for kind in ("ttflist", "afmlist"):
        fonts[kind] = [font for font in fonts[kind] if f"matplotlib/mpl-data/{font['fname']}" in files]
    return json.dumps(fonts).encode()


def _fewer_letters(font):
    """A font's bytes, with the LETTERS alone."""
    from fontTools import subset  # a dependency of matplotlib

    options = subset.Options(
        layout_features=[], legacy_kern=True, glyph_names=True, name_IDs=["*"], name_languages=["*"]
    )
    options.drop_tables.append("FFTM")  # of the program that made it
    loaded, out = subset.load_font(io.BytesIO(font), options), io.BytesIO()
    fewer = subset.Subsetter(options)
    fewer.populate(unicodes=[letter for first, last in LETTERS for letter in range(first, last + 1)])
    fewer.subset(loaded)
    subset.save_font(loaded, out, options)
    return out.getvalue()


def packed(packages, source, kept):
    """The same files, their modules compiled, in one archive for each package, packed again only if it is another one.

    packages: {name: {file: bytes}}.  source: the folder of Pyodide's core.  kept: a folder for what was packed before
    -> {name: the bytes of the archive}
    """
    kept.mkdir(parents=True, exist_ok=True)
    by = (source / "package.json").read_bytes() + f"{pages.asset('pack-wheels.js')}{LEVEL}".encode()
    kinds = {
        name: {"zip": name == STDLIB, "bare": name in BARE, "source": name == COURSE} for name in packages
    }
    places = {name: kept / f"{name}-{_digest(by, kinds[name], files)}" for name, files in packages.items()}
    missing = [name for name in packages if not places[name].is_file()]
    if missing:
        with tempfile.TemporaryDirectory(dir=kept) as folder:
            for name in missing:
                _unpack(packages[name], Path(folder, name))
            asked = {name: kinds[name] for name in missing}
            npm.node(pages.asset("pack-wheels.js"), source, folder, LEVEL, data=asked, patience=PATIENCE)
            for name in missing:
                os.replace(Path(folder, f"{name}.packed"), places[name])
    return {name: place.read_bytes() for name, place in places.items()}


def _digest(by, kind, files):
    """What tells these files, packed by this and in this way, from others."""
    digest = hashlib.sha256(by + json.dumps(kind).encode())
    for name, data in sorted(files.items()):
        digest.update(name.encode() + b"\0" + hashlib.sha256(data).digest())
    return digest.hexdigest()[:16]


def _unpack(files, folder):
    for name, data in files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
