"""A class: handouts and their marking, the mistake atlas, presenting."""
