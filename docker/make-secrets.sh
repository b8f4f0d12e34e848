#!/usr/bin/env bash
# Makes the passwords of compose.yaml in docker/secrets, once; what is there stays. The files are readable by the users
# inside of the containers; the folder keeps other users of this machine out.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
mkdir -p secrets
chmod 700 secrets
cd secrets

random() { head -c 24 /dev/urandom | base64 | tr -dc 'A-Za-z0-9'; }

# secret FILE TEXT: keeps a file that is there.
secret() {
  [ -s "$1" ] || printf '%s\n' "$2" > "$1"
  chmod 644 "$1"
}

secret postgres-password "$(random)"
secret postgres-connection \
  "Host=postgres;Username=actortrade;Database=actortrade;Password=$(cat postgres-password)"
secret rabbitmq-password "$(random)"
secret rabbitmq-user.conf "default_user = actortrade
default_pass = $(cat rabbitmq-password)"
secret rabbitmq-uri "amqp://actortrade:$(cat rabbitmq-password)@rabbitmq:5672"
printf 'Secrets are in %s\n' "$PWD" >&2
