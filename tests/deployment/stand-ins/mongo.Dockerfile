# Stands in for mongo: the embedded stack's mongod, and the real mongosh from npm, in a version for Debian's Node 18.
FROM guzgu-stand-in/node
COPY mongosh.json /opt/mongosh/package.json
RUN npm --prefix /opt/mongosh install --no-audit --no-fund --omit=optional \
    && ln -s /opt/mongosh/node_modules/.bin/mongosh /usr/local/bin/mongosh \
    && mongosh --version
RUN apt-get update \
    && apt-get install --yes --no-install-recommends libcurl4 \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --uid 999 mongodb && mkdir -p /data/db && chown -R mongodb /data
COPY mongod /usr/local/bin/mongod
COPY mongo-start.sh /usr/local/bin/docker-entrypoint.sh
RUN chmod 755 /usr/local/bin/mongod /usr/local/bin/docker-entrypoint.sh
VOLUME ["/data/db"]
ENTRYPOINT ["docker-entrypoint.sh"]
CMD ["mongod"]
