export type SubjectName = 'carryon' | 'withoutLedger' | 'bare';

/** A Worker under load, in a workerd process of its own. */
export interface Subject {
  name: SubjectName;
  port: number;
  processId: number;
  stop(): Promise<void>;
}

export type Subjects<Name extends SubjectName> = Record<Name, Subject>;

export function namesOf<Name extends SubjectName>(subjects: Subjects<Name>): Name[] {
  return Object.keys(subjects) as Name[];
}
