/** The order of the test files of a run. Vitest's own order takes one project after the other, with its largest files first. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import { projectDirectory } from '../../cli/project.ts';

/** The files that take longest. A long file that begins last would keep one place busy while the others are empty. */
const LONGEST = [
  'browser/demo-reading',
  'e2e/budget-bounds',
  'browser/streams',
  'browser/demo-room-access',
  'e2e/prometheus-rules',
  'e2e/operations',
  'browser/demo-room',
  'e2e/start',
  'e2e/tokens',
  'browser/outbox',
  'e2e/serve',
  'e2e/overrides-restart',
].map((name) => join(projectDirectory, 'test', `${name}.test.ts`));

const renamed = LONGEST.filter((path) => !existsSync(path));
if (renamed.length > 0) throw new Error(`test/support/longest-first.ts names files that do not exist: ${renamed}`);

/** Real processes mostly wait, and a browser mostly computes. Side by side they use the whole machine. */
const MIXED = ['browser', 'e2e'];

/** Unit tests and the tests inside workerd come first, because they are short and show mistakes early. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const others = sorted.filter(({ project }) => !MIXED.includes(project.name));
    const mixed = MIXED.flatMap((name) => placed(sorted.filter(({ project }) => project.name === name)));
    mixed.sort((one, other) => one.place - other.place);
    return [...others, ...mixed.map(({ file }) => file)];
  }
}

/** Each file with its place among those of its project, from 0 to 1. */
function placed(files: readonly TestSpecification[]): { file: TestSpecification; place: number }[] {
  const rank = ({ moduleId }: TestSpecification): number => {
    const index = LONGEST.indexOf(moduleId);
    return index < 0 ? LONGEST.length : index;
  };
  const byLength = files.toSorted((one, other) => rank(one) - rank(other));
  return byLength.map((file, index) => ({ file, place: index / files.length }));
}
