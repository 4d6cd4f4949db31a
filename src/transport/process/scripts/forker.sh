# sh forker.sh RUNID NODE MAIN [ARGUMENT...]
#
# Leaves a watcher in this process's group, then becomes the forker: same pid. The host alone holds the other end of fd 4.
# When that ends, the host is gone. The forker sees that by its own channel and leaves, unless it is stopped, or hangs as it
# is loaded or later: then the watcher lets it go on, and kills it if that does not help. Its group dies with it, and so
# every lifeline ends; the guardian does the rest. A signal to one's own group can reach nobody else.
(
  # Ignored before the second fork, so that no signal to the group can find the watcher without them.
  trap '' HUP INT QUIT USR1 USR2 PIPE ALRM TERM TSTP TTIN TTOU
  exec </dev/null >/dev/null 2>&1 3>&-
  {
    while read -r word <&4; do
      [ "$word" = over ] && exit 0
    done
    # The forker's number is its group's, and this process is in that: nobody else can have it.
    for _ in 1 2 3 4 5 6 7 8 9 10; do
      kill -CONT 0
      read -r stat <"/proc/$$/stat" || exit 0
      case ${stat##*) } in
        [ZXx]*) exit 0 ;;
      esac
      sleep 1
    done
    kill -9 0
  } &
)
exec 4<&-
shift
exec "$@"
