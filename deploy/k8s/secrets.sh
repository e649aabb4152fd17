#!/usr/bin/env bash
# Prints namespaces and Secrets for Kubernetes from the file that deploy/secrets.sh made:
#   deploy/k8s/secrets.sh local secrets.env | kubectl apply -f -
#   deploy/k8s/secrets.sh national secrets.env [NAMESPACE...] | kubectl apply -f -
# With namespaces named, only theirs: the operator of codes and the operator of answers each keep a file of their own.
# `local` also makes an authority and certificates for the single Kafka and MongoDB of overlays/local, into
# build/kubernetes/certificates; national ones come with their operators (docs/how-to/kubernetes.md).
set -euo pipefail
umask 077
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
here=$root/deploy/k8s
fail() { printf 'deploy/k8s/secrets.sh: %s\n' "$*" >&2; exit 1; }

[[ $# -ge 2 && ( $1 == local || $1 == national ) ]] || fail "say local or national, then the file of deploy/secrets.sh."
kind=$1 file=$2; shift 2
[[ -r $file ]] || fail "$file cannot be read: deploy/secrets.sh > $file makes it."
wanted=("$@")
[[ ${#wanted[@]} -gt 0 ]] || wanted=(guzgu-identity guzgu-collector guzgu-statistics guzgu-data)

declare -A given
while IFS='=' read -r name value; do
  [[ -z $name || $name == \#* ]] || given[$name]=$value
done <"$file"
need() { [[ -n ${given[$1]:-} ]] || fail "$file holds no $1."; }

members=guzgu-mongo-0.guzgu-mongo-svc.guzgu-data.svc:27017
if [[ $kind == national ]]; then
  members+=,guzgu-mongo-1.guzgu-mongo-svc.guzgu-data.svc:27017,guzgu-mongo-2.guzgu-mongo-svc.guzgu-data.svc:27017
fi
# uri USER PASSWORD_NAME: MongoDB's address with that user in it.
uri() {
  need "$2"
  printf 'mongodb://%s:%s@%s/?replicaSet=guzgu-mongo&authSource=admin&tls=true&tlsCAFile=/etc/mongo-ca/ca.crt' "$1" "${given[$2]}" "$members"
}

is_wanted() { [[ " ${wanted[*]} " == *" $1 "* ]]; }
secret() { printf -- '---\napiVersion: v1\nkind: Secret\nmetadata:\n  name: %s\n  namespace: %s\n  labels: {app.kubernetes.io/part-of: guzgu}\ntype: Opaque\ndata:\n' "$2" "$1"; }
value() { printf '  %s: %s\n' "$1" "$(printf '%s' "$2" | base64 -w0)"; }
# copied KEY[=NAME]...: values of the file, under a name of their own where the service knows them by another.
copied() {
  local pair
  for pair in "$@"; do need "${pair#*=}"; value "${pair%%=*}" "${given[${pair#*=}]}"; done
}
# Set while a secret is being changed (docs/secrets.md).
changing() {
  local pair
  for pair in "$@"; do [[ -z ${given[${pair#*=}]:-} ]] || value "${pair%%=*}" "${given[${pair#*=}]}"; done
}
from_files() { local path; for path in "$@"; do printf '  %s: %s\n' "$(basename "$path")" "$(base64 -w0 "$path")"; done; }

certificates=$root/build/kubernetes/certificates
# signed NAME HOST...: a key and a certificate for these names, one behind the other, as Kafka and MongoDB read them.
signed() {
  local name=$1 names; shift
  names=$(printf ',DNS:%s' "$@")
  openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout "$name.key" -out "$name.csr" -subj "/CN=$1" 2>/dev/null
  openssl x509 -req -in "$name.csr" -CA ca.crt -CAkey ca.key -CAcreateserial -days 825 -out "$name.crt" \
    -extfile <(printf 'subjectAltName=%s,IP:127.0.0.1\nextendedKeyUsage=serverAuth,clientAuth\n' "${names#,}") 2>/dev/null
  cat "$name.key" "$name.crt" >"$name.pem"
}
make_certificates() {
  command -v openssl >/dev/null || fail "openssl is missing: install it and run this again."
  mkdir -p "$certificates"
  cd "$certificates"
  [[ -e mongo.pem ]] && return
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 3650 -keyout ca.key -out ca.crt \
    -subj "/CN=Guzgu on one machine" -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign 2>/dev/null
  signed kafka guzgu-kafka-bootstrap.guzgu-data.svc
  signed mongo guzgu-mongo-0.guzgu-mongo-svc.guzgu-data.svc
}
if [[ $kind == local ]]; then make_certificates; fi
# authority NAMESPACE NAME: whom to trust.
authority() { if [[ $kind == local ]]; then secret "$1" "$2"; from_files "$certificates/ca.crt"; fi; }

for namespace in "${wanted[@]}"; do
  [[ -r $here/base/${namespace#guzgu-}/namespace.yaml ]] || fail "there is no namespace $namespace."
  printf -- '---\n'; cat "$here/base/${namespace#guzgu-}/namespace.yaml"
done
if is_wanted guzgu-identity; then
  secret guzgu-identity identity
  copied KAFKA_PASSWORD=IDENTITY_KAFKA_PASSWORD CODE_PEPPER KEY_WRAP_KEY COOKIE_KEY=IDENTITY_COOKIE_KEY GRANT_SIGNING_KEY MANIFEST_SIGNING_KEY
  value MONGO_URI "$(uri identity IDENTITY_DB_PASSWORD)"
  changing CODE_PEPPER_PREVIOUS KEY_WRAP_KEY_PREVIOUS COOKIE_KEY_PREVIOUS=IDENTITY_COOKIE_KEY_PREVIOUS GRANT_KEYS_RETIRED MANIFEST_KEYS_RETIRED
  authority guzgu-identity kafka-ca
  authority guzgu-identity mongo-ca
fi
if is_wanted guzgu-collector; then
  secret guzgu-collector collector
  copied KAFKA_PASSWORD=COLLECTOR_KAFKA_PASSWORD
  authority guzgu-collector kafka-ca
fi
if is_wanted guzgu-statistics; then
  secret guzgu-statistics aggregator
  copied KAFKA_PASSWORD=AGGREGATOR_KAFKA_PASSWORD BLOB_KEY
  value MONGO_URI "$(uri aggregator AGGREGATOR_DB_PASSWORD)"
  changing BLOB_KEY_PREVIOUS
  secret guzgu-statistics reporter
  copied COOKIE_KEY=REPORTER_COOKIE_KEY
  value MONGO_URI "$(uri reporter REPORTER_DB_PASSWORD)"
  changing COOKIE_KEY_PREVIOUS=REPORTER_COOKIE_KEY_PREVIOUS OPEN_DATA_SIGNING_KEY OPEN_DATA_KEYS_RETIRED
  authority guzgu-statistics kafka-ca
  authority guzgu-statistics mongo-ca
fi
if is_wanted guzgu-data; then
  secret guzgu-data provision
  copied KAFKA_PASSWORD=KAFKA_ADMIN_PASSWORD IDENTITY_KAFKA_PASSWORD COLLECTOR_KAFKA_PASSWORD AGGREGATOR_KAFKA_PASSWORD \
    IDENTITY_DB_PASSWORD AGGREGATOR_DB_PASSWORD REPORTER_DB_PASSWORD
  value MONGO_ADMIN_URI "$(uri guzgu-admin MONGO_ADMIN_PASSWORD)"
  authority guzgu-data kafka-ca
  authority guzgu-data mongo-ca
  secret guzgu-data kafka
  copied KAFKA_ADMIN_PASSWORD
  if [[ $kind == local ]]; then
    copied KAFKA_BROKER_PASSWORD
    secret guzgu-data kafka-certificate
    from_files "$certificates/kafka.pem" "$certificates/ca.crt"
    secret guzgu-data mongo
    copied MONGO_ADMIN_PASSWORD MONGO_KEYFILE
    secret guzgu-data mongo-certificate
    from_files "$certificates/mongo.pem" "$certificates/ca.crt"
  else
    secret guzgu-data mongo-admin
    copied password=MONGO_ADMIN_PASSWORD
  fi
fi
