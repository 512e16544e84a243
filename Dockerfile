# The service as an image. No value of a setting that is a secret belongs in here: hand them over when it starts,
# `docker run --env-file prod.env …`, after `python -m config check prod.env`.

# What is needed to install stays in this stage.
FROM python:3.13-slim AS dependencies
COPY requirements/server.txt /tmp/requirements.txt
RUN python -m venv /venv \
 && /venv/bin/pip install --no-cache-dir --disable-pip-version-check --only-binary :all: --require-hashes -r /tmp/requirements.txt

FROM python:3.13-slim
COPY --from=dependencies /venv /venv
COPY LICENSE /srv/
COPY backend/ /srv/backend/
# As root and before the service runs, which can write nowhere but in /tmp and where its database is.
RUN python -m compileall -q /srv/backend \
 && install --directory --owner=10001 --group=10001 --mode=700 /srv/backend/var

ENV PATH=/venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    HOST=0.0.0.0 \
    PORT=8000

# A number, so that an orchestrator can tell that it isn't root.
USER 10001:10001
WORKDIR /srv/backend
# What the default of `DATABASE_URL` leads to. Without a volume with a name, it ends with the container.
VOLUME /srv/backend/var
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=15s CMD ["python", "-m", "config", "probe"]
CMD ["gunicorn", "run:application"]
