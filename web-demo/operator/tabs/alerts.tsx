/** What fires, who was told, silences, and incidents with a person's words. */
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
