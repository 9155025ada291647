import { TestRouter } from './router.ts';

/** 10 tokens in at 1 and 5 out at 4 micro-USD: what the scripted answers cost. */
export const COST = 30;
export const settled = { heldMicroUsd: 0, unsettledMicroUsd: 0 };
export const HANGS = { instead: 'hang' } as const;

export function withBudget(
  monthlyMicroUsd: number,
  ...deployments: ConstructorParameters<typeof TestRouter>
): TestRouter {
  const router = new TestRouter(...deployments);
  router.ledger.limit('tenant', { monthlyMicroUsd });
  return router;
}

/** A body is read on until something cancels it. */
export async function readUntil(response: Response, chunks: number): Promise<ReadableStreamDefaultReader<Uint8Array>> {
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  for (let chunk = 0; chunk < chunks; chunk++) await reader.read();
  return reader;
}
