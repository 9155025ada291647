/** The body of `POST /admin/keys`, from the fields of a form. */

/** The form's fields as the operator wrote them. Empty ones are left out of the body. */
export interface WrittenKey {
  tenant: string;
  name: string;
  kind: string;
  origins: string;
  features: string;
  user: string;
  days: string;
}

const words = (text: string): string[] => text.split(/[\s,]+/).filter((word) => word !== '');

export function keyBody({ tenant, name, kind, origins, features, user, days }: WrittenKey): Record<string, unknown> {
  return {
    ...{ tenant, kind },
    ...(name !== '' && { name }),
    ...(kind === 'publishable' && { origins: words(origins) }),
    ...(words(features).length > 0 && { features: words(features) }),
    ...(user !== '' && { user }),
    ...(days !== '' && { expiresInSeconds: Math.round(Number(days) * 86_400) }),
  };
}
