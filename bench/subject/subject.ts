/** A Worker under load, in a workerd process of its own. */
export interface Subject {
  name: 'carryon' | 'bare';
  port: number;
  processId: number;
  stop(): Promise<void>;
}

export interface Subjects {
  carryon: Subject;
  bare: Subject;
}
