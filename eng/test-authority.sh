#!/usr/bin/env bash
# A certificate authority for tests and trials: root, issuing authority, certificates for servers and clients, and
# revocation lists. Its keys lie unprotected in the folder: never use it for anything that others can reach.
#   eng/test-authority.sh DIR [NAME...]                  certificates for these names; without any: server, node-1,
#                                                        node-2, node-3, lighthouse-1, pbm. What is there stays.
#   eng/test-authority.sh DIR --hosts HOST,... NAME...   valid for these hosts instead of localhost and 127.0.0.1
#   eng/test-authority.sh DIR --revoke NAME...           revokes them
# Every run writes fresh revocation lists, which both servers insist on. They hold 30 days, as the certificates do, or
# --list-days N; when they have run out the servers refuse everybody.
#
#   root.crt        what clients and servers trust
#   ca.crt          issuing authority and root, for RabbitMQ
#   crl.pem, crl/   revocation lists of both authorities: in one file for PostgreSQL, by hash of the issuer for RabbitMQ
#   NAME.crt, .key  certificate with the issuing authority's behind it; key (PKCS #8, no passphrase)
#   authority/      keys and records of the authorities

. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

command -v openssl > /dev/null || die 4 "openssl is not installed. Run: make setup"
[ -n "${1:-}" ] || die 4 "Usage: $0 DIR [--hosts HOST,...] [NAME...] | DIR --revoke NAME..."
umask 077
mkdir -p "$1/authority" "$1/crl"
chmod 755 "$1" "$1/crl"
cd "$1"
shift

hosts=localhost,127.0.0.1
list_days=30
revoke=""
names=()
while [ "$#" -gt 0 ]; do
  case "$1" in
    --hosts)
      hosts="${2:?--hosts needs names or addresses, parted by commas}"
      shift
      ;;
    --list-days)
      list_days="${2:?--list-days needs a number}"
      shift
      ;;
    --revoke) revoke=yes ;;
    *[!a-z0-9-]* | -*) die 4 "'$1' is not a name: lower-case letters, digits and dashes." ;;
    root | issuing | ca | crl) die 4 "'$1' is the name of a file of the authority." ;;
    *) names+=("$1") ;;
  esac
  shift
done

# quietly COMMAND...: openssl says much that matters only when it fails.
quietly() {
  local said
  said="$("$@" 2>&1 < /dev/null)" || die 1 "$*: $said"
}

new_key() { quietly openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$1"; }

alternative_names() {
  local host kind list=""
  for host in ${hosts//,/ }; do
    case "$host" in *[!0-9.]*) kind=DNS ;; *) kind=IP ;; esac
    list+="${list:+,}$kind:$host"
  done
  printf '%s' "$list"
}

# What `openssl ca` needs to know of one authority, which keeps its records under authority/NAME.*.
settings_of() {
  cat << CONF
[ca]
default_ca = this
[this]
database = authority/$1.index
serial = authority/$1.serial
crlnumber = authority/$1.crlnumber
new_certs_dir = authority
certificate = $1.crt
private_key = authority/$1.key
default_md = sha256
default_crl_days = $list_days
unique_subject = no
policy = any
email_in_dn = no
[any]
commonName = supplied
[authority]
basicConstraints = critical,CA:true,pathlen:0
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
[leaf]
basicConstraints = critical,CA:false
keyUsage = critical,digitalSignature
extendedKeyUsage = serverAuth,clientAuth
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
subjectAltName = $(alternative_names)
CONF
}

keep_records() {
  [ -f "authority/$1.index" ] || : > "authority/$1.index"
  [ -f "authority/$1.serial" ] || openssl rand -hex 12 > "authority/$1.serial"
  [ -f "authority/$1.crlnumber" ] || printf '1000\n' > "authority/$1.crlnumber"
  settings_of "$1" > "authority/$1.conf"
}

# sign AUTHORITY EXTENSIONS DAYS NAME: a certificate in NAME.crt for the key in $key.
sign() {
  local request="authority/$4.csr"
  quietly openssl req -new -key "$key" -subj "/CN=$4" -out "$request"
  quietly openssl ca -batch -notext -config "authority/$1.conf" -extensions "$2" -days "$3" \
    -in "$request" -out "$4.crt"
  rm -f "$request"
}

make_authorities() {
  if [ ! -f root.crt ]; then
    new_key authority/root.key
    quietly openssl req -new -x509 -key authority/root.key -subj '/CN=ActorTrade test root' -days 365 -sha256 \
      -addext 'keyUsage=critical,keyCertSign,cRLSign' -out root.crt
  fi
  keep_records root
  keep_records issuing
  if [ ! -f issuing.crt ]; then
    key=authority/issuing.key
    new_key "$key"
    sign root authority 365 issuing
  fi
  cat issuing.crt root.crt > ca.crt
}

make_certificate() {
  [ ! -f "$1.crt" ] || return 0
  key="$1.key"
  new_key "$key"
  sign issuing leaf 30 "$1"
  cat issuing.crt >> "$1.crt"
}

revoke_certificate() {
  [ -f "$1.crt" ] || die 2 "There is no certificate $1.crt."
  quietly openssl ca -batch -config authority/issuing.conf -revoke "$1.crt"
}

write_revocation_lists() {
  local name
  for name in root issuing; do
    quietly openssl ca -gencrl -config "authority/$name.conf" -out "authority/$name.crl"
    cp "authority/$name.crl" "crl/$(openssl x509 -in "$name.crt" -noout -hash).r0"
  done
  cat authority/issuing.crl authority/root.crl > crl.pem
  chmod 644 ./*.crt crl.pem crl/*
}

make_authorities
if [ "${#names[@]}" -eq 0 ]; then
  [ -z "$revoke" ] || die 4 "--revoke needs a name."
  names=(server node-1 node-2 node-3 lighthouse-1 pbm)
fi
for name in "${names[@]}"; do
  if [ -n "$revoke" ]; then
    revoke_certificate "$name"
  else
    make_certificate "$name"
  fi
done
write_revocation_lists
