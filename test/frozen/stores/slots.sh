# What each slot runs, with --shell: 2 fails once, 3 always, 5 once; 4, 5 and 7 wait for a gate, for which the last are slow.
tried="$ESPALIER_FROZEN/tried-"{#}
fail_once() ( [ -e "$tried" ] || ( : > "$tried"; echo "not yet" >&2; exit 7 ) )
opened() ( [ -e "$ESPALIER_FROZEN/gate" ] )
gate() ( until opened; do sleep 0.02; done )
echo begins {}
case {#} in
  2) fail_once || exit ;;
  3) exit 4 ;;
  4 | 7) gate ;;
  5) fail_once || exit; gate ;;
  1? | 2?) opened || sleep 0.3 ;;
esac
echo ends {} €
