#!/bin/sh
# Starts the containers' database with TLS. PostgreSQL wants its key to be its own and nobody
# else's, and a mounted secret belongs to whoever made it: so it gets a copy.
set -eu
install -d -o postgres -g postgres -m 700 /run/postgresql-tls
install -o postgres -g postgres -m 600 /run/secrets/database_key /run/postgresql-tls/server.key
install -o postgres -g postgres -m 644 /run/secrets/database_crt /run/postgresql-tls/server.crt
exec docker-entrypoint.sh postgres "$@" \
    -c ssl=on \
    -c ssl_cert_file=/run/postgresql-tls/server.crt \
    -c ssl_key_file=/run/postgresql-tls/server.key \
    -c ssl_min_protocol_version=TLSv1.3 \
    -c hba_file=/etc/homeward/pg_hba.conf
