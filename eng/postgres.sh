#!/usr/bin/env bash
# A PostgreSQL server of one's own in a folder, on the loopback address.
#   eng/postgres.sh start  DIR [PORT] [--tls CERTDIR]   prints how to connect as KEY=value lines; makes it first
#   eng/postgres.sh status DIR                          the same lines, or exit code 3 where it does not run
#   eng/postgres.sh stop   DIR                          ends sessions, writes a checkpoint; nothing if it does not run
#   eng/postgres.sh kill   DIR                          kill -9 of all its processes, for tests of crashes
# PORT 0 or none: the port of the last start, or a free one. Started by root it runs as user postgres, as it insists.
#
# Without --tls every program on this machine may connect as the superuser actortrade ("trust" on loopback): right for
# development and tests, never for a machine that others use. With --tls only a client certificate that the authority
# in CERTDIR issued and did not revoke lets anybody in; `start` on a running server reads the certificates anew.

. "$(dirname "${BASH_SOURCE[0]}")/servers.sh"

parse_server_arguments "$@"
data="$folder/data"
log="$folder/postgres.log"

owner=()
if [ "$(id -u)" -eq 0 ]; then
  owner=(runuser --user postgres --)
fi

running() { process_of "$data/postmaster.pid" "$data"; }

prepare_folder() {
  if [ "${#owner[@]}" -eq 0 ]; then
    mkdir -p "$folder"
    return
  fi
  id postgres > /dev/null 2>&1 ||
    die 4 "PostgreSQL does not run as root, and there is no user 'postgres'. Run this as an ordinary user."
  mkdir -p "$(dirname "$folder")"
  install -d -o postgres -g postgres -m 700 "$folder"
  "${owner[@]}" test -x "$folder" ||
    die 4 "User postgres, as whom PostgreSQL runs here, may not enter $folder.
Choose a folder below one that every user may enter, such as /var/lib, or run this as an ordinary user."
}

# What the cluster needs of a first start: the role and the database that connection strings name. Made beside the
# place of the data and then moved, so that a start that was cut short leaves nothing half-made.
initialise() {
  [ ! -d "$data" ] || return 0
  local said new="$folder/data.new"
  rm -rf "$new"
  said="$("${owner[@]}" "$bin/initdb" -D "$new" -U actortrade --auth=trust -E UTF8 --locale=C --data-checksums \
    2>&1 < /dev/null)" || die 1 "$said"
  said="$(printf 'create database actortrade\n' |
    "${owner[@]}" "$bin/postgres" --single -D "$new" postgres 2>&1)" || die 1 "$said"
  mv "$new" "$data"
}

# Copies, because the server insists that the key is its own user's and nobody else's.
copy_certificates() {
  local name
  install -d -m 700 "$folder/tls"
  for name in server.crt server.key root.crt crl.pem; do
    install -m 600 "$certificates/$name" "$folder/tls/$name"
  done
  [ "${#owner[@]}" -eq 0 ] || chown -R postgres:postgres "$folder/tls"
}

tls_settings() {
  [ -n "$certificates" ] || return 0
  cat << CONF
ssl = on
ssl_min_protocol_version = 'TLSv1.3'
ssl_cert_file = '$folder/tls/server.crt'
ssl_key_file = '$folder/tls/server.key'
ssl_ca_file = '$folder/tls/root.crt'
ssl_crl_file = '$folder/tls/crl.pem'
CONF
}

access_rules() {
  if [ -n "$certificates" ]; then
    # The certificate is the password; its common name must be mapped to the role that the client asks for.
    printf '%s\n' 'hostssl all all 127.0.0.1/32 cert map=nodes' 'hostssl all all ::1/128 cert map=nodes'
  else
    printf '%s\n' 'host all all 127.0.0.1/32 trust' 'host all all ::1/128 trust'
  fi
}

# All settings are written at every start: the folder holds data, this script holds the configuration.
configure() {
  cat > "$data/postgresql.conf" << CONF
listen_addresses = '127.0.0.1'
port = $port
unix_socket_directories = ''
max_connections = 200
shared_buffers = 256MB
wal_compression = on
max_wal_size = 4GB
log_line_prefix = '%m [%p] '
$(tls_settings)
CONF
  access_rules > "$data/pg_hba.conf"
  printf '%s\n' 'nodes /^.*$ actortrade' > "$data/pg_ident.conf"
  if [ "${#owner[@]}" -gt 0 ]; then
    chown postgres:postgres "$data"/postgresql.conf "$data"/pg_hba.conf "$data"/pg_ident.conf
  fi
}

# A server that died but was not yet collected by its parent would count as alive for the next one.
forget_dead_owner() {
  local pid
  pid="$(head -n 1 "$data/postmaster.pid" 2> /dev/null || true)"
  if [ -n "$pid" ] && ! lives "$pid"; then
    rm -f "$data/postmaster.pid"
  fi
}

report() {
  local connection="Username=actortrade;Database=actortrade"
  if [ -d "$folder/tls" ]; then
    connection="Host=localhost;Port=$port;$connection;SslMode=VerifyFull"
  else
    connection="Host=127.0.0.1;Port=$port;$connection"
  fi
  printf '%s\n' "PID=$1" "HOST=127.0.0.1" "PORT=$port" "CONNECTION_STRING=$connection" "LOG=$log"
}

start() {
  bin="$(postgres_bin)" || die 4 "PostgreSQL is not installed. Run: make setup"
  local pid
  pid="$(running)"
  if [ -n "$pid" ]; then
    port="$(cat "$folder/port")"
    if [ -n "$certificates" ]; then
      copy_certificates
      kill -HUP "$pid"
    fi
    report "$pid"
    return
  fi
  prepare_folder
  port="$(kept_port "$folder/port" "$wanted_port")"
  ! port_answers "$port" || die 1 "Port $port is taken. Give another, or 0 for a free one."
  initialise
  forget_dead_owner
  rm -rf "$folder/tls"
  [ -z "$certificates" ] || copy_certificates
  configure
  printf '%s\n' "$port" > "$folder/port"
  "${owner[@]}" "$bin/pg_ctl" start -D "$data" -l "$log" --wait --timeout 60 --silent > /dev/null 2>&1 < /dev/null ||
    die 1 "PostgreSQL did not start. The end of $log:
$(tail -n 10 "$log" 2> /dev/null)"
  report "$(running)"
}

stop() {
  local pid
  pid="$(running)"
  [ -n "$pid" ] || return 0
  kill -INT "$pid" # "fast": ends sessions, rolls back what they had open
  await_end "$pid" 60 || die 1 "PostgreSQL (process $pid) did not stop within 60 s; see $log."
}

case "$verb" in
  start) start ;;
  stop) stop ;;
  kill)
    pid="$(running)"
    [ -z "$pid" ] || kill_tree "$pid"
    ;;
  status)
    pid="$(running)"
    [ -n "$pid" ] || die 3 "No PostgreSQL runs in $folder."
    port="$(cat "$folder/port")"
    report "$pid"
    ;;
  *) die 4 "'$verb' is none of start, stop, kill, status." ;;
esac
