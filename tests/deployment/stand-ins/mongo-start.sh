#!/usr/bin/env bash
# What the real image does at its start: as user mongodb, with the first user made before anybody can reach the server.
set -euo pipefail
if [[ $(id -u) == 0 ]]; then
  chown -R mongodb /data/db
  exec setpriv --reuid mongodb --regid mongodb --clear-groups -- "$0" "$@"
fi
if [[ ! -e /data/db/WiredTiger ]]; then
  mongod --dbpath /data/db --bind_ip 127.0.0.1 --port 27018 --fork --logpath /tmp/first.log --pidfilepath /tmp/first.pid >/dev/null
  mongosh --quiet --port 27018 admin --eval \
    'db.createUser({user: process.env.MONGO_INITDB_ROOT_USERNAME, pwd: process.env.MONGO_INITDB_ROOT_PASSWORD, roles: ["root"]})'
  mongod --dbpath /data/db --shutdown >/dev/null
fi
exec "$@" --dbpath /data/db --auth
