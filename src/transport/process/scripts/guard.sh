# sh guard.sh RUNID:PATH [-3] [-PWD | -PWD=VALUE] COMMAND [ARGUMENT...]
#
# Starts a watcher in this process's group, then becomes COMMAND: same pid, same exit code, no child left behind.
# -3: fd 0 is the command's port and fd 3 its standard input; they are swapped. -PWD: its environment has none, or this.
# fd 4 is the lifeline: when its other end goes, the watcher kills the group from inside, so that the signal can reach
# nothing else.
(
  # Ignored before the second fork, so that no signal to the group can find the watcher without them.
  trap '' HUP INT QUIT USR1 USR2 PIPE ALRM TERM TSTP TTIN TTOU
  exec </dev/null >/dev/null 2>&1 3>&-
  # Forked twice: a program that waits for all its children must not wait for this one.
  {
    while read -r _ <&4; do :; done
    kill -9 0
  } &
)
exec 4<&-
shift
if [ "$1" = -3 ]; then
  exec 4<&0 0<&3 3<&4 4<&-
  shift
fi
# The shell has its own idea of PWD.
case $1 in
  -PWD)
    unset PWD
    shift
    ;;
  -PWD=*)
    export PWD="${1#-PWD=}"
    shift
    ;;
esac
exec "$@"
