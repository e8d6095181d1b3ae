# GridCall without PostGIS: server, worker and commands; see docker-compose.yml.
FROM python:3.12-slim-bookworm AS build
WORKDIR /app
COPY requirements.lock ./
RUN python -m venv /app/.venv \
 && /app/.venv/bin/python -m pip install --no-cache-dir --disable-pip-version-check --require-hashes -r requirements.lock

FROM python:3.12-slim-bookworm
LABEL org.opencontainers.image.title="GridCall" org.opencontainers.image.licenses="Apache-2.0"
# Pictures and bulletins are lettered in Chinese.
RUN apt-get update && apt-get install -y --no-install-recommends fonts-noto-cjk \
 && rm -rf /var/lib/apt/lists/*
# A number, so that an orchestrator can see that it is not root.
RUN useradd --system --uid 10001 --create-home --home-dir /var/lib/gridcall gridcall \
 && chmod 700 /var/lib/gridcall \
 && install -d -m 700 -o 10001 /photos
WORKDIR /app
COPY --from=build /app/.venv /app/.venv
COPY gis gis
COPY maps maps
COPY data data
COPY api api
RUN printf '#!/bin/sh\nexec /app/.venv/bin/python -m api "$@"\n' > /usr/local/bin/gridcall \
 && chmod +x /usr/local/bin/gridcall \
 && /app/.venv/bin/python -m compileall -q gis maps data api
ENV PYTHONPATH=/app PYTHONUNBUFFERED=1 GRIDCALL_HOME=/var/lib/gridcall GRIDCALL_HOST=0.0.0.0 GRIDCALL_PHOTOS=/photos
USER 10001
VOLUME ["/var/lib/gridcall", "/photos"]
EXPOSE 8000
STOPSIGNAL SIGTERM
ENTRYPOINT ["gridcall"]
CMD ["serve"]
