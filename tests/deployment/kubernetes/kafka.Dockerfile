# apache/kafka as overlays/local calls it: where a stand-in without the real image's commands has that name, they are put in.
FROM apache/kafka:4.3.1
USER root
RUN mkdir -p /opt/kafka/bin && cd /opt/kafka/bin && [ -e kafka-storage.sh ] || { \
      printf '#!/bin/sh\nexec java -cp "/opt/kafka/libs/*" kafka.tools.StorageTool "$@"\n' >kafka-storage.sh \
      && printf '#!/bin/sh\nexec java $KAFKA_HEAP_OPTS -cp "/opt/kafka/libs/*" kafka.Kafka "$@"\n' >kafka-server-start.sh \
      && chmod 755 kafka-storage.sh kafka-server-start.sh; }
USER appuser
