#!/bin/sh
# Facts about one text file, as one line of JSON: digest, lines, words, bytes, and how often each longer word occurs.
#   sh file-facts.sh FILE
set -eu

digest() {
  if command -v sha256sum >/dev/null; then sha256sum; else shasum -a 256; fi | cut -d ' ' -f 1
}

sha256=$(digest <"$1")
bytes=$(wc -c <"$1")

LC_ALL=C awk -v sha256="$sha256" -v bytes="$bytes" '
  {
    words += NF
    n = split(tolower($0), parts, /[^a-z]+/)
    for (i = 1; i <= n; i++) if (length(parts[i]) >= 5) count[parts[i]]++
  }
  END {
    printf "{\"sha256\":\"%s\",\"lines\":%d,\"words\":%d,\"bytes\":%d,\"count\":{", sha256, NR, words, bytes
    for (word in count) { printf "%s\"%s\":%d", comma, word, count[word]; comma = "," }
    print "}}"
  }
' "$1"
