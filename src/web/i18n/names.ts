import { useTranslation } from 'react-i18next';
import { keyOf } from './name-key.js';

/** @returns the words for a name of the server's; one whose words are not here yet stands for itself */
export function useNames(
  section: 'kind' | 'right' | 'health.part' | 'ending' | 'made',
): (name: string) => string {
  const { i18n } = useTranslation();
  return (name) => {
    const words: unknown = i18n.getResource(i18n.language, 'translation', `${section}.${keyOf(name)}`);
    return typeof words === 'string' ? words : name;
  };
}
