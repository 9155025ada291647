/** What the public may read about an incident. */
import type { Incident, PublicIncident } from './incident.ts';
import type { Slo } from './slo.ts';

/**
 * Returns undefined if the incident is not public. An incident of one tenant never is. Any other is public if its objective is, or
 * if a person wrote `publicNote`. Without a note, the text is a generated sentence that names the promise, but no numbers, tenants
 * or providers.
 */
export function publicIncident(
  incident: Incident,
  { objectives, averages, publicNames }: Pick<Slo, 'objectives' | 'averages' | 'publicNames'>,
): PublicIncident | undefined {
  const { openedAt, closedAt, tenant, publicNote } = incident;
  if (tenant !== null) return undefined;
  const isPublic = incident.objective !== null && publicNames.has(incident.objective);
  if (!isPublic && publicNote === null) return undefined;
  const objective = isPublic ? incident.objective : null;
  // The id of a policy's incident holds the name of its objective, and that name is not public here.
  const id = isPublic ? incident.id : openedAt.toString(36);
  const promised = [...objectives, ...averages].find(({ name }) => name === objective);
  return {
    ...{ id, openedAt, closedAt, objective },
    feature: promised?.feature ?? null,
    publicNote,
    text: publicNote ?? madeSentence(objective, { objectives, averages }),
  };
}

/** The generated sentence about an incident for which nobody wrote words. */
export function madeSentence(
  objective: string | null,
  { objectives, averages }: Pick<Slo, 'objectives' | 'averages'>,
): string {
  const promised = objectives.find(({ name }) => name === objective);
  const average = averages.find(({ name }) => name === objective);
  const feature = promised?.feature ?? average?.feature;
  const of = feature ? ` of ${feature}` : '';
  if (promised !== undefined) return WORDS[promised.sli.kind](of);
  return average === undefined ? 'Something did not work as promised.' : `Answers${of} cost more than planned.`;
}

const WORDS: Readonly<Record<Slo['objectives'][number]['sli']['kind'], (of: string) => string>> = {
  success: (of) => `Some answers${of} did not arrive.`,
  ttft: (of) => `Answers${of} began later than promised.`,
  latency: (of) => `Answers${of} took longer than promised.`,
  cost: (of) => `Answers${of} cost more than planned.`,
  valid: (of) => `Some answers${of} did not have the form that was asked for.`,
  quality: (of) => `Some answers${of} were not as good as promised.`,
  external: (of) => `A service behind the answers${of} did not work as promised.`,
  all: (of) => `Some answers${of} were not as promised.`,
};
