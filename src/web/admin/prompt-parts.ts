import type { PromptView } from '../../contracts/prompts.js';

/** Of numbers and times that are put together while they are spoken. */
export const isPart = ({ name }: Pick<PromptView, 'name'>): boolean => /^(number|minutes|day)-/.test(name);
