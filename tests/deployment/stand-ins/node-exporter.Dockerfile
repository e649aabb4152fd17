# Stands in for prom/node-exporter: Debian's own.
FROM guzgu-stand-in/debian
COPY machine /
RUN apt-get update \
    && apt-get install --yes --no-install-recommends prometheus-node-exporter \
    && rm -rf /var/lib/apt/lists/*
USER nobody
ENTRYPOINT ["prometheus-node-exporter"]
