# check=error=true
# Two stages: the first installs what the lock names, the second holds only that and the package.
FROM python:3.13-slim-trixie AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /venv
COPY requirements/run.lock /build/run.lock
RUN /venv/bin/pip install --require-hashes --no-deps --only-binary :all: -r /build/run.lock \
    && /venv/bin/pip uninstall --yes pip
COPY src/product_importer /venv/lib/python3.13/site-packages/product_importer
# Compiled here, since the root file system is read-only where it runs.
RUN /venv/bin/python -m compileall -q /venv/lib/python3.13/site-packages/product_importer

FROM python:3.13-slim-trixie
LABEL org.opencontainers.image.title="Product Importer" \
      org.opencontainers.image.licenses="MIT"
RUN useradd --system --uid 10001 --user-group --no-create-home importer \
    && install --directory --owner importer --group importer /data
COPY --from=build /venv /venv
ENV PATH=/venv/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 \
    HOST=0.0.0.0 PORT=8000 DATA_DIR=/data LOG_FORMAT=json
WORKDIR /data
VOLUME /data
USER 10001:10001
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --start-interval=2s \
    CMD ["python", "-m", "product_importer", "health"]
# No ENTRYPOINT: some platforms put their command behind it, others in its place
CMD ["python", "-m", "product_importer", "serve"]
