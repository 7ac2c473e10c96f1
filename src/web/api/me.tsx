import { useQuery, useQueryClient } from '@tanstack/react-query';
import { createContext, useContext, useEffect, type ReactNode } from 'react';
import type { Me } from '../../contracts/identity.js';
import { API } from './endpoints.js';
import { reading } from './query.js';
import { RequestError, signedOut } from './request.js';

const Signed = createContext<Me | null>(null);

/** Who is signed in; to be asked below <SignedIn> only. */
export function useMe(): Me {
  const me = useContext(Signed);
  if (!me) throw new Error('nobody is signed in here');
  return me;
}

/** Whether the person signed in has a right of src/identity/rights.ts. */
export const useMay = (): ((right: string) => boolean) => {
  const { rights } = useMe();
  return (right) => rights.includes(right);
};

interface Views {
  children: ReactNode;
  /** What stands there for nobody. */
  otherwise: ReactNode;
  /** What stands there until the server has answered. */
  meanwhile: ReactNode;
  broken: (error: Error, again: () => void) => ReactNode;
}

/** Shows its children to a person who is signed in. */
export function SignedIn({ children, otherwise, meanwhile, broken }: Views) {
  const client = useQueryClient();
  const { data, error, refetch } = useQuery({ ...reading(API.me), staleTime: 60_000 });
  useEffect(() => {
    const forget = () => client.setQueryData(reading(API.me).queryKey, null as unknown as Me);
    signedOut.addEventListener('signed-out', forget);
    return () => signedOut.removeEventListener('signed-out', forget);
  }, [client]);
  if (data) return <Signed.Provider value={data}>{children}</Signed.Provider>;
  if (data === null || (error instanceof RequestError && error.status === 401)) return otherwise;
  return error ? broken(error, () => void refetch()) : meanwhile;
}
