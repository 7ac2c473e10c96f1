import { notifications } from '@mantine/notifications';
import { useCallback } from 'react';
import { useTranslation } from 'react-i18next';
import { RequestError } from '../api/request.js';
import { sentenceOf, useSaid } from './said.js';

/** @returns what to tell a person of an error: what is wrong and what to do next */
export function useTrouble(): (error: unknown) => string {
  const { t } = useTranslation();
  const said = useSaid();
  return useCallback(
    (error) => {
      if (!(error instanceof RequestError)) return t('error.internal');
      if (error.status === 0 || error.status === 502 || error.status === 504) return t('error.away');
      if (sentenceOf(error.message)) return said(error.message);
      if (error.status === 403) return t('error.forbidden');
      if (error.status === 404) return t('error.notFound');
      if (error.status === 429) return t('signIn.tooMany', { count: error.retryAfterS ?? 60 });
      if (error.status === 500) return t('error.internal');
      return error.message;
    },
    [t, said],
  );
}

/** @returns a function that says what the server says of one field of the input; undefined where it says nothing */
export function useFieldTrouble(): (error: RequestError | null, field: string) => string | undefined {
  const said = useSaid();
  return useCallback(
    (error, field) => {
      // A list's items are named `memberIds.2`: what is said of one is said at the list.
      const messages = Object.entries(error?.fields ?? {}).flatMap(([name, about]) =>
        name === field || name.startsWith(`${field}.`) ? about : [],
      );
      return [...new Set(messages)].map(said).join('; ') || undefined;
    },
    [said],
  );
}

/** @returns a function that shows an error in passing, for what has no place of its own on the page */
export function useComplaint(): (error: unknown) => void {
  const { t } = useTranslation();
  const words = useTrouble();
  return useCallback(
    (error) => {
      notifications.show({ color: 'red', title: t('error.title'), message: words(error) });
    },
    [t, words],
  );
}
