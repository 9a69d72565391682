#!/bin/sh
# image.sh: what an image needs besides /opt/warmline: a user without rights, and the folders it may write to.
set -eu
groupadd --gid 10001 warmline
useradd --uid 10001 --gid warmline --home-dir /opt/warmline/var --no-create-home --shell /usr/sbin/nologin warmline
mkdir -p /opt/warmline/var/models
chown -R warmline:warmline /opt/warmline/var
rm -f "$0"
