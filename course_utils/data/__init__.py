"""The bundled digits, and MNIST on request."""

from pathlib import Path

DATA = Path(__file__).resolve().parent
IMAGES, LABELS = "optical-digits-images-idx3-ubyte.gz", "optical-digits-labels-idx1-ubyte.gz"
