/** The words beside the code, tables and pictures of answers. */
export const markdownEn = {
  code: (language: string) => (language === '' ? 'Code' : `Code, ${language}`),
  copy: 'Copy',
  copyLabel: (language: string) => (language === '' ? 'Copy code' : `Copy ${language} code`),
  copied: 'Copied',
  selected: 'Selected: copy it with your keyboard or menu',
  table: 'Table',
  image: 'Picture',
  imageLink: (alt: string) => (alt === '' ? 'Picture (opens in a new tab)' : `Picture: ${alt}`),
  task: (isDone: boolean): string => (isDone ? 'Done' : 'To do'),
  toEnd: 'To the end',
};
