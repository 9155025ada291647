import type { Problem, Turn } from '../core/conversation.ts';
import { canAskAgain, problemKind } from '../core/problem.ts';
import type { App } from '../state/app.ts';
import { nowBySecond } from '../state/clock.ts';
import { useFocusKept } from './focus-kept.ts';
import type { View } from './view.ts';

/** The card of a problem: a sentence on what went wrong, another on what helps, and the buttons for that. */
export function ProblemCard({
  app,
  view,
  turn,
  problem,
  isLast,
}: {
  app: App;
  view: View;
  turn: Turn;
  problem: Problem;
  isLast: boolean;
}) {
  const words = app.words.problems;
  const card = useFocusKept(view.focusComposer);
  const kind = problemKind(problem.code);
  const { title, text } = words[kind];
  return (
    <div ref={card} class="card problem" data-kind={kind}>
      <p class="card-title">{title}</p>
      <p>
        {text} <Next problem={problem} words={words[kind]} />
        {kind === 'budget' && app.plugs.isOneCent.value && <> {words.oneCent}</>}
      </p>
      {isTold(kind) && problem.message && (
        <p class="beside" dir="auto">
          {words.routerSays(problem.message)}
        </p>
      )}
      <div class="card-actions">
        {canAskAgain(kind) ? (
          <button type="button" class="link" onClick={() => app.talk.askAgain(turn.id)}>
            {words.askAgain}
          </button>
        ) : (
          <button type="button" class="link" onClick={() => location.reload()}>
            {words.reload}
          </button>
        )}
        {isLast && kind === 'tooLarge' && (
          <button
            type="button"
            class="link"
            onClick={() => {
              view.editing.value = turn.id;
            }}
          >
            {words.editQuestion}
          </button>
        )}
      </div>
      <p class="small">
        {words.code(problem.code)}
        {problem.requestId !== null && <> · {words.requestId(problem.requestId)}</>}
      </p>
    </div>
  );
}

/** Whether to show the router's own message, for kinds of problems that our words describe only generally. */
const isTold = (kind: ReturnType<typeof problemKind>): boolean =>
  kind === 'unknown' || kind === 'notAllowed' || kind === 'notConfigured' || kind === 'tooLarge' || kind === 'signIn';

/** What to do next. It reads the clock only if there is something to count down. */
function Next({ problem, words }: { problem: Problem; words: { next: (at: number | null, now: number) => string } }) {
  const { retryAt } = problem;
  if (retryAt === null) return <>{words.next(null, 0)}</>;
  const now = nowBySecond.value;
  return <span class="figures">{words.next(now < retryAt ? retryAt : null, now)}</span>;
}
