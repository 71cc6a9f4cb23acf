# Read by bin/install: how a step tells what it does, and how it fails.

say() { printf '%s\n' "$*"; }

fail() {
  printf '\n%s\n' "$*" >&2
  exit 1
}

# step "what is being done" "what to do if it fails" command...
# Quiet while it works, but never silent: a sign of life every few seconds; on failure the end of
# what the command said.
step() {
  local title=$1 advice=$2 log=var/log/install.log started=$SECONDS told=$SECONDS pid code=0
  shift 2
  printf '%s ' "$title"
  "$@" >"$log" 2>&1 9>&- </dev/null &
  pid=$!
  trap 'kill $pid 2>/dev/null; exit 130' INT TERM
  while kill -0 "$pid" 2>/dev/null; do
    sleep 0.2
    if ((SECONDS - told >= 3)); then
      printf '.'
      told=$SECONDS
    fi
  done
  wait "$pid" || code=$?
  trap - INT TERM
  if ((code != 0)); then
    printf 'failed\n' >&2
    tail -n 15 "$log" >&2
    fail "$advice (all of what it said: $log)"
  fi
  printf '%ss\n' "$((SECONDS - started))"
}

# The fingerprint of some files and words, for stamps.
fingerprint() {
  local thing
  for thing in "$@"; do
    if [ -f "$thing" ]; then cat "$thing"; else printf '%s\n' "$thing"; fi
  done | sha256sum | cut -d' ' -f1
}

is_stamped() { [ -f "$1" ] && [ "$(cat "$1")" = "$2" ]; }
