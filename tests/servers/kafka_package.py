"""Kafka's jars, fetched by Maven."""

import hashlib
from pathlib import Path

from tests.servers import fetch
from tests.servers.cache import WrongDigest, cached, check_digest
from tests.servers.java import kafka_missing

VERSION = "4.3.0"

_MAIN_JAR = f"kafka_2.13-{VERSION}.jar"
_MAIN_JAR_SHA256 = "e3669cb733f657689f71cba145af51022f29cebba81d8bf69699274b46c70da8"
_COPY = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies"
_TIMEOUT = 600.0

# The broker's own dependencies have no logging backend; without one it fails in silence.
_POM = f"""\
<project>
  <modelVersion>4.0.0</modelVersion>
  <groupId>sc-analytics-tests</groupId>
  <artifactId>kafka</artifactId>
  <version>1</version>
  <dependencies>
    <dependency>
      <groupId>org.apache.kafka</groupId>
      <artifactId>kafka_2.13</artifactId>
      <version>{VERSION}</version>
    </dependency>
    <dependency>
      <groupId>org.apache.logging.log4j</groupId>
      <artifactId>log4j-slf4j-impl</artifactId>
      <version>2.25.4</version>
    </dependency>
  </dependencies>
</project>
"""

# Another pom is another folder: a cache from before a change is never taken for the new one.
FOLDER = f"kafka-{VERSION}-{hashlib.sha256(_POM.encode()).hexdigest()[:8]}"


def kafka_classpath() -> str:
    """Return a class path with Kafka's jars, fetching them where they are not in the cache.

    Raises ``ServerMissing`` where that fails.
    """
    try:
        return str(cached(FOLDER, _fill) / "*")
    except (fetch.FetchFailed, WrongDigest, OSError) as error:
        raise kafka_missing(str(error)) from error


def _fill(folder: Path) -> None:
    pom = folder / "pom.xml"
    pom.write_text(_POM)
    fetch.run(
        [
            fetch.program("mvn"),
            "--quiet",
            "--batch-mode",
            "-Dstyle.color=never",
            "--strict-checksums",
            f"--file={pom}",
            _COPY,
            "-DincludeScope=runtime",
            f"-DoutputDirectory={folder}",
        ],
        directory=folder,
        timeout=_TIMEOUT,
    )
    check_digest(folder / _MAIN_JAR, "sha256", _MAIN_JAR_SHA256)
