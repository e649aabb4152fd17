#!/usr/bin/env bash
# Prints new secrets of one installation, a line each. deploy/setup.sh puts them where docker compose reads them.
set -euo pipefail
umask 077
command -v openssl >/dev/null || { echo "deploy/secrets.sh needs openssl: install it and run this again." >&2; exit 1; }
b64url() { base64 -w0 | tr '+/' '-_' | tr -d '='; }
key() { openssl rand 32 | b64url; }
for name in MONGO_ADMIN_PASSWORD IDENTITY_DB_PASSWORD AGGREGATOR_DB_PASSWORD REPORTER_DB_PASSWORD \
            KAFKA_ADMIN_PASSWORD KAFKA_BROKER_PASSWORD \
            IDENTITY_KAFKA_PASSWORD COLLECTOR_KAFKA_PASSWORD AGGREGATOR_KAFKA_PASSWORD \
            CODE_PEPPER KEY_WRAP_KEY IDENTITY_COOKIE_KEY GRANT_SIGNING_KEY BLOB_KEY REPORTER_COOKIE_KEY OPEN_DATA_SIGNING_KEY MONGO_KEYFILE GRAFANA_PASSWORD; do
  printf '%s=%s\n' "$name" "$(key)"
done
printf 'MANIFEST_SIGNING_KEY=%s\n' "$(openssl ecparam -name prime256v1 -genkey -noout | openssl pkcs8 -topk8 -nocrypt | b64url)"
