import type { ChatRequest } from '../../protocol/chat.ts';
import type { AnswerForm } from '../core/answers/forms.ts';

/** The form for clients that send a chat completion's body: those that speak of `functions` are answered in the same words. */
export const chatForm = ({ legacyFunctions }: ChatRequest): AnswerForm => (legacyFunctions ? 'functions' : 'chat');
