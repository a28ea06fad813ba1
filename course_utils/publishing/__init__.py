"""The lectures for a classroom: slides for a projector, and a site for any web server."""
