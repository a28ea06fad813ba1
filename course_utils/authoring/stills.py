"""The words that JupyterLab shows beside a widget's picture while no kernel is there to send them.

They lie in `words.json` beside the extension's script, in every language that has a catalogue, and the reader's browser
chooses. `python -m course_utils.authoring messages` writes that file.
"""

import gettext
import json
from pathlib import Path

from course_utils.support.language import DOMAIN, FOLDER

FILE = Path(__file__).resolve().parents[1] / "widgets" / "stills" / "words.json"
N_ = str  # marks a message for translators; each language gets its own below

SAID = {
    "picture": N_("This is a picture. Run this cell (Shift+Enter) to make it live."),
    "page": N_("Run this cell (Shift+Enter) to make it live."),
}


def written(folder=FOLDER):
    """The text of the file. folder: that of the catalogues"""
    languages = sorted(path.parts[-3] for path in folder.glob(f"*/LC_MESSAGES/{DOMAIN}.mo"))
    words = {"en": SAID}
    for language in languages:
        say = gettext.translation(DOMAIN, folder, [language]).gettext
        words[language.replace("_", "-")] = {id: say(text) for id, text in SAID.items()}
    return json.dumps(words, ensure_ascii=False, indent=2) + "\n"
