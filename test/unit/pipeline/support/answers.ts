import type { StoredAnswer } from '../../../../worker/core/answers/stored-answer.ts';
import type { Answers } from '../../../../worker/ports.ts';

/** A cache that never forgets by itself; the pipeline judges ages. */
export class TestAnswers implements Answers {
  readonly kept = new Map<string, StoredAnswer>();
  generationNumber: number | undefined = 0;
  /** The cache never answers. */
  hangs = false;
  reads = 0;

  async generation(): Promise<number | undefined> {
    return this.generationNumber;
  }

  async hash(keyText: string): Promise<string> {
    return keyText;
  }

  async get(keyHash: string, tenant: string): Promise<StoredAnswer | undefined> {
    this.reads++;
    if (this.hangs) return new Promise(() => {});
    return this.kept.get(`${tenant} ${keyHash}`);
  }

  async put(keyHash: string, tenant: string, answer: StoredAnswer): Promise<void> {
    this.kept.set(`${tenant} ${keyHash}`, answer);
  }
}
