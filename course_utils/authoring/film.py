"""Record the README's pictures, an animation of the live map and an exercise, from real widgets in a real Chromium.

No kernel runs: a widget's own script draws from a copy of its state. Needs playwright, a Chromium, and PIL.
"""

import io
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from course_utils.authoring.page import AuthoringError
from course_utils.authoring.pages import FONTS, typeface

STEPS = 40  # frames beside the first one
LARGEST = {".webp": 1_500_000, ".png": 120_000}  # bytes
MAP = f"""
from course_utils.descent import descend
from course_utils.landscapes import BOWL
from course_utils.optimizers import SGD, Momentum, NesterovLookahead
from course_utils.widgets.map import Map

methods = {{"SGD": SGD(0.95), "Momentum": Momentum(0.1, 0.9), "Nesterov": NesterovLookahead(0.1, 0.9)}}
scene = Map({{name: descend(m, BOWL, (-7, 2), {STEPS}) for name, m in methods.items()}}, step=0)
"""
EXERCISE = """
from course_utils.practice import THREE_STEPS
from course_utils.widgets import StepExercise

scene = StepExercise(THREE_STEPS)
scene.entries = [["-1", "1"], ["-2", "2"], ["-4", "4"]]  # plain gradient descent: the velocity is missing
scene.check()
"""
TOLD = """
import base64, json

binary = lambda value: {"base64": base64.b64encode(value).decode()} if isinstance(value, bytes) else value
state = {name: binary(value) for name, value in scene.get_state().items() if not name.startswith("_")}
print(json.dumps({"state": state, "script": scene._esm, "style": scene._css}))
"""
STAGE = """
<!DOCTYPE html>
<meta charset="utf-8">
<style>%(style)s
body { margin: 0; background: #fbfaf5; --paper: #fbfaf5; --jp-content-font-family: "Downhill Sans", sans-serif; }
.course-map { border: 0; margin: 0; padding: 0.6rem 0 0 0; max-width: none; background: #fbfaf5; }
.course-left { max-width: none; } .course-desk { max-width: none; }
.course-player, .course-right-side > :not(.course-table), .course-map .course-table :is(thead, td) { display: none; }
.course-right-side { order: -1; flex: 0 0 100%%; max-width: none; } /* of the read-out only the names, above the map */
.course-map .course-table { width: auto; margin: 0 0 0 3rem; font-size: 1.05em; } .course-map .course-table tbody { display: flex; gap: 1.6rem; }
.course-map .course-sides { gap: 0; }
</style>
<body><script type="module">
const bytes = (text) => new DataView(Uint8Array.from(atob(text), (c) => c.charCodeAt(0)).buffer);
const state = Object.fromEntries(Object.entries(%(state)s).map(([k, v]) => [k, v?.base64 === undefined ? v : bytes(v.base64)]));
const heard = [];
window.model = {
  get: (name) => state[name],
  set: (name, value) => { state[name] = value; heard.forEach(([names, act]) => names.includes(`change:${name}`) && act()); },
  on: (names, act) => heard.push([names.split(" "), act]),
  off: () => {}, save_changes: () => {}, send: () => {},
};
const script = new Blob([%(script)s], { type: "text/javascript" });
const widget = (await import(URL.createObjectURL(script))).default;
const el = document.body.appendChild(document.createElement("div"));
widget.initialize?.({ model });
await widget.render({ model, el });
await Promise.all([...document.fonts].map((face) => face.load()));
window.ready = true;
</script>
"""


def record(output):
    """Write the animation to `output`, a .webp file, or the exercise, a .png file. -> its size in bytes"""
    made = {".webp": _film, ".png": _exercise}
    kind = Path(output).suffix
    if kind not in made:
        raise AuthoringError(f"{output}: must end in {' or '.join(made)}")
    data = made[kind]()
    if len(data) > LARGEST[kind]:
        raise AuthoringError(f"{output} has {len(data) // 1000} kB; at most {LARGEST[kind] // 1000} kB")
    Path(output).write_bytes(data)
    return len(data)


def _film():
    from PIL import Image

    def steps(page):
        page.wait_for_selector(".course-sheet image", state="attached")
        page.wait_for_timeout(300)
        for step in range(STEPS + 1):
            page.evaluate("step => { model.set('step', step); }", step)
            page.wait_for_timeout(40)
            yield page.screenshot()

    frames = [Image.open(io.BytesIO(shot)).convert("RGB") for shot in _shots(MAP, (650, 385), steps)]
    lasts = [900, *[110] * (len(frames) - 2), 2500]  # milliseconds
    film = io.BytesIO()
    frames[0].save(
        film, "webp", save_all=True, append_images=frames[1:], duration=lasts, loop=0, quality=70, method=6
    )
    return film.getvalue()


def _exercise():
    def whole(page):
        page.wait_for_timeout(300)
        yield page.locator(".course-widget").screenshot()

    (shot,) = _shots(EXERCISE, (680, 700), whole)
    return shot


def _shots(scene, size, take):
    """What `take` yields of the page on which the widget `scene` plays, of this many CSS pixels."""
    try:
        from playwright.sync_api import sync_playwright
    except ModuleNotFoundError:
        raise AuthoringError("the animation needs playwright: pip install -e '.[test]'") from None
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        stage = Path(folder) / "stage.html"
        stage.write_text(_stage(scene), encoding="utf-8")
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        width, height = size
        page = browser.new_page(viewport={"width": width, "height": height}, device_scale_factor=1.5)
        page.goto(stage.as_uri())
        page.wait_for_function("window.ready")
        yield from take(page)
        browser.close()


def _stage(scene):
    """The page that the widget plays on; nothing is kept of it, and nobody's answers come back."""
    nobody = os.environ | {"COURSE_PROGRESS": ""}
    run = subprocess.run(
        [sys.executable, "-c", scene + TOLD], capture_output=True, text=True, encoding="utf-8", env=nobody
    )
    if run.returncode:
        raise AuthoringError(f"the scene cannot be set up: {run.stderr.strip().splitlines()[-1]}")
    told = json.loads(run.stdout)
    inside = {name: json.dumps(value).replace("</", "<\\/") for name, value in told.items()}
    faces = typeface(lambda name: (FONTS / name).as_uri(), display="block")
    return STAGE % (inside | {"style": faces + told["style"]})
