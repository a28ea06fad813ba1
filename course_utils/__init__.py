"""What the notebooks of "Downhill, Blindfolded" import: optimizers, landscapes, problems, figures, widgets."""
