#!/bin/sh
# Pin every requirements file with hashes; dev.txt is the one resolution that the others follow.
set -eu
cd "$(dirname "$0")/.."
pin() {
    uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
        --no-emit-index-url --no-emit-find-links "$@"
}
pin requirements/dev.in -o requirements/dev.txt
pin requirements/aws.in -o requirements/aws.txt
for service in registration directory documents; do
    pin "requirements/$service.in" -c requirements/dev.txt -o "services/$service/requirements.txt"
done
pin requirements/inspect.in -c requirements/dev.txt -o services/documents/layers/inspect/requirements.txt
