"""Connections that fail: the driver closes their sockets only when they are collected."""

import pytest

LEAVES_SOCKETS = pytest.mark.filterwarnings("ignore:.*unclosed <(ssl.SSLS|s)ocket:ResourceWarning")
"""Mark of tests whose broker goes away: what is left is collected behind each of them."""
