# sh guardian.sh RUNID GENERATION DIRECTORY HOST_PID:HOST_TICKS NODE SWEEP
#
# Waits until the process that started it is gone (end of standard input). What that process started is in groups with a
# watcher each, which now kill them; what left its group carries a cookie, by which it is killed here. This shell does
# the quick first half; then it becomes `NODE SWEEP …`, which proves that nothing is left, and cleans up.
trap '' HUP INT QUIT USR1 USR2 PIPE ALRM TERM TSTP TTIN TTOU
while read -r word; do
  [ "$word" = leave ] && exit 0
done

cookie=$1.$2.
# Until now the forker held its processes' numbers. Ticks since boot are hundredths of a second.
read -r now _ </proc/uptime
now=${now%.*}${now#*.}

# Turns /proc/PID/… into PID, one a line.
pids() {
  while IFS=/ read -r _ _ pid _; do echo "$pid"; done
}

# Of the pids given, or of all: those whose environment holds the cookie.
carriers() {
  if [ $# -gt 0 ]; then
    for pid; do echo "/proc/$pid/environ"; done
  else
    printf '%s\n' /proc/[0-9]*/environ
  fi | xargs grep -lF -e "$cookie" 2>/dev/null | pids
}

# Of the pids given: the watchers and guards.
watchers() {
  for pid; do echo "/proc/$pid/cmdline"; done | xargs grep -lF -e /scripts/guard.sh -e espalier-watcher 2>/dev/null | pids
}

# A watcher that is stopped cannot kill its group; alive, it proves whose the group is.
kill_stopped() {
  for pid; do
    read -r line 2>/dev/null <"/proc/$pid/stat" || continue
    set -- ${line##*) }
    [ "$1" = T ] && kill -KILL "-$3" 2>/dev/null
  done
}

for pass in 1 2 3; do
  found=$(carriers)
  [ -n "$found" ] || break
  guards=$(watchers $found)
  others=
  for pid in $found; do
    case "
$guards
" in
      *"
$pid
"*) ;;
      *) others="$others $pid" ;;
    esac
  done
  # Stopped first, so that none reacts to the end of another; proven again; killed.
  if [ -n "$others" ]; then
    kill -STOP $others 2>/dev/null
    kill -KILL $(carriers $others) 2>/dev/null
  fi
  kill_stopped $guards
done

exec "$5" "$6" "$1" "$2" "$3" "$4" "$now"
