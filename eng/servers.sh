# What eng/postgres.sh and eng/rabbitmq.sh share; sourced, not run. Finds the servers' programs, free ports, processes.
# Nothing of the system's own servers is touched: every port, socket, cookie and file is of the given folder.

. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

# postgres_bin: the folder of initdb and postgres; fails where there is none. The newest of Debian's wins.
postgres_bin() {
  local folder
  for folder in $(compgen -G '/usr/lib/postgresql/*/bin' | sort --version-sort --reverse) \
    "$(dirname "$(command -v initdb || true)")" "$(pg_config --bindir 2> /dev/null || true)"; do
    if [ -x "$folder/initdb" ] && [ -x "$folder/postgres" ]; then
      printf '%s' "$folder"
      return
    fi
  done
  return 1
}

# rabbitmq_sbin: the folder of RabbitMQ's own scripts. Debian's /usr/sbin/rabbitmq-server is a wrapper that changes
# user and environment, so that one does not do.
rabbitmq_sbin() {
  local folder
  for folder in $(compgen -G '/usr/lib/rabbitmq/lib/rabbitmq_server-*/sbin' | sort --version-sort --reverse) \
    "$(dirname "$(readlink -f "$(command -v rabbitmq-server)" 2> /dev/null || true)")"; do
    if [ -x "$folder/rabbitmq-server" ] && [ -x "$folder/rabbitmq-env" ] && [ -x "$folder/rabbitmqctl" ]; then
      printf '%s' "$folder"
      return
    fi
  done
  return 1
}

# epmd_program: Erlang's port mapper.
epmd_program() {
  local program
  for program in "$(command -v epmd || true)" $(compgen -G '/usr/lib/erlang/bin/epmd'); do
    if [ -x "$program" ]; then
      printf '%s' "$program"
      return
    fi
  done
  return 1
}

# absolute FOLDER: its whole path; it need not exist.
absolute() { realpath --canonicalize-missing -- "$1"; }

port_answers() { (exec 3<> "/dev/tcp/127.0.0.1/$1") 2> /dev/null; }

# free_port: one that nobody listens on, below those the system gives to outgoing connections.
free_port() {
  local port
  while :; do
    port=$((20000 + RANDOM % 12000))
    if ! port_answers "$port"; then
      printf '%s' "$port"
      return
    fi
  done
}

# kept_port FILE WANTED: WANTED, or where it is empty or 0 the port of the last start, or else a free one.
kept_port() {
  local port="$2"
  case "$port" in
    *[!0-9]*) die 4 "'$port' is not a port. Give a number, or 0 for the port of the last start or a free one." ;;
    '' | 0) port="$(cat "$1" 2> /dev/null || free_port)" ;;
  esac
  printf '%s' "$port"
}

# process_of FILE TEXT: the process id in FILE, if that process lives and has TEXT in its command line; else nothing.
process_of() {
  local pid
  pid="$(head -n 1 "$1" 2> /dev/null || true)"
  case "$pid" in '' | *[!0-9]*) return 0 ;; esac
  if ps -ww -o args= -p "$pid" 2> /dev/null | grep --fixed-strings --quiet -- "$2"; then
    printf '%s' "$pid"
  fi
}

# lives PID: whether the process runs. One that only waits to be buried by its parent does not.
lives() {
  local state
  state="$(ps -o state= -p "$1" 2> /dev/null || true)"
  [ -n "$state" ] && [ "${state:0:1}" != Z ]
}

# await_end PID SECONDS: true once the process is gone.
await_end() {
  local turns=$(($2 * 20))
  while lives "$1"; do
    turns=$((turns - 1))
    [ "$turns" -gt 0 ] || return 1
    sleep 0.05
  done
}

# children_of PID: its processes, and theirs.
children_of() {
  local child
  for child in $(ps -o pid= --ppid "$1" 2> /dev/null || true); do
    children_of "$child"
    printf '%s ' "$child"
  done
}

# kill_tree PID: ends it and all below it at once, without any chance to tidy up; for tests of crashes.
kill_tree() {
  local pid below
  below="$(children_of "$1")"
  kill -KILL "$1" $below 2> /dev/null || true
  for pid in "$1" $below; do
    await_end "$pid" 10 || die 1 "Process $pid does not die."
  done
}

# parse_server_arguments VERB DIR [PORT] [--tls CERTDIR]: sets verb, folder, wanted_port and certificates.
parse_server_arguments() {
  verb="${1:-}" folder="${2:-}" wanted_port="" certificates=""
  [ -n "$verb" ] && [ -n "$folder" ] || die 4 "Usage: $0 start|stop|kill|status DIR [PORT] [--tls CERTDIR]"
  folder="$(absolute "$folder")"
  shift 2
  while [ "$#" -gt 0 ]; do
    case "$1" in
      --tls)
        [ -f "${2:-}/server.crt" ] || die 4 "--tls needs a folder made by eng/test-authority.sh; '${2:-}' is none."
        certificates="$(absolute "$2")"
        shift
        ;;
      *) wanted_port="$1" ;;
    esac
    shift
  done
}
