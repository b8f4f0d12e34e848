#!/usr/bin/env bash
# healthy.sh PORT PATH: whether the program in this container answers with 200. The image has no other HTTP client.
set -euo pipefail
exec 3<> "/dev/tcp/127.0.0.1/$1"
printf 'GET %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n' "$2" >&3
read -r _ code _ <&3
[ "$code" = 200 ]
