#!/bin/sh
# Starts coturn with the secret that it shares with the API, which stands in no command line.
# Nobody reaches through it what is not of the public internet: a relay is a way into a network.
set -eu
umask 077
cat > /tmp/turn.conf <<CONF
listening-port=3478
min-port=49160
max-port=49200
realm=homeward
external-ip=${HOMEWARD_TURN_ADDRESS}
use-auth-secret
static-auth-secret=$(cat /run/secrets/turn_secret)
fingerprint
no-cli
no-tls
no-dtls
no-multicast-peers
user-quota=12
total-quota=600
denied-peer-ip=0.0.0.0-0.255.255.255
denied-peer-ip=10.0.0.0-10.255.255.255
denied-peer-ip=100.64.0.0-100.127.255.255
denied-peer-ip=127.0.0.0-127.255.255.255
denied-peer-ip=169.254.0.0-169.254.255.255
denied-peer-ip=172.16.0.0-172.31.255.255
denied-peer-ip=192.168.0.0-192.168.255.255
denied-peer-ip=::1
denied-peer-ip=fc00::-fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff
denied-peer-ip=fe80::-febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff
pidfile=/tmp/turnserver.pid
userdb=/tmp/turndb
log-file=stdout
simple-log
CONF
exec turnserver -c /tmp/turn.conf
