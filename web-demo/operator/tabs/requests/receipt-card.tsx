/** One request: its outcome in a sentence, a timeline of its attempts, and its figures. */

import { useEffect, useRef } from 'preact/hooks';
import { EXCLUDED_WORDS, FINISH_WORDS, MODE_WORDS } from '../../../../cli/why/words.ts';
import { microUsd, moment, seconds } from '../../core/format.ts';
import { headingOf, sentenceOf, timelineOf, tokensText } from '../../core/receipt.ts';
import type { ShownRequest } from '../../core/replies.ts';
import { useRead } from '../../ui/context.ts';
import { Card, Loaded, Pill } from '../../ui/pieces.tsx';

export function ReceiptCard({ id }: { id: string }) {
  const read = useRead<ShownRequest>(`requests/${encodeURIComponent(id)}`);
  const card = useRef<HTMLDivElement>(null);
  // On a phone the card is below the list.
  useEffect(() => {
    if (matchMedia('(max-width: 60rem)').matches) card.current?.scrollIntoView({ block: 'start' });
  }, [id]);
  return (
    <div ref={card} class="receipt">
      <Card title={read.value === undefined ? 'Request' : headingOf(read.value)} what={<span class="mono">{id}</span>}>
        <Loaded read={read} rows={8}>
          {(receipt) => <Receipt receipt={receipt} />}
        </Loaded>
      </Card>
    </div>
  );
}

function Receipt({ receipt }: { receipt: ShownRequest }) {
  const { mode, drill, whole } = receipt;
  return (
    <>
      <p>
        {sentenceOf(receipt)} {MODE_WORDS[mode]}
      </p>
      <Timeline receipt={receipt} />
      <dl class="facts">
        {factsOf(receipt).map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <Counts receipt={receipt} />
      {drill !== null && <p class="beside">It belongs to the drill {drill}.</p>}
      {!whole && (
        <p class="beside">
          Only the index entry of this request is kept. Whole records are kept of bad, failed-over, slow and drill
          requests, and of 1 % of the others.
        </p>
      )}
    </>
  );
}

function Timeline({ receipt }: { receipt: ShownRequest }) {
  const bars = timelineOf(receipt);
  if (bars.length === 0) return null;
  return (
    <ol class="timeline" aria-label={`Attempts over ${seconds(receipt.totalMs)}`}>
      {bars.map(({ name, from, to, first, tone, text, took }) => (
        <li key={name}>
          <span>{name}</span>
          <div class="timeline-track">
            <i data-tone={tone} style={{ left: `${from * 100}%`, width: `max(4px, ${(to - from) * 100}%)` }} />
            {first !== null && to - from <= 0.6 && <b style={{ left: `${first * 100}%` }} />}
            {text !== '' && (
              <span class="timeline-text" {...besideBar(from, to)}>
                {text}
              </span>
            )}
          </div>
          <span class="number figures">{took}</span>
        </li>
      ))}
    </ol>
  );
}

/** Where a bar's label goes: inside a long bar, or else after the bar, or else before it. */
function besideBar(from: number, to: number): { style: Record<string, string>; 'data-inside'?: boolean } {
  if (to - from > 0.6) return { style: { left: `calc(${from * 100}% + 8px)` }, 'data-inside': true };
  if (to < 0.6) return { style: { left: `calc(${to * 100}% + 8px)` } };
  return { style: { right: `calc(${(1 - from) * 100}% + 8px)` } };
}

function factsOf(receipt: ShownRequest): [string, string][] {
  const { arrivedAt, tenant, feature, userHash, costMicroUsd, finishReason, totalMs, ttftMs, status, cache } = receipt;
  const facts: [string, string | null][] = [
    ['came', moment(arrivedAt)],
    ['tenant', tenant],
    ['feature', feature],
    ['user', userHash === null ? null : `${userHash} (hashed)`],
    ['first word', ttftMs === null ? 'none' : seconds(ttftMs)],
    ['end after', seconds(totalMs)],
    ['charged', microUsd(costMicroUsd)],
    ['tokens', tokensText(receipt)],
    ['status', String(status)],
    ['finish', finishReason === null ? null : FINISH_WORDS[finishReason].toLowerCase()],
    ['cache', cache ?? 'not asked'],
    ...(receipt.whole
      ? ([
          ['alias', receipt.alias],
          ['key', receipt.keyId],
          ['place', receipt.colo],
          ['build', receipt.build],
          ['prompt', receipt.promptVersion],
        ] as [string, string | null][])
      : []),
  ];
  return facts.flatMap(([name, value]) => (value === null ? [] : [[name, value] as [string, string]]));
}

function Counts({ receipt: { counts } }: { receipt: ShownRequest }) {
  const { success, objectives } = counts;
  const verdict =
    success.outcome === 'excluded'
      ? `counts for no promise: ${EXCLUDED_WORDS[success.reason]}`
      : `counts as ${success.outcome}`;
  return (
    <p class="acts">
      <Pill tone={{ good: 'good', bad: 'bad', excluded: 'away' }[success.outcome] as 'good'}>{verdict}</Pill>
      {objectives
        .filter(({ outcome }) => outcome === 'bad' && success.outcome !== 'bad')
        .map(({ name }) => (
          <Pill key={name} tone="bad">
            bad for {name}
          </Pill>
        ))}
    </p>
  );
}
