// Compile and pack the packages of the browser edition, in node, by the very Python that will import them.
// arguments: the folder of Pyodide's core, a folder with a folder of files for each package, and the level of zstd. Input,
// as JSON: {package: {zip, bare, source}}: whether it is the zip file that Python itself begins with, whether docstrings are
// left out, and whether the modules' source is kept.
const fs = require("node:fs");
const path = require("node:path");
const { pathToFileURL } = require("node:url");
const zlib = require("node:zlib");

const COMPILE = `
import compileall, io, json, pathlib, py_compile, tarfile, zipfile

SITE, STDLIB = "/lib/python3.14/site-packages", "/lib/python314.zip"

def compile_all(folder, kind):
    compileall.compile_dir(
        folder, stripdir=folder, prependdir=STDLIB if kind["zip"] else SITE, maxlevels=50, quiet=2,
        legacy=not kind["source"], optimize=2 if kind["bare"] else -1,
        invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH)

def kept(folder, source):
    """{name: bytes} of what is packed: no source of a module that is compiled, unless it is asked for."""
    files = sorted(file for file in folder.rglob("*") if file.is_file())
    there = set(files)
    return {str(file.relative_to(folder)): file.read_bytes() for file in files
            if source or file.suffix != ".py" or file.with_suffix(".pyc") not in there}

def write_zip(whole, files):
    with zipfile.ZipFile(whole, "w") as archive:
        for name, data in files.items():
            archive.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED, 9)

def write_tar(whole, files):
    with tarfile.open(whole, "w") as archive:
        for name, data in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))

for name, kind in json.loads(asked).items():
    folder = pathlib.Path("/place", name)
    compile_all(folder, kind)
    (write_zip if kind["zip"] else write_tar)(f"/place/{name}.packed", kept(folder, kind["source"]))
`;

/** @param {string} core @param {string} place @param {number} level */
async function pack(core, place, level) {
  if (!zlib.zstdCompressSync) throw new Error(`Node.js is ${process.version}, and has to be 22.15 or newer`);
  const asked = fs.readFileSync(0, "utf8");
  const { loadPyodide } = /** @type {{loadPyodide: LoadPyodide}} */ (await import(pathToFileURL(path.join(core, "pyodide.mjs")).href));
  const python = await loadPyodide({ indexURL: core });
  python.mountNodeFS("/place", place);
  python.globals.set("asked", asked);
  python.runPython(COMPILE);
  const params = { [zlib.constants.ZSTD_c_compressionLevel]: level };
  for (const [name, { zip }] of Object.entries(JSON.parse(asked))) {
    const file = path.join(place, `${name}.packed`);
    if (!zip) fs.writeFileSync(file, zlib.zstdCompressSync(fs.readFileSync(file), { params }));
  }
  console.log("true");
}

pack(process.argv[1], process.argv[2], Number(process.argv[3])).catch((error) => {
  console.error(error.message);
  process.exit(1);
});
