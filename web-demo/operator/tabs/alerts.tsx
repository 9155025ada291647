/** Firing alerts, deliveries to webhooks, silences, and incidents with their texts. */
import { DeliveriesCard } from './alerts/deliveries-card.tsx';
import { FiringCard } from './alerts/firing-card.tsx';
import { IncidentsCard } from './alerts/incidents-card.tsx';
import { SilencesCard } from './alerts/silences-card.tsx';

export const Alerts = () => (
  <>
    <FiringCard />
    <div class="columns">
      <IncidentsCard />
      <SilencesCard />
    </div>
    <DeliveriesCard />
  </>
);
