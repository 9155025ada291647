/** English words: why there is no answer, and what to do. One entry for each kind in `core/problem.ts`. */
import type { Format } from './format.ts';

export const enProblems = (format: Format) => ({
  budget: {
    title: 'Not enough budget left',
    text: 'This question could cost more than what is left of the budget, so it was not sent to any provider.',
    next: (at: number | null, now: number) =>
      at === null
        ? 'Ask something shorter, or wait until the budget is new.'
        : `The budget is new ${format.when(at, now)}.`,
  },
  rate: {
    title: 'Too many questions at once',
    text: 'Your limit for questions or words in a short time is reached.',
    next: (at: number | null, now: number) =>
      at === null ? 'Wait a moment, then ask again.' : `Ask again ${format.when(at, now)}.`,
  },
  providerRate: {
    title: 'The providers are busy',
    text: 'Every provider says that it gets too many questions right now. Your own limits are fine.',
    next: (at: number | null, now: number) =>
      at === null ? 'Ask again in a minute.' : `Ask again ${format.when(at, now)}.`,
  },
  providers: {
    title: 'No provider answered',
    text: 'Every provider was tried, and every one failed. You have not paid for an answer.',
    next: (at: number | null, now: number) =>
      at === null
        ? 'Plug one in again if you pulled it, then ask again.'
        : `Plug one in again if you pulled it, or ask again ${format.when(at, now)}.`,
  },
  busy: {
    title: 'The router is busy',
    text: 'It could not take your question just now. Nothing was sent to a provider.',
    next: (at: number | null, now: number) =>
      at === null ? 'Ask again in a moment.' : `Ask again ${format.when(at, now)}.`,
  },
  cut: {
    title: 'The answer broke off',
    text: 'What came so far is shown above. It could not be continued where it broke.',
    next: () => 'Ask again for a whole one.',
  },
  signIn: {
    title: 'You are not signed in',
    text: 'Your sign-in has expired, or there was none, or the router does not accept it.',
    next: () => 'Sign in where you usually do, then load this page again.',
  },
  notAllowed: {
    title: 'This page may not ask that',
    text: 'The router does not allow this page or this key to ask here.',
    next: () => 'Whoever runs the router can allow it in the config.',
  },
  notConfigured: {
    title: 'The router is not set up yet',
    text: 'It runs, but it has no provider or key to answer with.',
    next: () => 'Set what is missing, then ask again.',
  },
  offline: {
    title: 'You are offline, and nothing is saved for this question',
    text: 'This browser could not keep the question for later either.',
    next: () => 'Ask again when you are back.',
  },
  unreachable: {
    title: 'The router does not answer',
    text: 'The network works, but nothing came back from the router.',
    next: () => 'Ask again in a moment.',
  },
  unreadable: {
    title: 'That was not the router',
    text: 'Something else answered in its place, such as the sign-in page of a hotel Wi-Fi.',
    next: () => 'Open any other page to see whether the network wants something, then ask again.',
  },
  cancelled: {
    title: 'You took this question back',
    text: 'It was not sent, and nobody was asked.',
    next: () => 'Ask again if you want to know after all.',
  },
  tooLarge: {
    title: 'This question is too long',
    text: 'Question and conversation together are more than can be sent at once.',
    next: () => 'Shorten the question, or start a new chat.',
  },
  expired: {
    title: 'This question waited too long',
    text: 'It could not be sent in time, so it was not asked.',
    next: () => 'Ask again if you still want to know.',
  },
  unknown: {
    title: 'There is no answer',
    text: 'Something went wrong, and this page does not know more about it.',
    next: (at: number | null, now: number) =>
      at === null
        ? 'Ask again. If it goes on, tell the person who runs the router.'
        : `Ask again ${format.when(at, now)}.`,
  },
  oneCent: 'Or turn off “Budget of one cent”.',
  again: 'Asked again, without a new answer. This is the one from before.',
  routerSays: (message: string) => `The router says: ${message}`,
  requestId: (id: string) => `Request ${id}`,
  code: (code: string) => `Code ${code}`,
  askAgain: 'Ask again',
  reload: 'Load the page again',
  editQuestion: 'Edit question',
});
