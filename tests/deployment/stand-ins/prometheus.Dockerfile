# Stands in for prom/prometheus: Debian's own.
FROM guzgu-stand-in/debian
COPY machine /
RUN apt-get update \
    && apt-get install --yes --no-install-recommends prometheus wget \
    && rm -rf /var/lib/apt/lists/* && rm -rf /etc/prometheus && mkdir -p /etc/prometheus /prometheus && chown nobody /prometheus
USER nobody
ENTRYPOINT ["prometheus"]
