"""The Java runtime that runs Kafka."""

import os
import re
import shutil
import subprocess
from pathlib import Path

from tests.servers.errors import ServerMissing

_OLDEST = 17


def find_java() -> str:
    """Return the ``java`` program (JAVA_HOME, then PATH); raise ``ServerMissing`` without 17+."""
    home = os.environ.get("JAVA_HOME")
    candidates = [Path(home, "bin", "java")] if home else []
    if on_path := shutil.which("java"):
        candidates.append(Path(on_path))
    versions = {str(java): _version(java) for java in candidates}
    for java, version in versions.items():
        if version is not None and version >= _OLDEST:
            return java
    found = "; ".join(
        f"{java} is {'no working Java' if version is None else f'Java {version}'}"
        for java, version in versions.items()
    )
    raise kafka_missing(f"Java {_OLDEST} or later is needed ({found or 'no java on PATH'}).")


def kafka_missing(reason: str) -> ServerMissing:
    """Return the error that says how to make Kafka available."""
    return ServerMissing(
        "Kafka",
        reason,
        debian="apt install openjdk-17-jre-headless maven",
        macos="brew install openjdk@17 maven  (and set JAVA_HOME)",
        variable="SC_ANALYTICS_TEST_KAFKA=host:port",
    )


def _version(java: Path) -> int | None:
    # macOS has a /usr/bin/java that only says that Java is missing.
    try:
        answer = subprocess.run(
            [java, "-version"], capture_output=True, text=True, timeout=30, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return None
    match = re.search(r'version "(\d+)(?:\.(\d+))?', answer.stderr)
    if match is None:
        return None
    major, minor = int(match[1]), int(match[2] or 0)
    return minor if major == 1 else major  # Java 8 calls itself 1.8
