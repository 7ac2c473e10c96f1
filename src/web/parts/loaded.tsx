import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import type { Endpoint } from '../api/endpoints.js';
import { reading } from '../api/query.js';
import { Trouble, Waiting } from './states.js';

interface LoadedProps<Answer> {
  endpoint: Endpoint<Answer>;
  children: (answer: Answer) => ReactNode;
}

/** What is drawn of one answer of the server's: while it comes, when it fails, and then. */
export function Loaded<Answer>({ endpoint, children }: LoadedProps<Answer>) {
  const { data, error, refetch } = useQuery(reading(endpoint));
  if (data !== undefined) return children(data);
  return error ? <Trouble error={error} again={() => void refetch()} /> : <Waiting />;
}
