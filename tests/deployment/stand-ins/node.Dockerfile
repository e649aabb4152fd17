# Stands in for node:20-bookworm-slim: Debian's own Node.
FROM guzgu-stand-in/debian
COPY machine /
RUN apt-get update \
    && apt-get install --yes --no-install-recommends nodejs npm \
    && rm -rf /var/lib/apt/lists/*
ENV NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt
