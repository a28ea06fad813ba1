"""Keep the notebooks up to date, and publish them."""
