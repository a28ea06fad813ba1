"""The live figures without a browser: state, refusals, sentences. What a hand does: test_map_browser.py."""

import math
from fractions import Fraction

import hypothesis.strategies as st
import numpy as np
import pytest
import traitlets
from hypothesis import HealthCheck, given, settings

from course_utils.descent import descend
from course_utils.landscapes import BOWL, HIMMELBLAU, LANDSCAPES, PLATEAU, SADDLE, quadratic
from course_utils.optimizers import SGD, Momentum, Nesterov, NesterovLookahead
from course_utils.practice.problems import FOLLOW_UP, THREE_STEPS
from course_utils.widgets import Blindfold, Explorer, PredictNext, Stepper
from course_utils.widgets.explorers import stable_below
from course_utils.widgets.games import one_step
from course_utils.widgets.map import Map, arrows_of, cut, path_of

METHODS = [SGD(0.1), Momentum(0.1, 0.9), NesterovLookahead(0.1, 0.9)]


def race(steps=30):
    return {
        "SGD": descend(SGD(0.95), BOWL, (-7, 2), steps),
        "Momentum": descend(Momentum(0.1, 0.9), BOWL, (-7, 2), steps),
    }


def rows(widget, columns=3):
    return np.frombuffer(widget.tracks).reshape(len(widget.methods), widget.last + 1, columns)


def state(widget):
    """What must not change when a message is refused."""
    return {name: getattr(widget, name) for name in widget.keys if name != "notice"}


# --- Map -------------------------------------------------------------------------------------------------


def test_tracks_are_the_paths_bit_by_bit():
    paths = race()
    m = Map(paths)
    for row, path in zip(rows(m), paths.values(), strict=True):
        np.testing.assert_array_equal(row[:, :2], path.positions)
        np.testing.assert_array_equal(row[:, 2], path.losses)
    assert m.step == m.last == 30
    assert m.start == (-7.0, 2.0)


def test_paths_may_differ_in_length_and_be_exact():
    m = Map({"a": THREE_STEPS.path, "b": descend(SGD(0.1), SADDLE, (1, 2), 5)})
    assert m.last == 5
    assert rows(m)[0, 3].tolist() == [-8, 5, -40]
    assert np.isnan(rows(m)[0, 4:]).all()


def test_a_diverged_path_ends_with_its_step():
    path = descend(Momentum(5.0, 0.9), BOWL, (-7, 2), 2000)
    m = Map({"Momentum": path})
    assert m.methods[0]["status"] == "diverged"
    assert m.methods[0]["ended"] == path.ended < 2000
    assert f"diverges at step {path.ended}" in m.alt
    m.fit()
    assert all(map(math.isfinite, m.bounds))


def test_exact_numbers_too_large_for_floats_do_not_raise():
    path = descend(SGD(Fraction(10**40)), BOWL, (Fraction(1), 1), 12)
    assert Map({"SGD": path}).last == 12


@pytest.mark.parametrize("landscape", LANDSCAPES, ids=lambda landscape: landscape.name)
def test_every_landscape_can_be_shown_and_zoomed(landscape):
    e = Explorer(landscape, [SGD(1e-3), Momentum(1e-3, 0.5)], steps=5)
    for shown in "fit", "home":
        e.obey(shown)
        assert e.background.startswith(b"\x89PNG")
        scale = [(e.bounds[1] - e.bounds[0]) / e.size[0], (e.bounds[3] - e.bounds[2]) / e.size[1]]
        assert scale[0] == pytest.approx(scale[1]), "gradients stand at right angles only at equal scales"
    assert e.bounds == landscape.bounds


def test_the_window_of_a_zoom_holds_what_is_shown():
    m = Map(race())
    m.fit()
    xy = rows(m)[..., :2]
    assert (xy.min(axis=(0, 1)) > [m.bounds[0], m.bounds[2]]).all()
    assert (xy.max(axis=(0, 1)) < [m.bounds[1], m.bounds[3]]).all()
    m.to_home()
    assert m.bounds == BOWL.bounds


def test_the_background_is_drawn_once_for_a_window():
    assert Map(race()).background is Map(race()).background


@pytest.mark.parametrize(
    "optimizer",
    [SGD(0.3), Momentum(0.3, 0.9), NesterovLookahead(0.3, 0.9), Nesterov(0.3, 0.9)],
    ids=lambda o: type(o).__name__,
)
def test_the_arrows_of_a_step_add_up_to_the_step(optimizer):
    path = descend(optimizer, BOWL, (-7, 2), 20)
    kept, pull = arrows_of(path)
    if isinstance(optimizer, SGD):
        kept = np.zeros_like(kept)
    np.testing.assert_allclose((path.positions + kept + pull)[:-1], path.positions[1:], atol=1e-12)
    m = Map({"it": path}, arrows=True)
    parts = np.frombuffer(m.parts).reshape(21, 6)
    np.testing.assert_array_equal(parts[:, 4:], path.gradient_points)


def test_a_path_by_hand_and_the_beginning_of_a_path():
    path = path_of(BOWL, [(-7, 2), (-3, 1), (0, 0)])
    assert path.steps == 2
    assert path.losses.tolist() == BOWL(path.positions).tolist()
    assert path.velocities.tolist() == [[0, 0], [4, -1], [3, -1]]
    assert Map({"You": path, "half": cut(path, 1)}).last == 2
    with pytest.raises(ValueError, match="points must be finite"):
        path_of(BOWL, [(0, math.nan)])


@pytest.mark.parametrize(
    ("wrong", "name"),
    [
        (lambda: Map([]), "paths"),
        (lambda: Map({}), "paths"),
        (lambda: Map({"": race()["SGD"]}), "paths"),
        (lambda: Map({"a": 3}), "paths"),
        (lambda: Map({"a": descend(SGD(0.1), BOWL, np.zeros((4, 2)), 3)}), "paths"),
        (lambda: Map({"a": race()["SGD"], "b": THREE_STEPS.path}), "paths"),
        (lambda: Map(race(3000)), "paths"),
        (lambda: Map(race(), bounds=(1, 0, 0, 1)), "bounds"),
        (lambda: Map(race(), bounds="wide"), "bounds"),
        (lambda: Map(race(), step=31), "step"),
        (lambda: setattr(Map(race()), "start", (math.nan, 0)), "start"),
        (lambda: setattr(Map(race()), "speed", 3), "speed"),
        (lambda: setattr(Map(race()), "hidden", ["Adam"]), "hidden"),
        (lambda: Explorer(BOWL, SGD), "optimizers"),
        (lambda: Explorer(BOWL, []), "optimizers"),
        (lambda: Explorer(BOWL, [3]), "optimizers"),
        (lambda: Explorer(BOWL, [SGD(0.1), SGD(0.2)]), "optimizers"),
        (lambda: Explorer(BOWL, [SGD(np.ones((3, 1)))]), "lr"),
        (lambda: Explorer(BOWL, METHODS, start=(1, 2, 3)), "start"),
        (lambda: Explorer(BOWL, METHODS, steps=-1), "steps"),
        (lambda: Explorer("bowl", METHODS), "landscape"),
        (lambda: Stepper(3), "path"),
        (lambda: Stepper(path_of(BOWL, [(0, 0), (1, 1)])), "path"),
        (lambda: PredictNext(BOWL, 3), "optimizer"),
        (lambda: PredictNext("bowl", SGD(1)), "landscape"),
        (lambda: Blindfold("bowl"), "landscape"),
        (lambda: Blindfold(BOWL, steps=0), "steps"),
    ],
)
def test_bad_input_names_the_argument(wrong, name):
    with pytest.raises((TypeError, ValueError, traitlets.TraitError), match=name):
        wrong()


# --- what comes from the browser ---------------------------------------------------------------------------


MALFORMED = [
    {"start": [math.nan, 0]},
    {"start": [None, None]},
    {"start": [1e300, 0]},
    {"start": "here"},
    {"start": [1, 2, 3]},
    {"start": [0] * 100_000},
    {"step": -1},
    {"step": 10**30},
    {"step": 1.5},
    {"step": None},
    {"speed": 1e9},
    {"speed": "fast"},
    {"hidden": ["no such path"]},
    {"hidden": ["SGD"] * 100_000},
    {"playing": "yes"},
    {"settings": {"lr": math.nan, "momentum": 0.9}},
    {"settings": {"lr": -1, "momentum": 0.9}},
    {"settings": {"lr": True, "momentum": 0.9}},
    {"settings": {"lr": 0.1, "momentum": 1.5}},
    {"settings": {"lr": 0.1}},
    {"settings": {"lr": 0.1, "momentum": 0.9, "x" * 10**6: 1}},
    {"settings": []},
    {"step": 1, "start": [math.inf, 0]},
    {"tracks": b""},
    {"notice": "gotcha"},
    {"_esm": "alert(1)"},
    {"no such trait": 1},
    {"aim": [10**400, 0]},
]


@pytest.mark.parametrize("message", MALFORMED, ids=lambda message: repr(message)[:40])
def test_a_malformed_message_is_refused_with_a_line_and_changes_nothing(message):
    e = Explorer(BOWL, METHODS, steps=10)
    before = state(e)
    e.set_state(message)
    assert e.notice, "it must be said"
    assert "\n" not in e.notice and len(e.notice) <= 300
    assert state(e) == before
    e.set_state({"step": 3})
    assert (e.step, e.notice) == (3, ""), "the line goes away with the next thing that is right"


@pytest.mark.parametrize(
    "content",
    [
        None,
        3,
        [],
        {},
        {"do": None},
        {"do": []},
        {"do": "close"},
        {"do": "fit", "more": 1},
        {"do": "type"},
        {"do": "type", "key": "lr", "text": "abc"},
        {"do": "type", "key": "lr", "text": "1,200"},
        {"do": "type", "key": "lr", "text": "-1"},
        {"do": "type", "key": "lr", "text": "9" * 10**6},
        {"do": "type", "key": ["lr"], "text": "1"},
        {"do": "family", "key": "size"},
        {"do": "aim", "at": [0, 0]},
    ],
    ids=lambda content: repr(content)[:40],
)
def test_impossible_requests_are_refused(content):
    e = Explorer(BOWL, METHODS, steps=10)
    before = state(e)
    e._handle_custom_msg(content, [])
    assert e.notice
    assert state(e) == before


@pytest.mark.parametrize("at", [None, 3, [1], [1, "x"], [math.nan, 1], [1e99, 1], [1, 2, 3], "12"])
def test_a_malformed_click_is_refused(at):
    for widget in PredictNext(SADDLE, Momentum(1, 1), (1, 2), 3), Blindfold(BOWL):
        before = state(widget)
        widget._handle_custom_msg({"do": "aim", "at": at}, [])
        assert widget.notice
        assert state(widget) == before


def test_an_exception_in_a_callback_appears_in_the_figure():
    m = Map(race())

    def fail(change):
        raise RuntimeError("the lecture's own callback failed")

    m.observe(fail, "step")
    m.set_state({"step": 3})
    assert m.notice == "the lecture's own callback failed"
    assert m.step == 30


point = st.tuples(st.floats(), st.floats())
near = st.tuples(st.floats(-9, 9), st.floats(-9, 9))
anything = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=5),
    st.lists(st.integers(), max_size=3),
)
change = st.one_of(
    st.tuples(st.just("start"), st.one_of(near, point, anything)),
    st.tuples(st.just("aim"), st.one_of(near, point, anything)),
    st.tuples(st.just("step"), st.one_of(st.integers(-2, 12), anything)),
    st.tuples(st.just("playing"), st.one_of(st.booleans(), anything)),
    st.tuples(st.just("speed"), st.one_of(st.sampled_from([1, 2, 5, 10, 20, 60]), anything)),
    st.tuples(st.just("arrows"), st.one_of(st.booleans(), anything)),
    st.tuples(
        st.just("hidden"),
        st.one_of(st.lists(st.sampled_from(["SGD", "Momentum", "x"]), max_size=3), anything),
    ),
    st.tuples(
        st.just("settings"),
        st.one_of(
            st.fixed_dictionaries({"lr": st.floats(), "momentum": st.floats()}),
            st.fixed_dictionaries({"lr": st.floats(1e-9, 50), "momentum": st.floats(0, 1)}),
            anything,
        ),
    ),
    st.tuples(st.just("do"), st.sampled_from(["fit", "home", "family", "nonsense"])),
)


@pytest.mark.parametrize("times", [50, pytest.param(250, marks=pytest.mark.weekly)])
def test_thousands_of_random_changes_never_raise_and_leave_a_legal_state(times):
    explorer = Explorer(BOWL, [SGD(0.1), Momentum(0.1, 0.9)], steps=10)

    @settings(max_examples=times, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.lists(change, min_size=40, max_size=40))
    def a_hand(changes):
        for name, value in changes:
            if name == "do":
                explorer._handle_custom_msg({"do": value} | ({"key": "lr"} if value == "family" else {}), [])
            else:
                explorer.set_state({name: value})
        assert 0 <= explorer.step <= explorer.last == 10
        assert all(abs(x) <= 1e6 for x in explorer.start + explorer.aim)
        assert explorer.settings.keys() == {"lr", "momentum"}
        assert explorer.settings["lr"] > 0 and 0 <= explorer.settings["momentum"] <= 1
        assert set(explorer.hidden) <= {"SGD", "Momentum"}
        assert explorer.bounds[0] < explorer.bounds[1] and explorer.bounds[2] < explorer.bounds[3]
        lr, mu = explorer.settings["lr"], explorer.settings["momentum"]
        paths = [descend(o, BOWL, explorer.start, 10) for o in (SGD(lr), Momentum(lr, mu))]
        np.testing.assert_array_equal(rows(explorer)[..., :2], [path.positions for path in paths])

    a_hand()


# --- Explorer ----------------------------------------------------------------------------------------------


def test_settings_that_agree_share_a_slider_and_others_have_their_own():
    assert [s["key"] for s in Explorer(BOWL, METHODS).sliders] == ["lr", "momentum"]
    e = Explorer(BOWL, [SGD(0.95), Momentum(0.1, 0.9)])
    assert [s["key"] for s in e.sliders] == ["lr SGD", "lr Momentum", "momentum"]
    e.settings = e.settings | {"lr SGD": 0.5}
    np.testing.assert_array_equal(e.paths["SGD"].positions, descend(SGD(0.5), BOWL, (-7, 2), 30).positions)
    np.testing.assert_array_equal(e.paths["Momentum"].positions, race()["Momentum"].positions)


def test_the_optimizers_that_are_passed_in_stay_as_they_were():
    mine = SGD(0.1)
    e = Explorer(BOWL, [mine])
    e.settings = {"lr": 0.7}
    assert mine.lr == 0.1


def test_stability_limits_of_the_syllabus():
    e = Explorer(quadratic(0.1, 1), METHODS)
    assert {limit["label"]: round(limit["at"], 4) for limit in e.limits} == {
        "SGD": 2.0,
        "Momentum": 3.8,
        "Nesterov, θ": 1.3571,
    }
    assert all(s["values"][-1] > limit["at"] for s in e.sliders[:1] for limit in e.limits)
    assert stable_below(SGD(0.1), SADDLE) is None
    assert stable_below(SGD(0.1), HIMMELBLAU) is None


def test_typed_numbers_are_read_as_in_the_exercises():
    e = Explorer(BOWL, METHODS)
    for text, lr in ("1/3", 1 / 3), ("0.25", 0.25), (" 2 ", 2.0):
        e._handle_custom_msg({"do": "type", "key": "lr", "text": text}, [])
        assert (e.settings["lr"], e.notice) == (lr, "")
    e._handle_custom_msg({"do": "type", "key": "lr", "text": ""}, [])
    assert e.settings["lr"] == 2.0


@pytest.mark.parametrize("key", ["lr", "momentum"])
def test_paths_walked_ahead_are_those_walked_alone(key):
    e, alone = Explorer(BOWL, METHODS), Explorer(BOWL, METHODS)
    e.walk_ahead(key)
    family = np.frombuffer(e.family["tracks"], np.float32).reshape(3, -1, 31, 3)
    for k, value in list(enumerate(next(s for s in e.sliders if s["key"] == key)["values"]))[::7]:
        e.settings, alone.settings = ({**w.settings, key: value} for w in (e, alone))
        assert e._picked() and not alone._picked()
        assert (e.tracks, e.methods, e.alt) == (alone.tracks, alone.methods, alone.alt)
        with np.errstate(over="ignore"):
            np.testing.assert_array_equal(family[:, k], rows(alone).astype(np.float32))
    e.start = (1.0, 1.0)
    assert e.family == {}, "another start, other paths"


# --- Stepper -------------------------------------------------------------------------------------------------


def test_the_stepper_says_each_arrow_with_its_numbers():
    stepper = Stepper(SADDLE, Momentum(lr=1, momentum=1), start=(1, 2), steps=3)
    said = "\n".join(frame["words"] for frame in stepper.frames)
    for line in (
        "What is kept: μv = (0, 0): nothing yet",
        "The gradient at θ is g = (2, 1)",
        "The gradient step: −ηg = (−2, −1)",
        "What is kept: μv = (−2, −1)",
        "Their sum: new v = (−3, 0)",
        "Move there: θ = (−8, 5), f = −40",
    ):
        assert line in said
    assert [frame["at"] for frame in stepper.frames] == sorted(frame["at"] for frame in stepper.frames)
    assert stepper.frames[-1]["at"] == 3


def test_the_stepper_looks_ahead_for_nesterov():
    stepper = Stepper(descend(NesterovLookahead(1, 1), SADDLE, (1, 2), 3))
    said = "\n".join(frame["words"] for frame in stepper.frames)
    assert "Look ahead, to θ + μv = (−3, 0): there g = (0, −3)" in said
    assert "Move there: θ = (−10, 10)" in said


@pytest.mark.parametrize("optimizer", [SGD(1), Momentum(1, 1), NesterovLookahead(1, 1), Nesterov(1, 1)])
def test_every_arrow_of_the_stepper_leads_on(optimizer):
    stepper = Stepper(SADDLE, optimizer, (1, 2), 3)
    path = stepper.path.positions.astype(float)
    for frame in (f for f in stepper.frames if "Move there" in f["words"]):
        arrows = [m for m in frame["marks"] if m["kind"] == "arrow"]
        assert arrows[-1]["to"] == path[frame["at"]].tolist()
        assert arrows[0]["from"] == path[frame["at"] - 1].tolist()


# --- PredictNext ---------------------------------------------------------------------------------------------


def test_right_guesses_go_on_to_the_end():
    p = PredictNext(SADDLE, Momentum(lr=1, momentum=1), start=(1, 2), steps=3)
    for at in (-1, 1.1), (-4.1, 1), (-8, 5):
        p._handle_custom_msg({"do": "aim", "at": list(at)}, [])
        assert not p.notice
    assert [g["right"] for g in p.guesses] == [True] * 3
    assert "3 of 3 right" in p.words
    assert not p.aiming
    p._handle_custom_msg({"do": "again"}, [])
    assert p.aiming and not p.guesses and p.last == 0


def test_a_wrong_guess_is_named_from_the_state_it_was_made_in():
    p = PredictNext(SADDLE, Momentum(lr=1, momentum=1), start=(1, 2), steps=3)
    p.guess((-1, 1))
    p.guess((-2, 2))
    assert "no velocity" in p.guesses[1]["mistakes"]
    assert "plain gradient descent" in p.words and "2.236 off" in p.words
    p.guess((3, 3))
    assert p.guesses[2]["mistakes"] == [] and not p.guesses[2]["right"]
    assert "1 of 3 right" in p.words


@pytest.mark.parametrize("problem", [THREE_STEPS, FOLLOW_UP], ids=["three steps", "follow-up"])
def test_mistakes_made_in_the_first_step_are_those_of_the_atlas(problem):
    from course_utils.practice.mistakes import MISTAKES

    ends = {m.id: tuple(end) for m, end in one_step(problem, 0)}
    assert len(ends) > 8
    for mistake in MISTAKES:
        if mistake.id in ends and mistake.id != "history not copied":
            assert ends[mistake.id] == tuple(map(float, mistake.points(problem)[0])), mistake.id
    for t in 1, 2:
        assert all(np.isfinite(end).all() for _, end in one_step(problem, t))
        assert "no velocity" in [m.id for m, _ in one_step(problem, t)]


def test_guesses_on_every_method():
    for optimizer in SGD(0.5), NesterovLookahead(0.5, 0.5), Nesterov(0.5, 0.5):
        p = PredictNext(BOWL, optimizer, (-7, 2), 2)
        for theta in p.problem.answer:
            p.guess(tuple(map(float, theta)))
        assert [g["right"] for g in p.guesses] == [True, True]


# --- Blindfold -----------------------------------------------------------------------------------------------


def test_the_landscape_stays_covered_until_the_end():
    b = Blindfold(BOWL, steps=3, lr=0.1)
    for to in (-6, 0), (-3, 0):
        b._handle_custom_msg({"do": "aim", "at": list(to)}, [])
        assert b.fog and b.aiming and not b.background
        assert "0.45" not in b.alt + b.words, "the height is not felt"
    b.walk((0, 0))
    assert not b.fog and not b.aiming and b.background
    assert list(b.paths) == ["You", "SGD, η = 0.1"]
    assert "f = 0: lower than gradient descent" in b.words
    b._handle_custom_msg({"do": "again"}, [])
    assert b.fog and b.walked == [(-7.0, 2.0)] and not b.background


def test_the_blindfold_can_be_taken_off_at_once():
    b = Blindfold(PLATEAU)
    b._handle_custom_msg({"do": "reveal"}, [])
    assert not b.notice and not b.fog and "0 steps" in b.words


# --- the picture it leaves behind ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: Map(race()), "SGD: 30 steps, ends 0.3605 from the minimum; Momentum: 30 steps, ends 0.9007"),
        (lambda: Explorer(BOWL, METHODS), "SGD"),
        (lambda: Stepper(SADDLE, Momentum(1, 1), (1, 2), 3), "Step by step, 3 steps. The start: θ = (1, 2)."),
        (lambda: PredictNext(SADDLE, Momentum(1, 1), (1, 2), 3), "Where does step 1 of 3 go?"),
        (lambda: Blindfold(BOWL), "Blindfolded at (−7, 2): the gradient there is (−0.7, 4)."),
    ],
    ids=["Map", "Explorer", "Stepper", "PredictNext", "Blindfold"],
)
def test_every_figure_leaves_a_picture_and_a_sentence(make, says):
    data, metadata = make()._repr_mimebundle_()
    assert data["image/png"].startswith("iVBOR")
    assert says in data["text/plain"]
    assert metadata["image/png"]["alt"] == data["text/plain"]
    assert "application/vnd.jupyter.widget-view+json" in data
    again, _ = make()._repr_mimebundle_()
    assert (again["text/plain"], again["image/png"]) == (data["text/plain"], data["image/png"])
