/** The words of the page for components deep in the tree. */
import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import { type Words, wordsFor } from '../words/words.ts';

export const WordsContext = createContext<Words>(wordsFor(['en']));

export const useWords = (): Words => useContext(WordsContext);
