import type { ReadonlySignal } from '@preact/signals';
import type { Problem, Turn as TurnData } from '../core/conversation.ts';
import { endingOf } from '../core/ending.ts';
import { problemKind } from '../core/problem.ts';
import type { App } from '../state/app.ts';
import { EditQuestion } from './edit-question.tsx';
import { PencilIcon } from './icons.tsx';
import { Markdown } from './lazy-markdown.tsx';
import { ProblemCard } from './problem-card.tsx';
import { ProvenanceLine } from './provenance.tsx';
import { AskAgain, CopyAnswer } from './turn-actions.tsx';
import type { View } from './view.ts';
import { WaitingCard } from './waiting-card.tsx';

interface Props {
  app: App;
  view: View;
  turn: TurnData;
  isLast: boolean;
}

/** One question and what became of it. */
export function Turn(props: Props) {
  const { app, view, turn } = props;
  const { thread } = app.words;
  const { outcome } = turn;
  const questionId = `question-${turn.id}`;
  const hasAnswer = outcome.state !== 'waiting' && (outcome.state !== 'failed' || turn.text !== '');
  return (
    <article class="turn" aria-labelledby={questionId}>
      <h2 class="visually-hidden" id={questionId}>
        {thread.question}
      </h2>
      {props.isLast && outcome.state !== 'asking' && view.editing.value === turn.id ? (
        <EditQuestion app={app} view={view} turn={turn} />
      ) : (
        <Question {...props} />
      )}
      {hasAnswer && <Answer app={app} turn={turn} />}
      {outcome.state === 'waiting' && <WaitingCard app={app} view={view} turn={turn} outcome={outcome} />}
      {hasAnswer && <Under {...props} />}
      {outcome.state === 'failed' && <ProblemCard {...props} problem={outcome.problem} />}
    </article>
  );
}

function Question({ app, view, turn, isLast }: Props) {
  const { thread } = app.words;
  return (
    <div class="asked">
      {isLast && turn.outcome.state !== 'asking' && (
        <button
          type="button"
          class="icon-button faint"
          id="edit-last"
          aria-label={thread.edit}
          title={thread.edit}
          onClick={() => {
            view.editing.value = turn.id;
          }}
        >
          <PencilIcon />
        </button>
      )}
      <p class="question" dir="auto">
        {turn.question}
      </p>
    </div>
  );
}

/** The answer. It is the same element from the first word to the last and after that, so nothing is drawn twice. */
function Answer({ app, turn }: { app: App; turn: TurnData }) {
  const { thread } = app.words;
  const live = app.talk.live.value;
  const isAsking = turn.outcome.state === 'asking';
  const mine = isAsking && live?.turnId === turn.id ? live : null;
  const text: string | ReadonlySignal<string> = mine?.text ?? turn.text;
  const isEmpty = !/\S/.test(typeof text === 'string' ? text : text.value);
  return (
    <div class={isAsking ? 'answer is-live' : 'answer'} aria-busy={isAsking}>
      <h3 class="visually-hidden">{thread.answer}</h3>
      {!isEmpty && <Markdown text={text} isStreaming={isAsking} headingLevel={4} />}
      {isEmpty && isAsking && (
        <p class="first-word">
          <span class="caret" />
          <span class="visually-hidden">{thread.thinking}</span>
        </p>
      )}
      {isEmpty && !isAsking && (
        <p class="beside">{turn.outcome.state === 'stopped' ? thread.stoppedEmpty : thread.emptyAnswer}</p>
      )}
    </div>
  );
}

/** The note for a question that was asked again without a new answer. It says why, and that the earlier answer stays. */
function InVain({ app, problem }: { app: App; problem: Problem }) {
  const { problems } = app.words;
  return (
    <p class="small">
      {problems.again} {problems[problemKind(problem.code)].title}.
    </p>
  );
}

/** The line under the answer: where it comes from, and what can be done with it. */
function Under({ app, view, turn, isLast }: Props) {
  const isDone = turn.outcome.state !== 'asking';
  const ending = turn.outcome.state === 'complete' ? endingOf(turn.outcome.facts) : null;
  return (
    <div class="after">
      <div class="after-words">
        <ProvenanceLine app={app} turn={turn} />
        {turn.outcome.state === 'complete' && turn.outcome.again !== undefined && (
          <InVain app={app} problem={turn.outcome.again} />
        )}
        {ending !== null && <p class="small">{app.words.thread.ending[ending]}</p>}
      </div>
      {isDone && (
        <div class={isLast ? 'turn-actions' : 'turn-actions is-quiet'}>
          {turn.text !== '' && <CopyAnswer app={app} view={view} text={turn.text} />}
          {turn.outcome.state !== 'failed' && <AskAgain app={app} turn={turn} />}
        </div>
      )}
    </div>
  );
}
