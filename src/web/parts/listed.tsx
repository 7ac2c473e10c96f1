import { Button, Center, Stack } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Page } from '../../contracts/page.js';
import type { Endpoint } from '../api/endpoints.js';
import { listing } from '../api/query.js';
import { Trouble, Waiting } from './states.js';

interface ListedProps<Item, Query> {
  endpoint: Endpoint<Page<Item>, Query>;
  query: Query;
  /** Milliseconds after which the list is asked for again; the live feed does without. */
  everyMs?: number;
  empty: ReactNode;
  children: (items: Item[]) => ReactNode;
}

/** A list of the server's: while it comes, when it is empty, when it fails, and its further pages. */
export function Listed<Item, Query extends { cursor?: string | undefined }>({
  endpoint,
  query,
  everyMs,
  empty,
  children,
}: ListedProps<Item, Query>) {
  const { t } = useTranslation();
  const list = useInfiniteQuery({
    ...listing(endpoint, query),
    ...(everyMs && { refetchInterval: everyMs }),
  });
  if (list.isPending) return <Waiting />;
  if (!list.data) return <Trouble error={list.error} again={() => void list.refetch()} />;
  const items = list.data.pages.flatMap((page) => page.items);
  return (
    <Stack>
      {list.error && <Trouble error={list.error} />}
      {items.length === 0 ? empty : children(items)}
      {list.hasNextPage && (
        <Center>
          <Button
            variant="default"
            loading={list.isFetchingNextPage}
            onClick={() => void list.fetchNextPage()}
          >
            {t('common.more')}
          </Button>
        </Center>
      )}
    </Stack>
  );
}
