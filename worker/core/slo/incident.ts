/** Something that went wrong. A policy or a person opens an incident, and closes it when it is over. */
export interface Incident {
  id: string;
  openedAt: number;
  /** Null while it is open. */
  closedAt: number | null;
  /** One sentence for operators. */
  title: string;
  /** The objective that was missed. Null if a person opened the incident for something else. */
  objective: string | null;
  feature: string | null;
  tenant: string | null;
  /** `policy:NAME`, or the operator's name. */
  openedBy: string;
  closedBy: string | null;
  /** What policies did meanwhile, such as a pin, and what they skipped, with the reason. */
  actions: readonly IncidentAction[];
  /** A person's words, for operators. */
  note: string | null;
  /** A person's words, for everyone who may read the status page. Without them, the page shows a generated sentence. */
  publicNote: string | null;
}

/** One thing that a policy did, undid or left out. */
export interface IncidentAction {
  at: number;
  /** As a sentence. */
  text: string;
}

/** The part of an incident that everyone may see. */
export interface PublicIncident {
  id: string;
  openedAt: number;
  closedAt: number | null;
  objective: string | null;
  feature: string | null;
  /** A person's words. Null if nobody wrote any. */
  publicNote: string | null;
  /** The person's words, or else a generated English sentence. */
  text: string;
}

/** One page of the list of incidents, and the mean times of all incidents. */
export interface IncidentPage {
  incidents: Incident[];
  /** The value of `before` that requests the next page. Null if there is none. */
  next: number | null;
  mttrMinutes: number | null;
  mtbfMinutes: number | null;
}

/** True if `who`, the name under which an incident was opened or closed, is a policy's. */
export const isByPolicy = (who: string | null): boolean => who?.startsWith('policy:') ?? false;
