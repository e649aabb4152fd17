# Stands in for apache/kafka: the same jars from Maven, with the class that reads settings in the real image.
FROM guzgu-stand-in/debian
COPY machine /
RUN apt-get update \
    && apt-get install --yes --no-install-recommends openjdk-17-jre-headless \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --uid 1000 appuser \
    && mkdir -p /opt/kafka/config /etc/kafka/docker /mnt/shared/config /var/lib/kafka/data \
    && touch /opt/kafka/config/server.properties \
    && chown -R appuser /opt/kafka/config /var/lib/kafka
COPY kafka-libs /opt/kafka/libs
COPY kafka-start.sh /opt/kafka/start.sh
USER appuser
VOLUME ["/var/lib/kafka/data"]
CMD ["bash", "/opt/kafka/start.sh"]
