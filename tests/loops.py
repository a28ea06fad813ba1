"""An event loop for a test, whatever runs in its thread already: a browser of playwright leaves its own running there."""

import asyncio
from concurrent.futures import ThreadPoolExecutor


def in_a_loop(scene):
    """Run a coroutine to its end in a thread of its own. -> what it returns"""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, scene).result()
