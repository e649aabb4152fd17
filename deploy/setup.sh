#!/usr/bin/env bash
# Sets up an installation for docker compose: writes .env (ignored by git, mode 600) with the secrets, the names that it
# is reached by, and the certificate for them. Run it once; afterwards `docker compose up --build --detach` is all.
#
#   deploy/setup.sh                            asks for the domain; without a terminal it is localhost
#   deploy/setup.sh --domain guzgu.example     identity.guzgu.example, collector.guzgu.example, reporter.guzgu.example
#     --identity NAME --collector NAME --reporter NAME   other host names than these
#     --operator NAME          who runs it, as people read it before they answer (one machine is one operator)
#     --certificate FILE       PEM: certificate, intermediate ones, private key, in this order; else one is made
#     --https-port N --http-port N                 443 and 80 by default
#     --demo                   for trying out: `docker compose up` then runs a pilot country against it
#   deploy/setup.sh --certificate FILE         again later: replaces nothing but the certificate in .env
#   deploy/setup.sh --authority                prints who certified the names, for browsers to trust (PEM)
set -euo pipefail
umask 077
cd "$(dirname "${BASH_SOURCE[0]}")/.."
fail() { printf 'deploy/setup.sh: %s\n' "$*" >&2; exit 1; }
command -v openssl >/dev/null || fail "openssl is missing: install it and run this again."

domain='' identity='' collector='' reporter='' operator='' certificate='' https=443 http=80 demo='' authority='' others=0
while (($#)); do
  case $1 in
    --demo) demo=1; others=1; shift; continue ;;
    --authority) authority=1; shift; continue ;;
    --domain | --identity | --collector | --reporter | --operator | --certificate | --https-port | --http-port) ;;
    *) fail "unknown option $1; the options stand at the top of this file." ;;
  esac
  (($# > 1)) || fail "$1 needs a value."
  case $1 in
    --domain) domain=$2 ;; --identity) identity=$2 ;; --collector) collector=$2 ;; --reporter) reporter=$2 ;;
    --operator) operator=$2 ;; --certificate) certificate=$2 ;; --https-port) https=$2 ;; --http-port) http=$2 ;;
  esac
  [[ $1 == --certificate ]] || others=1
  shift 2
done

value() { sed -n "s/^$1=//p" .env; }

# A bundle of certificate and key that belong together, as one line.
bundled() {
  openssl x509 -in "$1" -noout 2>/dev/null || fail "$1 does not begin with a certificate in PEM."
  openssl pkey -in "$1" -noout 2>/dev/null || fail "$1 holds no private key in PEM (without a password)."
  [[ $(openssl x509 -in "$1" -noout -pubkey) == "$(openssl pkey -in "$1" -pubout)" ]] ||
    fail "certificate and private key in $1 do not belong together."
  for name in "${@:2}"; do
    openssl x509 -in "$1" -noout -checkhost "$name" | grep -q 'does match' || fail "the certificate in $1 is not for $name."
  done
  openssl x509 -in "$1" -noout -checkend 0 >/dev/null || fail "the certificate in $1 is over."
  base64 -w0 <"$1"
}

if [[ -n $authority ]]; then
  [[ -f .env ]] || fail "there is no .env yet: run this without --authority first."
  [[ -n $(value TLS_AUTHORITY) ]] || fail "the certificate was given, not made: browsers know its authority."
  value TLS_AUTHORITY | base64 -d
  exit 0
fi

if [[ -f .env ]]; then
  [[ -n $certificate && $others == 0 ]] ||
    fail ".env is there already and its secrets are in use: nothing was changed. (--certificate FILE alone replaces the certificate.)"
  line=$(bundled "$certificate" "$(value IDENTITY_HOST)" "$(value COLLECTOR_HOST)" "$(value REPORTER_HOST)")
  { grep -Ev '^TLS_(CERTIFICATE|AUTHORITY)=' .env; printf 'TLS_CERTIFICATE=%s\n' "$line"; } >.env.new
  mv .env.new .env
  echo "The certificate was replaced; \`docker compose up --detach gateway\` takes it into use." >&2
  exit 0
fi

if [[ -z $domain && -z $identity$collector$reporter && -t 0 && -z $demo ]]; then
  read -rp 'Domain below which identity., collector. and reporter. stand [localhost]: ' domain
fi
domain=${domain:-localhost}
identity=${identity:-identity.$domain} collector=${collector:-collector.$domain} reporter=${reporter:-reporter.$domain}
for name in "$identity" "$collector" "$reporter"; do
  [[ $name =~ ^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$ ]] || fail "$name is no host name: small letters, digits, dots and hyphens."
done
[[ $identity != "$collector" && $identity != "$reporter" && $collector != "$reporter" ]] ||
  fail "each of the three services needs a host name of its own."
for port in "$https" "$http"; do
  [[ $port =~ ^[0-9]{1,5}$ ]] && ((port > 0 && port < 65536)) || fail "$port is no port."
done
if [[ -z $operator && -t 0 && -z $demo ]]; then
  read -rp "Who runs it, as people read it before they answer [the operator of $collector]: " operator
fi
operator=${operator:-the operator of $collector}
((${#operator} <= 55)) || fail "the operator's name has more than 55 characters: it stands on every slip."
[[ $operator != *[\"\'\$\\#\`]* ]] || fail "the operator's name may not hold quotes, \$, \\ or #."

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
made=''
if [[ -z $certificate ]]; then
  # An authority for this installation alone: its key is forgotten at once, so it certifies nothing else.
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 825 -subj "/CN=$domain (its own authority)" \
    -addext basicConstraints=critical,CA:TRUE,pathlen:0 -addext keyUsage=critical,keyCertSign \
    -keyout "$work/authority.key" -out "$work/authority.pem" 2>/dev/null
  openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=$collector" \
    -keyout "$work/own.key" -out "$work/own.csr" 2>/dev/null
  openssl x509 -req -in "$work/own.csr" -CA "$work/authority.pem" -CAkey "$work/authority.key" -days 825 \
    -set_serial "0x$(openssl rand -hex 16)" -out "$work/own.pem" -extfile <(printf '%s\n' \
    "subjectAltName=DNS:$identity,DNS:$collector,DNS:$reporter" "basicConstraints=critical,CA:FALSE" \
    "keyUsage=critical,digitalSignature" "extendedKeyUsage=serverAuth") 2>/dev/null
  cat "$work/own.pem" "$work/own.key" >"$work/bundle.pem"
  certificate=$work/bundle.pem
  made=$(base64 -w0 <"$work/authority.pem")
fi
line=$(bundled "$certificate" "$identity" "$collector" "$reporter")
port=''; [[ $https == 443 ]] || port=:$https
# A name that only this machine knows is served to this machine alone.
address=0.0.0.0; [[ $collector != *localhost ]] || address=127.0.0.1
{
  printf '%s=%s\n' IDENTITY_HOST "$identity" COLLECTOR_HOST "$collector" REPORTER_HOST "$reporter" \
    IDENTITY_ORIGIN "https://$identity$port" COLLECTOR_ORIGIN "https://$collector$port" REPORTER_ORIGIN "https://$reporter$port" \
    GATEWAY_ADDRESS "$address" HTTPS_PORT "$https" HTTP_PORT "$http" \
    OPERATOR_CODES "$operator" OPERATOR_ANSWERS "$operator" \
    TLS_CERTIFICATE "$line" TLS_AUTHORITY "$made"
  deploy/secrets.sh
  if [[ -n $demo ]]; then printf '%s\n' COMPOSE_PROFILES=demo SLIPS_AS_JSON=true; fi
} >"$work/env"
mv "$work/env" .env
echo ".env is written: keep a copy where nobody else reads it. Now: docker compose up --build --detach" >&2
