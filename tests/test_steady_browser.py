"""Live figures keep their height whatever a hand does: nothing below them moves, and the next click hits."""

import pytest

FIGURES = """
import numpy as np
from course_utils.descent import descend
from course_utils.landscapes import BOWL, SADDLE, PLATEAU, quadratic
from course_utils.optimizers import SGD, AdaGrad, Adam, Momentum, Nesterov, NesterovLookahead, RMSProp
from course_utils.widgets import Edge, Explorer, HeatMap, OneAxis, StepSizes, Stepper
from course_utils.widgets.compass import Compass
from course_utils.widgets.map import Map
from course_utils.widgets.noise import NoiseBall
from course_utils.widgets.race import Race
fall = np.exp(-np.arange(60) / 20)
noise = np.random.default_rng(0).uniform(0.8, 1.2, (5, 60))
methods = [SGD(0.1), Momentum(0.1, 0.9), NesterovLookahead(0.1, 0.9), Nesterov(0.1, 0.9), AdaGrad(0.5), RMSProp(0.1)]
"""
CELLS = {
    "Map": "Map({'SGD': descend(SGD(2.1), BOWL, (-7, 2), 40), 'Momentum': descend(Momentum(0.1, 0.9), BOWL, (-7, 2), 40)})",
    "Explorer": "Explorer(BOWL, [SGD(0.1)], steps=30)",
    "Explorer of three": "Explorer(BOWL, [SGD(0.1), Momentum(0.1, 0.9), NesterovLookahead(0.1, 0.9)])",
    "Explorer of six": "Explorer(quadratic(0.1, 2), methods, steps=40)",
    "StepSizes": "StepSizes(BOWL, SGD(0.9), steps=10, each=True)",
    "StepSizes of RMSProp": "StepSizes(BOWL, RMSProp(0.5, rho=0.9), start=(-6, 3), steps=60)",
    "Stepper": "Stepper(SADDLE, NesterovLookahead(lr=1, momentum=1), start=(1, 2), steps=3)",
    "Compass": "Compass(SADDLE)",
    "NoiseBall": "NoiseBall(batch=4)",
    "HeatMap": "HeatMap()",
    "OneAxis": "OneAxis()",
    "Edge": "Edge()",
    "Race": "Race({m: s * fall * noise for m, s in (('SGD', 2), ('Momentum', 1.5), ('Adam', 1), ('RMSProp', 0.5))})",
}

#: heights of a figure, each with what was done last when it was first seen; and what is done, step by step
WATCH = """async (figure) => {
  const seen = new Map(); let last = "at first";
  const note = () => { const h = Math.round(figure.getBoundingClientRect().height); if (!seen.has(h)) seen.set(h, last); };
  const eye = new ResizeObserver(note); eye.observe(figure); note();
  const rest = (ms) => new Promise((done) => setTimeout(done, ms));
  const press = async (node, key) => { last = `${node.getAttribute("aria-label") ?? ""} ${key}`;
    node.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, shiftKey: true })); await rest(40); note(); };
  for (const slider of figure.querySelectorAll("input[type=range]")) {
    if (!slider.getClientRects().length) continue;
    const [from, to] = [Number(slider.min), Number(slider.max)];
    const places = [from, to]; for (let k = 1; k < 5; k++) places.push(Math.round(from + (k / 5) * (to - from)));
    const before = slider.value;
    slider.dispatchEvent(new PointerEvent("pointerenter")); await rest(60);
    for (const at of [...places, before]) { last = `${slider.getAttribute("aria-label")} at ${at}`; slider.value = at;
      slider.dispatchEvent(new Event("input", { bubbles: true })); await rest(60); note(); }
    await rest(100); note();
  }
  for (const hand of figure.querySelectorAll(".course-handle, .course-aim, .course-heat-cell")) {
    if (!hand.getClientRects().length) continue;
    for (const key of ["ArrowLeft", "ArrowUp", "ArrowRight", "ArrowDown"])
      for (let k = 0; k < 3; k++) await press(hand, key);
    await rest(150); note();
  }
  const button = (name) => [...figure.querySelectorAll("button")].find((b) => b.textContent === name && b.getClientRects().length);
  const scrub = figure.querySelector(".course-scrub");
  if (scrub?.getClientRects().length) { scrub.value = scrub.min; scrub.dispatchEvent(new Event("input", { bubbles: true })); await rest(200); note();
    for (let k = 0; k < 8; k++) { last = `Next ${k}`; button("Next")?.click(); await rest(40); note(); } }
  for (const box of figure.querySelectorAll("input[type=checkbox], .course-legend")) {
    if (!box.getClientRects().length) continue;
    last = "off and on"; box.click(); await rest(100); note(); box.click(); await rest(100); note(); }
  if (button("Play")) { const speed = figure.querySelector(".course-speed"); speed.value = speed.lastElementChild.value;
    speed.dispatchEvent(new Event("change", { bubbles: true })); last = "playing"; button("Play").click();
    for (let k = 0; k < 6; k++) { await rest(80); note(); } }
  eye.disconnect();
  return [...seen];
}"""


OFTEN = ("Map", "Explorer of three", "Compass")  # the others are looked at weekly


@pytest.fixture(
    scope="module",
    params=[(1280, 900), pytest.param((760, 900), marks=pytest.mark.weekly)],
    ids=["wide", "narrow"],
)
def book(lab, request):
    asked = {item.callspec.params["name"] for item in request.session.items if item.path == request.path}
    cells = {name: cell for name, cell in CELLS.items() if name in asked}
    with lab.book([FIGURES, *cells.values()], size=request.param) as book:
        yield book, list(cells)
        assert book.errors == []


@pytest.mark.parametrize(
    "name", [name if name in OFTEN else pytest.param(name, marks=pytest.mark.weekly) for name in CELLS]
)
def test_a_widget_never_changes_its_height(book, name):
    book, shown = book
    figure = book.page.locator(".course-widget").nth(shown.index(name))
    figure.scroll_into_view_if_needed()
    seen = figure.evaluate(WATCH)
    assert len(seen) == 1, seen
