"""Bytes to checked events, or the reason why not."""
