/** Something that went wrong, from when it was opened, by policy or by a person, until it was closed. */
export interface Incident {
  id: string;
  openedAt: number;
  /** Null: it goes on. */
  closedAt: number | null;
  /** One sentence for operators. */
  title: string;
  /** The objective that broke; null where a person opened it for something else. */
  objective: string | null;
  feature: string | null;
  tenant: string | null;
  /** `policy:NAME`, or the operator's name. */
  openedBy: string;
  closedBy: string | null;
  /** What was done by itself meanwhile, such as a pin, and what was skipped, with the reason. */
  actions: readonly IncidentAction[];
  /** A person's words, for operators. */
  note: string | null;
  /** A person's words, for everybody who may read the status page. Without them a sentence is made for it. */
  publicNote: string | null;
}

/** One thing that a policy did, undid or left out. */
export interface IncidentAction {
  at: number;
  /** As a sentence. */
  text: string;
}

/** What everybody may see of it. */
export interface PublicIncident {
  id: string;
  openedAt: number;
  closedAt: number | null;
  objective: string | null;
  feature: string | null;
  /** A person's words; null: nobody wrote any. */
  publicNote: string | null;
  /** The person's words, or an English sentence that is made for it. */
  text: string;
}

/** How the list of incidents stands. */
export interface IncidentPage {
  incidents: Incident[];
  /** For `before` of the next page; null: there is none. */
  next: number | null;
  mttrMinutes: number | null;
  mtbfMinutes: number | null;
}

/** Whether a policy opened or closed it, by the name that it has. */
export const isByPolicy = (who: string | null): boolean => who?.startsWith('policy:') ?? false;
