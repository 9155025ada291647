import type { PromiseCard } from '../../core/promise-card.ts';
import { Bar, Pill } from '../../ui/pieces.tsx';

/** One promise. Pressing it shows its budget and burn rates below. */
export function PromiseCardOf({
  card: { name, title, of, pill, value, promise, bar, barName, note },
  isChosen,
  choose,
}: {
  card: PromiseCard;
  isChosen: boolean;
  choose: (() => void) | undefined;
}) {
  return (
    <li class="promise" data-chosen={isChosen}>
      <div class="promise-head">
        <h2>
          {choose === undefined ? (
            title
          ) : (
            <button type="button" class="promise-choose" aria-pressed={isChosen} onClick={choose} title={name}>
              {title}
            </button>
          )}
        </h2>
        <Pill tone={pill.tone}>{pill.text}</Pill>
      </div>
      <p class="beside">{of || 'the whole service'}</p>
      <p class="promise-value figures">
        <b>{value}</b> <span>{promise}</span>
      </p>
      {bar === null ? <div class="meter" aria-hidden="true" /> : <Bar share={bar} tone={pill.tone} name={barName} />}
      <p class="beside figures">{note}</p>
    </li>
  );
}
