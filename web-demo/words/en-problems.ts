/** The English words that say why there is no answer, and what to do. One entry for each kind in `core/problem.ts`. */
import type { Format } from './format.ts';

export const enProblems = (format: Format) => ({
  budget: {
    title: 'Not enough budget left',
    text: 'This question could cost more than is left of the budget, so it was not sent to any provider.',
    next: (at: number | null, now: number) =>
      at === null
        ? 'Ask something shorter, or wait until the budget resets.'
        : `The budget resets ${format.when(at, now)}.`,
  },
  rate: {
    title: 'Too many questions at once',
    text: 'You have reached your limit for questions or words for now.',
    next: (at: number | null, now: number) =>
      at === null ? 'Wait a moment, then ask again.' : `Ask again ${format.when(at, now)}.`,
  },
  providerRate: {
    title: 'The providers are busy',
    text: 'Every provider says that it is getting too many questions right now. You have not reached your own limits.',
    next: (at: number | null, now: number) =>
      at === null ? 'Ask again in a minute.' : `Ask again ${format.when(at, now)}.`,
  },
  providers: {
    title: 'No provider answered',
    text: 'Every provider was tried, and every one failed. You have not paid for an answer.',
    next: (at: number | null, now: number) =>
      at === null
        ? 'If you unplugged one, plug it back in, then ask again.'
        : `If you unplugged one, plug it back in. Or ask again ${format.when(at, now)}.`,
  },
  busy: {
    title: 'The router is busy',
    text: 'It could not take your question just now. Nothing was sent to a provider.',
    next: (at: number | null, now: number) =>
      at === null ? 'Ask again in a moment.' : `Ask again ${format.when(at, now)}.`,
  },
  cut: {
    title: 'The answer broke off',
    text: 'The part that arrived is shown above. The rest could not be fetched.',
    next: () => 'Ask again to get a complete answer.',
  },
  signIn: {
    title: 'You are not signed in',
    text: 'Your sign-in has expired, you have not signed in yet, or the router does not accept it.',
    next: () => 'Sign in where you usually do, then reload this page.',
  },
  notAllowed: {
    title: 'This page is not allowed to ask that',
    text: 'The router does not let this page or this key ask here.',
    next: () => 'Whoever runs the router can allow it in the config.',
  },
  notConfigured: {
    title: 'The router is not set up yet',
    text: 'It is running, but it has no provider or key to answer with.',
    next: () => 'Add what is missing, then ask again.',
  },
  offline: {
    title: 'You are offline, and nothing is saved for this question',
    text: 'This browser could not save the question for later either.',
    next: () => 'Ask again when you are back online.',
  },
  unreachable: {
    title: 'The router does not answer',
    text: 'The network works, but nothing came back from the router.',
    next: () => 'Ask again in a moment.',
  },
  unreadable: {
    title: 'That was not the router',
    text: 'Something else answered in its place, such as the sign-in page of a hotel Wi-Fi.',
    next: () => 'Open any other page to see whether the network wants you to sign in, then ask again.',
  },
  cancelled: {
    title: 'You cancelled this question',
    text: 'It will not be sent.',
    next: () => 'Ask again if you still want an answer.',
  },
  tooLarge: {
    title: 'This question is too long',
    text: 'The question and the conversation together are too long to send at once.',
    next: () => 'Shorten the question, or start a new chat.',
  },
  expired: {
    title: 'This question waited too long',
    text: 'It could not be sent in time, so no provider was asked.',
    next: () => 'Ask again if you still want an answer.',
  },
  unknown: {
    title: 'No answer came',
    text: 'Something went wrong, and this page knows nothing more about it.',
    next: (at: number | null, now: number) =>
      at === null
        ? 'Ask again. If it keeps happening, tell the person who runs the router.'
        : `Ask again ${format.when(at, now)}.`,
  },
  oneCent: 'Or turn off “Budget of one cent”.',
  again: 'You asked again, but no new answer came. This is the earlier one.',
  routerSays: (message: string) => `The router says: ${message}`,
  requestId: (id: string) => `Request ${id}`,
  code: (code: string) => `Code ${code}`,
  askAgain: 'Ask again',
  reload: 'Reload the page',
  editQuestion: 'Edit question',
});
