#!/bin/sh
# image.sh: what an image needs besides /opt/warmline: a user without rights, and the folders it may write to.
set -eu
groupadd --gid 10001 warmline
useradd --uid 10001 --gid warmline --home-dir /records --no-create-home --shell /usr/sbin/nologin warmline
mkdir -p /models /records
chown warmline:warmline /models /records
rm -f "$0"
