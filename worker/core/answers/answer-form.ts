/**
 * The form in which a client reads its answer. Inside the router every answer is a chat completion (`chat`), in caches and kept
 * answers too; worker/doors/forms.ts writes it in the client's form on its way out. `functions`: a chat completion in the words of
 * 2023, before tools.
 */
export type AnswerForm = 'chat' | 'functions';
