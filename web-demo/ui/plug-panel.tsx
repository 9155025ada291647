/** "Pull the plug": everything that can be broken here, each with a switch that always shows the true state. */
import { useSignal } from '@preact/signals';
import { useId } from 'preact/hooks';
import type { App } from '../state/app.ts';

export function PlugPanel({ app }: { app: App }) {
  const { words, plugs, line, session } = app;
  const say = words.plugs;
  const isOff = plugs.wifiOff.value;
  const isOneCent = plugs.isOneCent.value;
  const isTravelling = line.mode.value === 'travel';
  // These plugs are at the router, which cannot be reached now.
  const locked = isOff ? say.needsWifi : null;
  const tried = (change: Promise<unknown>) =>
    change.then(
      () => null,
      // `fetch` throws a TypeError if nothing came back.
      (error) => (error instanceof TypeError ? say.failedAway : say.failedRefused),
    );
  return (
    <section class="plugs" aria-labelledby="plugs-title">
      <h2 id="plugs-title">{say.title}</h2>
      <p class="beside">{say.what}</p>
      <ul>
        <Switch
          name={say.wifi}
          isOn={!isOff}
          detail={isOff ? say.wifiOff : say.wifiOn}
          busy={isOff ? say.pluggingIn : say.pulling}
          turn={async (on) => {
            await plugs.pullWifi(!on);
            return plugs.wifiOff.peek() === on ? say.failedWifi : null;
          }}
        />
        {plugs.providers.value.map(({ deployment, name, model, order, plugged }) => (
          <Switch
            key={deployment}
            name={say.provider(name)}
            isOn={plugged}
            detail={plugged ? say.providerOn(model, order) : say.providerOff(model)}
            busy={plugged ? say.pulling : say.pluggingIn}
            locked={locked}
            turn={(on) => tried(plugs.plug(deployment, on).then(() => on && sendWaiting(app)))}
          />
        ))}
        {session.settings.signIn === 'local' && (
          <Switch
            name={say.cent}
            isOn={isOneCent}
            detail={isOneCent ? say.centOn : say.centOff}
            busy={say.changing}
            locked={locked}
            turn={(on) => tried(plugs.setOneCent(on))}
          />
        )}
        <Switch
          name={say.travel}
          isOn={isTravelling}
          detail={isTravelling ? say.travelOn : say.travelOff}
          busy={say.changing}
          turn={(on) =>
            line.setMode(on ? 'travel' : 'auto').then(
              () => null,
              () => say.failedTravel,
            )
          }
        />
      </ul>
    </section>
  );
}

/** Sends the questions that waited because no provider could answer. */
function sendWaiting({ line, talk }: App): void {
  for (const { id, state } of line.outbox.peek()) if (state === 'waiting') void talk.sendNow(id);
}

interface SwitchProps {
  name: string;
  isOn: boolean;
  /** What the present state means. */
  detail: string;
  /** The text while the state changes. */
  busy: string;
  /** Why the switch cannot be changed at present. */
  locked?: string | null;
  /** Changes the state. Resolves with null once it has changed, or else with a sentence that says what was wrong. */
  turn(on: boolean): Promise<string | null>;
}

/** A switch. It shows the present state until the new one is confirmed. */
function Switch({ name, isOn, detail, busy, locked = null, turn }: SwitchProps) {
  const id = useId();
  const isBusy = useSignal(false);
  const problem = useSignal<{ text: string; isOn: boolean; locked: string | null } | null>(null);
  const press = async () => {
    if (isBusy.value) return;
    isBusy.value = true;
    const text = locked ?? (await turn(!isOn));
    problem.value = text === null ? null : { text, isOn, locked };
    isBusy.value = false;
  };
  // The problem is over once the switch has moved after all, or may be moved again.
  const { value } = problem;
  const alert = value !== null && value.isOn === isOn && value.locked === locked ? value.text : null;
  return (
    <li>
      <span class="switch-words">
        <span id={`${id}-name`}>{name}</span>
        <span id={`${id}-detail`} class="beside">
          {isBusy.value ? busy : alert === null ? detail : <span role="alert">{alert}</span>}
        </span>
      </span>
      <button
        type="button"
        role="switch"
        class="switch"
        aria-checked={isOn}
        aria-labelledby={`${id}-name`}
        aria-describedby={`${id}-detail`}
        aria-busy={isBusy.value}
        data-locked={locked !== null}
        onClick={press}
      />
    </li>
  );
}
