#!/bin/sh
# Everything on this machine: sets itself up, then serves at http://127.0.0.1:8000; the same as `make run`.
set -eu
cd "$(dirname "$0")"
exec ./dev run "$@"
