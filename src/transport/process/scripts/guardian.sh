# sh guardian.sh RUNID GENERATION DIRECTORY HOST_PID:HOST_TICKS NODE SWEEP
#
# Waits until the process that started it is gone (end of standard input). What that process started is in groups with a
# watcher each, which now kill them; what left its group carries a cookie, by which it is killed here. This shell does
# the quick first half, with as few forks as can be; then it becomes `NODE SWEEP …`, which proves that nothing is left,
# and cleans up. A host that lives waits GUARDIAN_MS for it (forker/remote.ts).
trap '' HUP INT QUIT USR1 USR2 PIPE ALRM TERM TSTP TTIN TTOU
forker=$PPID
while read -r word; do
  [ "$word" = leave ] && exit 0
done

cookie=$1.$2.
# Until now the forker held its processes' numbers. Ticks since boot are hundredths of a second.
read -r now _ </proc/uptime
now=${now%.*}${now#*.}

# Prints those of the files /proc/PID/… that hold a text; more than fit on one command line go in portions.
holding() {
  text=$1
  shift
  if [ $# -lt 10000 ]; then
    grep -lF -e "$text" "$@" 2>/dev/null
  else
    printf '%s\n' "$@" | xargs grep -lF -e "$text" 2>/dev/null
  fi
}

# Turns words /proc/PID/NAME into /proc/PID/OTHER, or into PID without OTHER; the answer is in $turned.
turn() {
  other=$1
  shift
  turned=
  for file; do
    pid=${file#/proc/}
    turned="$turned ${other:+/proc/}${pid%%/*}${other:+/$other}"
  done
}

# What was given a pid after the forker, as files /proc/PID/environ in $turned: pids ascend and then begin anew.
young() {
  turned=
  read -r _ _ _ _ newest </proc/loadavg
  for file in /proc/[0-9]*; do
    pid=${file#/proc/}
    if [ "$forker" -le "$newest" ]; then
      [ "$pid" -gt "$forker" ] && [ "$pid" -le "$newest" ]
    else
      [ "$pid" -gt "$forker" ] || [ "$pid" -le "$newest" ]
    fi && turned="$turned $file/environ"
  done
}

# A watcher that is stopped cannot kill its group; alive, it proves whose the group is.
kill_stopped() {
  for pid; do
    read -r line 2>/dev/null <"/proc/$pid/stat" || continue
    set -- ${line##*) }
    [ "$1" = T ] || continue
    # Proven once more: the number can have gone to a stranger since the look, who happens to be stopped.
    read -r line 2>/dev/null <"/proc/$pid/cmdline"
    case $line in
      */scripts/guard.sh* | espalier-watcher*) kill -KILL "-$3" 2>/dev/null ;;
    esac
  done
}

# Between the look and the signal a number can have gone to a stranger: what was stopped and is not proven again goes on.
let_go() {
  for pid in $stopped; do
    case "$turned " in
      *" $pid "*) ;;
      *) kill -CONT "$pid" 2>/dev/null ;;
    esac
  done
}

# Of the given files /proc/PID/environ, kills what carries the cookie, watchers and guards aside. False if there is none.
pass() {
  found=$(holding "$cookie" "$@")
  [ -n "$found" ] || return 1
  turn cmdline $found
  # Of several lines each is looked for.
  guards=$(holding '/scripts/guard.sh
espalier-watcher' $turned)
  others=
  for file in $found; do
    case "
$guards
" in
      *"
${file%/environ}/cmdline
"*) ;;
      *) others="$others $file" ;;
    esac
  done
  # Stopped first, so that none reacts to the end of another; proven again; killed.
  if [ -n "$others" ]; then
    turn '' $others
    stopped=$turned
    kill -STOP $stopped 2>/dev/null
    turn '' $(holding "$cookie" $others)
    [ -z "$turned" ] || kill -KILL $turned 2>/dev/null
    [ "$turned" = "$stopped" ] || let_go
  fi
  turn '' $guards
  kill_stopped $turned
}

young
pass $turned
for _ in 1 2; do
  pass /proc/[0-9]*/environ || break
done

exec "$5" "$6" "$1" "$2" "$3" "$4" "$now"
