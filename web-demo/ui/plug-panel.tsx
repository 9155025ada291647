/** "Pull the plug": what can be broken here, each with a switch that never claims what is not so. */
import { useSignal } from '@preact/signals';
import { useId } from 'preact/hooks';
import type { App } from '../state/app.ts';

export function PlugPanel({ app }: { app: App }) {
  const { words, plugs, line, session } = app;
  const say = words.plugs;
  const isOff = plugs.wifiOff.value;
  const isLocal = session.settings.signIn === 'local';
  const isTravelling = line.mode.value === 'travel';
  // These plugs are at the router, which nothing reaches now.
  const locked = isOff ? say.needsWifi : null;
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
          failed={say.failedWifi}
          turn={(on) => plugs.pullWifi(!on)}
        />
        {plugs.providers.value.map(({ deployment, name, model, order, plugged }) => (
          <Switch
            key={deployment}
            name={say.provider(name)}
            isOn={plugged}
            detail={plugged ? say.providerOn(model, order) : say.providerOff(model)}
            busy={plugged ? say.pulling : say.pluggingIn}
            failed={say.failed}
            locked={locked}
            turn={(on) => plugs.plug(deployment, on)}
          />
        ))}
        {isLocal && (
          <Switch
            name={say.cent}
            isOn={plugs.isOneCent.value}
            detail={plugs.isOneCent.value ? say.centOn : say.centOff}
            busy={say.changing}
            failed={say.failed}
            locked={locked}
            turn={(on) => plugs.setOneCent(on)}
          />
        )}
        <Switch
          name={say.travel}
          isOn={isTravelling}
          detail={isTravelling ? say.travelOn : say.travelOff}
          busy={say.changing}
          failed={say.failedTravel}
          turn={(on) => line.setMode(on ? 'travel' : 'auto')}
        />
      </ul>
    </section>
  );
}

interface SwitchProps {
  name: string;
  isOn: boolean;
  /** What its state means. */
  detail: string;
  /** Said while it changes. */
  busy: string;
  /** Said where it could not be changed. */
  failed: string;
  /** Why it cannot be changed just now. */
  locked?: string | null;
  turn(on: boolean): Promise<void>;
}

/** Shows the state that is, until the other one is confirmed. */
function Switch({ name, isOn, detail, busy, failed, locked = null, turn }: SwitchProps) {
  const id = useId();
  const isBusy = useSignal(false);
  const problem = useSignal<string | null>(null);
  const press = async () => {
    if (isBusy.value) return;
    problem.value = locked;
    if (locked !== null) return;
    isBusy.value = true;
    await turn(!isOn).catch(() => {
      problem.value = failed;
    });
    isBusy.value = false;
  };
  // What stood in the way may be gone by now.
  const shown = problem.value === failed || locked !== null ? problem.value : null;
  return (
    <li>
      <span class="switch-words">
        <span id={`${id}-name`}>{name}</span>
        <span id={`${id}-detail`} class="beside">
          {isBusy.value ? busy : shown === null ? detail : <span role="alert">{shown}</span>}
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
        aria-disabled={locked !== null}
        onClick={press}
      />
    </li>
  );
}
