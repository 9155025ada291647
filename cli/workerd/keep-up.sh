# Once workerd listens, this shell is all that stays of `npm run serve`, in place of a Node process of 175 MiB. It was that Node process
# until a moment ago (hand-over.ts), so workerd is its child. When it is asked to end, it ends workerd, and when workerd ends, it ends
# itself. If it is killed, workerd's own watcher (guarded-process.ts) ends workerd.
# Arguments: workerd's process id, npm's process id or 0 if npm did not start us, and the line that says that we are ready. This shell
# ends when npm ends. npm may be dead already, so the shell cannot ask for its own parent.
workerd=$1
npm=$2
ready_line=$3

# $$ is the main shell's id, here and in the watcher below. Without /proc (as on macOS) ps finds the parent.
find_parent() {
  if [ -r "/proc/$$/stat" ]; then
    read -r _ _ _ parent _ <"/proc/$$/stat"
  else
    parent=$(ps -o ppid= -p $$)
  fi
}

stop() {
  trap '' INT TERM HUP
  kill -TERM "$workerd" 2>/dev/null
  # Streams in flight are cut after a second, so that Ctrl-C ends within two.
  for _ in 1 2 3 4 5 6 7 8 9 10; do
    kill -0 "$workerd" 2>/dev/null || break
    sleep 0.1
  done
  kill -KILL "$workerd" "$watcher" 2>/dev/null
  exit 0
}

# A killed npm sends no signal, so this watcher looks once a second.
watch() {
  trap '' INT TERM HUP
  while kill -0 "$workerd"; do
    if [ "$npm" != 0 ]; then
      find_parent
      [ "$parent" = "$npm" ] || kill -TERM $$
    fi
    sleep 1
  done
}

watcher=
trap stop INT TERM HUP
watch >/dev/null 2>&1 &
watcher=$!
# The shell says that it is ready only now, because a signal before the trap would end it as if it had failed.
printf '%s\n' "$ready_line"
wait "$watcher"
printf '\nerror: workerd ended by itself\n' >&2
exit 1
