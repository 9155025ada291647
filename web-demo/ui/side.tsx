import type { App } from '../state/app.ts';
import { Happened } from './happened.tsx';
import { PlugPanel } from './plug-panel.tsx';

/** The side panel: what to break, and what that did. */
export const Side = ({ app }: { app: App }) => (
  <div class="side">
    <PlugPanel app={app} />
    <Happened app={app} />
  </div>
);
