#!/bin/sh
# Runs the broker in its container, and has it read the list of revoked certificates again when
# that has changed: serve.sh CONFIGURATION LIST. Connections that stand are not touched by it.
set -eu
mosquitto -c "$1" &
broker=$!
trap 'kill -TERM "$broker"; wait "$broker"; exit $?' TERM INT
seen=$(cksum <"$2")
while sleep 2 & wait $! && kill -0 "$broker" 2>/dev/null; do
    now=$(cksum <"$2" || echo "$seen")
    if [ "$now" != "$seen" ]; then
        kill -HUP "$broker"
        seen=$now
    fi
done
wait "$broker"
