"""The class as a whole, live: how many are done with a task, the mistakes of the others as bars, and what to ask next."""
