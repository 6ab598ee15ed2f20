# The consumer as an image: docker build -t sc-analytics .
FROM python:3.12-slim AS build
WORKDIR /src
COPY pyproject.toml requirements.lock README.md LICENSE ./
COPY fixtures/demo.ndjson fixtures/demo.ndjson
COPY sc_analytics_cli sc_analytics_cli
RUN ["python", "-m", "venv", "/opt/sc-analytics"]
RUN ["/opt/sc-analytics/bin/pip", "install", "--no-cache-dir", "-c", "requirements.lock", ".[metrics]"]

FROM python:3.12-slim
RUN ["useradd", "--system", "--uid", "10001", "--no-create-home", "sc-analytics"]
RUN ["install", "-d", "-o", "10001", "/run/sc-analytics"]
COPY --from=build /opt/sc-analytics /opt/sc-analytics
ENV PATH=/opt/sc-analytics/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    SC_ANALYTICS_LOG_FORMAT=json \
    SC_ANALYTICS_HEALTH_FILE=/run/sc-analytics/health \
    SC_ANALYTICS_METRICS_PORT=9100
USER 10001
EXPOSE 9100
STOPSIGNAL SIGTERM
# `consume` rewrites the file every few seconds while all of its workers are alive.
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s --retries=2 \
    CMD ["python", "-c", "import os, sys, time; sys.exit(time.time() - os.stat('/run/sc-analytics/health').st_mtime > 60)"]
ENTRYPOINT ["sc-analytics"]
CMD ["--help"]
