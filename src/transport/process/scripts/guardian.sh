# sh guardian.sh RUNID GENERATION DIRECTORY HOST_PID:HOST_TICKS
#
# Waits until the process that started it is gone (end of standard input), then kills whatever carries a cookie of its
# generation until two passes find nothing. Removes DIRECTORY if the host is gone too.
trap '' HUP INT QUIT USR1 USR2 PIPE ALRM TERM TSTP TTIN TTOU
while read -r word; do
  [ "$word" = leave ] && exit 0
done

cookie=$1.$2.
directory=$3
host=${4%:*}
host_ticks=${4#*:}

# Of the pids given, or of all: those whose environment holds the cookie.
carriers() {
  if [ $# -gt 0 ]; then
    for pid; do echo "/proc/$pid/environ"; done
  else
    printf '%s\n' /proc/[0-9]*/environ
  fi | xargs grep -lF -e "$cookie" 2>/dev/null | while IFS=/ read -r _ _ pid _; do echo "$pid"; done
}

# Of the pids given: the watchers and guards.
watchers() {
  for pid; do echo "/proc/$pid/cmdline"; done | xargs grep -lF -e /scripts/guard.sh 2>/dev/null |
    while IFS=/ read -r _ _ pid _; do echo "$pid"; done
}

# Sets state, group and ticks of a pid; fails when it is gone.
stat_of() {
  read -r line 2>/dev/null <"/proc/$1/stat" || return 1
  set -- ${line##*) }
  state=$1 group=$3
  shift 19
  ticks=$1
}

clean=0
pass=0
while [ "$clean" -lt 2 ] && [ "$pass" -lt 500 ]; do
  pass=$((pass + 1))
  [ "$pass" -gt 300 ] && sleep 1
  found=$(carriers)
  if [ -z "$found" ]; then
    clean=$((clean + 1))
    continue
  fi
  clean=0
  guards=$(watchers $found)
  others=
  for pid in $found; do
    case "
$guards
" in *"
$pid
"*) ;; *) others="$others $pid" ;; esac
  done
  # Stopped first, so that none reacts to the end of another; proven again; killed.
  if [ -n "$others" ]; then
    kill -STOP $others 2>/dev/null
    kill -KILL $(carriers $others) 2>/dev/null
  fi
  # Watchers see the end of their lifelines and kill their groups themselves; one that cannot still proves its group.
  if [ "$pass" -ge 3 ]; then
    for pid in $guards; do
      stat_of "$pid" && kill -KILL "-$group" 2>/dev/null
    done
  fi
done

if stat_of "$host" && [ "$ticks" = "$host_ticks" ] && [ "$state" != Z ] && [ "$state" != X ]; then
  exit 0
fi
case $directory in
  */esp-*) rm -rf "$directory" ;;
esac
