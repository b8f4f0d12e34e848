#!/usr/bin/env bash
# Takes settings from files, so that secrets stand neither in the compose file nor in the container's settings:
# ACTORTRADE__X__Y_FILE=/run/secrets/z sets ACTORTRADE__X__Y to what the file holds. Then becomes the program.
set -euo pipefail
for name in $(compgen -e | grep -E '^ACTORTRADE__.*_FILE$' || true); do
  file="${!name}"
  if [ ! -r "$file" ]; then
    printf '%s names %s, which cannot be read. See docker/make-secrets.sh.\n' "$name" "$file" >&2
    exit 4
  fi
  export "${name%_FILE}=$(cat "$file")"
  unset "$name"
done
exec "$@"
