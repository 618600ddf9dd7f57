#!/bin/sh
# The architecture as a test: which part may include which, whose a library is, what nobody calls,
# what the top level holds. Prints each offence as file:line; exits 1 if there is one.
set -eu
cd "$(dirname "$0")/.."
status=0

offence() { # TEXT, with the lines on standard input
  sed "s|\$|  <- $1|" >&2
  status=1
}

# may FOLDER PARTS: files of FOLDER include project headers of PARTS (and their own) alone.
# The main programs are composition roots and may include all.
may() {
  [ -d "$1" ] || return 0
  own=${1#collector/}
  allowed="collector/($own$(for part in $2; do printf '|%s' "$part"; done))/"
  case $1 in moderation) allowed='(collector|moderation)/' ;; esac
  found=$(grep -rnE --include='*.[ch]' '^#include "' "$1" | grep -vE "#include \"$allowed" || true)
  [ -z "$found" ] || printf '%s\n' "$found" | offence "$1 may not include it"
}

may collector/base      ''
may collector/survey    'base'
may collector/log       'base'
may collector/store     'base survey log'
may collector/consensus 'base'
may collector/figures   'base survey consensus'
may collector/publish   'base survey log store consensus figures'
may collector/http      'base'
may collector/pages     'base survey log store consensus figures publish http'
may collector/intake    'base survey log store consensus figures publish http pages'
may moderation          ''

# only HEADER FOLDER: the library's header appears in that folder alone.
only() {
  found=$(grep -rnE --include='*.[ch]' "#include [<\"]$1" collector moderation | grep -v "^$2/" || true)
  [ -z "$found" ] || printf '%s\n' "$found" | offence "$1 belongs to $2 alone"
}

only 'sqlite3\.h'    collector/store
only 'microhttpd\.h' collector/http
only 'sodium'        collector/base
only 'curl/'         moderation
only 'zlib\.h'       collector/http

# The arithmetic does no input or output and knows no clock.
found=$(grep -nE '#include <(stdio|time|unistd|fcntl|jansson)' collector/consensus/*.[ch] || true)
[ -z "$found" ] || printf '%s\n' "$found" | offence 'consensus is pure arithmetic'

banned='\b(strcpy|strcat|strncpy|strncat|sprintf|vsprintf|gets|atoi|atol|atoll|strtol|strtoul|sscanf|strtok|localtime|gmtime|asctime|ctime|rand|srand|alloca|system|popen|setlocale)[[:space:]]*\('
found=$(grep -rnE --include='*.[ch]' "$banned" collector moderation tests || true)
[ -z "$found" ] || printf '%s\n' "$found" | offence 'banned function'

if [ -e .git ]; then
  found=$(git ls-files | cut -d/ -f1 | sort -u |
    grep -vxE 'collector|schema|moderation|tests|meson\.build|README\.md|LICENSE|\..*' || true)
  [ -z "$found" ] || printf '%s\n' "$found" | offence 'not a name of the top level'
  found=$(git ls-files schema | grep -E '\.[ch]$' || true)
  [ -z "$found" ] || printf '%s\n' "$found" | offence 'schema/ holds declarations, no C'
fi
exit $status
