"""The flush (the only write path) and the commands that drive it."""
