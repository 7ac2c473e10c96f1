import { useTranslation } from 'react-i18next';

/** The key under which the texts have a name of the server's: `follow-up.opened` is `followUpOpened`. */
const keyOf = (name: string): string =>
  name.replace(/[.-](\w)/g, (_, letter: string) => letter.toUpperCase());

/** @returns the words for a name of the server's; one whose words are not here yet stands for itself */
export function useNames(section: 'kind' | 'right' | 'health.part'): (name: string) => string {
  const { i18n } = useTranslation();
  return (name) => {
    const words: unknown = i18n.getResource(i18n.language, 'translation', `${section}.${keyOf(name)}`);
    return typeof words === 'string' ? words : name;
  };
}
