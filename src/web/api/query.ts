import {
  infiniteQueryOptions,
  QueryClient,
  queryOptions,
  useMutation,
  useQueryClient,
  type QueryKey,
} from '@tanstack/react-query';
import type { Page } from '../../contracts/page.js';
import type { Endpoint } from './endpoints.js';
import { request, RequestError } from './request.js';

interface Asking<Input> {
  params?: Record<string, string>;
  query?: Input;
}

/** Where the answers of an endpoint are kept: all of them, or those to one question. */
export const keyOf = (endpoint: Endpoint<unknown, never>, ...question: unknown[]): QueryKey => [
  endpoint.path,
  ...question,
];

/** The options with which TanStack Query reads an endpoint. */
export const reading = <Answer, Input>(
  endpoint: Endpoint<Answer, Input>,
  { params = {}, query }: Asking<Input> = {},
) =>
  queryOptions({
    queryKey: [endpoint.path, params, query ?? {}] as QueryKey,
    queryFn: ({ signal }) =>
      request(endpoint, { params, signal, ...(query !== undefined && { input: query }) }),
  });

/** The same for a list that is read page after page. */
export const listing = <Item, Input extends { cursor?: string | undefined }>(
  endpoint: Endpoint<Page<Item>, Input>,
  query: Input,
) =>
  infiniteQueryOptions({
    queryKey: [endpoint.path, 'pages', query] as QueryKey,
    queryFn: ({ signal, pageParam }) =>
      request(endpoint, { signal, input: { ...query, ...(pageParam && { cursor: pageParam }) } as Input }),
    initialPageParam: '',
    getNextPageParam: (page: Page<Item>) => page.nextCursor ?? undefined,
  });

interface Change<Input> {
  params?: Record<string, string>;
  input?: Input;
}

/** A change; after it the answers of `stale` are asked for anew. */
export function useChange<Answer, Input>(
  endpoint: Endpoint<Answer, Input>,
  stale: readonly Endpoint<never, never>[] | readonly Endpoint<unknown, never>[] = [],
) {
  const client = useQueryClient();
  return useMutation<Answer, RequestError, Change<Input>, Element | null>({
    mutationFn: (change) => request(endpoint, change),
    onMutate: () => document.activeElement,
    onSettled: (_data, _error, _change, pressed) => giveFocusBack(pressed),
    onSuccess: () => Promise.all(stale.map(({ path }) => client.invalidateQueries({ queryKey: [path] }))),
  });
}

/** A button that waits for the answer is disabled, and so loses the focus: the keyboard goes on from where it was. */
function giveFocusBack(pressed: Element | null | undefined): void {
  const soon = (run: () => void) => requestAnimationFrame(() => requestAnimationFrame(run));
  soon(() => {
    if (document.activeElement === document.body && pressed instanceof HTMLElement) pressed.focus();
  });
}

const MOST_RETRIES = 2;

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 2_000,
      // What the server refuses, it refuses again; what did not reach it may reach it yet.
      retry: (tries, error) =>
        tries < MOST_RETRIES && error instanceof RequestError && (error.status === 0 || error.status >= 502),
    },
  },
});
