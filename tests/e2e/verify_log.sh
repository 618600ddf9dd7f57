#!/usr/bin/env bash
# Checks a mirror of the log (zhanji-moderate log fetch) with openssl and a shell, and nothing of this
# project's: the signed head, the root of all entries (RFC 6962), and the signature of every decision
# by a key that an entry before it made a moderator's.
#   tests/e2e/verify_log.sh MIRROR
set -euo pipefail
mirror=${1:?usage: verify_log.sh MIRROR}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fail() { echo "$1" >&2; exit 1; }
spki='\x30\x2a\x30\x05\x06\x03\x2b\x65\x70\x03\x21\x00' # RFC 8410: an Ed25519 public key follows

# signed KEY_FILE TEXT_FILE SIGNATURE_FILE, the key as its 32 bytes
signed() {
  { printf "$spki"; cat "$1"; } > "$work/key.der"
  openssl pkeyutl -verify -rawin -pubin -keyform DER -inkey "$work/key.der" -in "$2" -sigfile "$3" > /dev/null
}

# The head: a text, an empty line, and lines "— NAME BASE64(id ‖ signature)".
name=$(cut -d+ -f1 "$mirror/vkey")
cut -d+ -f3- "$mirror/vkey" | openssl base64 -d -A | tail -c 32 > "$work/log.key"
sed '/^$/,$d' "$mirror/checkpoint" > "$work/head"
sed -n "s|^— $name ||p" "$mirror/checkpoint" | head -1 | openssl base64 -d -A | tail -c 64 > "$work/head.sig"
signed "$work/log.key" "$work/head" "$work/head.sig" || fail 'the head is not signed by the key of the log'
size=$(sed -n 2p "$work/head")
root=$(sed -n 3p "$work/head")

# A decision: "sig" is over a prefix and the line without it; "by" is the key.
: > "$work/active"
decisions=0
check_entry() {
  case $1 in
  '{"act":"moderator-add"'*) sed 's/.*"subject":"ed25519 \([^ ]*\) .*/\1/' <<< "$1" >> "$work/active" ;;
  '{"act":"moderator-retire"'*)
    gone=$(sed 's/.*"subject":"ed25519 \([^ ]*\) .*/\1/' <<< "$1")
    grep -vxF "$gone" "$work/active" > "$work/left" || true
    mv "$work/left" "$work/active"
    ;;
  '{"act":"approve"'* | '{"act":"reject"'* | '{"act":"withhold"'* | '{"act":"revert"'*)
    printf "$(sed 's/.*"by":"\([0-9a-f]*\)".*/\1/; s/../\\x&/g' <<< "$1")" > "$work/by.key"
    grep -qxF "$(openssl base64 -A < "$work/by.key")" "$work/active" || fail "entry $2: not by a moderator"
    sed 's/.*"sig":"\([^"]*\)".*/\1/' <<< "$1" | openssl base64 -d -A > "$work/by.sig"
    { echo 'zhanji-decision/v1'; printf %s "$1" | sed 's/,"sig":"[^"]*"//'; } > "$work/text"
    signed "$work/by.key" "$work/text" "$work/by.sig" || fail "entry $2: its signature is wrong"
    decisions=$((decisions + 1))
    ;;
  esac
}

# Bundles of 256 entries, each after its length in two bytes; the last one has another name.
hash() { openssl dgst -sha256 -binary; }
number=0
while ((number < size)); do
  bundle=$((number / 256))
  left=$((size - number))
  path=$(printf '%03d' $((bundle % 1000)))
  for ((more = bundle / 1000; more > 0; more /= 1000)); do path=$(printf 'x%03d/%s' $((more % 1000)) "$path"); done
  ((left >= 256)) || path=$path.p/$left
  file=$mirror/tile/entries/$path
  at=0
  while ((at < $(stat -c %s "$file"))); do
    read -r high low < <(od -An -tu1 -j "$at" -N 2 "$file")
    tail -c +$((at + 3)) "$file" | head -c $((high * 256 + low)) > "$work/entry" || true
    { printf '\x00'; cat "$work/entry"; } | hash >> "$work/level"
    check_entry "$(cat "$work/entry")" "$number"
    number=$((number + 1))
    at=$((at + 2 + high * 256 + low))
  done
done
((number == size)) || fail "there are $number entries, not $size"

# Pairs from the left; an odd one at the end goes up as it is (the same tree as RFC 6962's).
while ((size > 1)); do
  : > "$work/above"
  for ((i = 0; i + 1 < size; i += 2)); do
    { printf '\x01'; tail -c +$((i * 32 + 1)) "$work/level" | head -c 64 || true; } | hash >> "$work/above"
  done
  ((size % 2 == 0)) || tail -c 32 "$work/level" >> "$work/above"
  size=$(((size + 1) / 2))
  mv "$work/above" "$work/level"
done
[ "$(openssl base64 -A < "$work/level")" = "$root" ] || fail 'the entries do not hash to the root that is signed'
echo "$name: $number entries, $decisions decisions, all as signed"
