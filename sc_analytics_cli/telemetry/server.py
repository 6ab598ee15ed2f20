"""Answers over HTTP: /metrics, /live and /ready."""

from __future__ import annotations

import json
import threading
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from ..errors import UsageError
from .health import Health
from .metrics import CONTENT_TYPE, Metrics

_SILENT_CLIENT_SECONDS = 10.0


class TelemetryServer:
    """Serves from a thread of its own until closed, on every address of this machine.

    /metrics is in the text format of Prometheus; /live and /ready answer 200 or
    503, with the reason as JSON. Raises UsageError where the port is taken.
    """

    def __init__(self, port: int, metrics: Metrics, health: Health) -> None:
        handler = type("_Bound", (_Handler,), {"metrics": metrics, "health": health})
        try:
            self._server = ThreadingHTTPServer(("", port), handler)
        except OSError as error:
            raise UsageError(
                f"--metrics-port: port {port} cannot be had: {error.strerror}",
                advice="choose another --metrics-port",
            ) from error
        self._server.daemon_threads = True
        self.port: int = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop answering."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


class _Handler(BaseHTTPRequestHandler):
    metrics: Metrics
    health: Health
    timeout = _SILENT_CLIENT_SECONDS
    server_version = "sc-analytics"

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        if path == "/metrics":
            self._answer(HTTPStatus.OK, CONTENT_TYPE, self.metrics.text())
        elif path in ("/live", "/ready"):
            good = self.health.alive() if path == "/live" else self.health.ready()
            status = HTTPStatus.OK if good else HTTPStatus.SERVICE_UNAVAILABLE
            body = json.dumps(self.health.content()).encode() + b"\n"
            self._answer(status, "application/json", body)
        else:
            self._answer(HTTPStatus.NOT_FOUND, "text/plain", b"/metrics, /live, /ready\n")

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Say nothing: a scrape every few seconds is no news."""

    def _answer(self, status: HTTPStatus, kind: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
