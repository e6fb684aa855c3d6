#!/bin/sh
# Makes the secrets that docker-compose.yml mounts, each in a file of its own, and leaves those that are there. The folder is
# closed to others; the files are not, because the user inside a container is another one than the owner outside.
set -eu
folder=${1:-$(dirname "$0")/secrets}
mkdir -p "$folder"
chmod 0700 "$folder"
random_hex() { od -An -N24 -tx1 /dev/urandom | tr -d ' \n'; }
for name in platform-psk psk-pepper webhook-secret-key keycloak-admin-password alice-password bob-password; do
  file=$folder/$name
  if [ -e "$file" ]; then
    echo "kept $file"
  else
    case $name in
      webhook-secret-key) head -c 32 /dev/urandom | base64 ;;
      *) random_hex ;;
    esac > "$file.new"
    chmod 0444 "$file.new"
    mv "$file.new" "$file"
    echo "made $file"
  fi
done
