# Stands in for a paid command-line agent, and costs nothing: sh agent.sh TASK. It works in a directory of its own, which goes when
# it has succeeded, and its last line says what it used, as `claude -p TASK --output-format json` does. ESPALIER is the command line.
set -eu
task=$1
place="${AGENTS_FOLDER:-agents}/$ESPALIER_JOB"
mkdir -p "$place"
echo "attempt $ESPALIER_ATTEMPT of \"$task\"" >> "$place/notes.txt"
$ESPALIER progress 1 2 --note "reading" > /dev/null

case $task in
  *'drop the old table'*)
    # A person decides. Without an answer the agent ends here, its place is free, and the same line gives the answer later.
    answer=$($ESPALIER ask drop "May I drop the old table?") || exit 75
    echo "the answer: $answer" >> "$place/notes.txt" ;;
  *'flaky'*)
    # Fails at first, as agents do.
    [ "$ESPALIER_ATTEMPT" -gt 1 ] || { echo 'the model was overloaded' >&2; exit 1; } ;;
  *'impossible'*)
    echo 'there is no way' >&2; exit 2 ;;
esac

$ESPALIER progress 2 2 --note "done" > /dev/null
echo "done: $task" > "$place/result.txt"
rm -r "$place"
echo '{"result":"done","total_cost_usd":0.25,"usage":{"output_tokens":1200}}'
