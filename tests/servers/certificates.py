"""An authority and the certificates that it signs, made by openssl for one run of the tests."""

import subprocess
from collections.abc import Sequence
from pathlib import Path

_KEY = ("-newkey", "rsa:2048", "-nodes", "-days", "2")


class Authority:
    """Signs certificates; ``file`` is its own, which clients must trust."""

    def __init__(self, folder: Path, name: str) -> None:
        self._folder = folder
        self._name = name
        self.file = folder / f"{name}.pem"
        self._key = folder / f"{name}.key"
        _openssl([*_KEY, "-keyout", self._key, "-out", self.file, "-subj", f"/CN={name}"])

    def sign(self, name: str, host: str = "IP:127.0.0.1") -> Path:
        """Make a key and a certificate for ``host``; return the one file that holds both."""
        key, certificate = self._folder / f"{name}.key", self._folder / f"{name}.crt"
        signed = ["-CA", self.file, "-CAkey", self._key, "-addext", f"subjectAltName={host}"]
        signed += ["-addext", "basicConstraints=critical,CA:FALSE"]
        _openssl([*_KEY, "-keyout", key, "-out", certificate, "-subj", f"/CN={name}", *signed])
        both = self._folder / f"{name}.pem"
        both.write_text(key.read_text() + certificate.read_text())
        return both


def _openssl(words: Sequence[str | Path]) -> None:
    command = ["openssl", "req", "-x509", *map(str, words)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
