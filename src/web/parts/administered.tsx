import { Button } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import Plus from 'lucide-react/icons/plus';
import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Page as ListPage, PageQuery } from '../../contracts/page.js';
import type { Endpoint } from '../api/endpoints.js';
import { useMay } from '../api/me.js';
import { useChange } from '../api/query.js';
import { Listed } from './listed.js';
import { Page } from './page.js';
import { Rows, type Column } from './rows.js';
import { RowActions } from './row-actions.js';
import { useComplaint } from './trouble.js';

const REFRESH_MS = 10_000;

interface AdministeredProps<Item> {
  title: string;
  lead: string;
  /** Of the button that makes a new one. */
  create: string;
  right: string;
  endpoint: Endpoint<ListPage<Item>, Partial<PageQuery>>;
  removal: Endpoint<void>;
  /** Lists that change when one is taken away. */
  stale: readonly Endpoint<unknown, never>[];
  columns: Column<Item>[];
  nameOf: (item: Item) => string;
  empty: ReactNode;
  form: (item: Item | undefined, onDone: () => void) => ReactNode;
  /** Further things to do with one. */
  actions?: (item: Item) => ReactNode;
}

/** A page of things that administrators make, change and take away. */
export function Administered<Item extends { id: string }>(props: AdministeredProps<Item>) {
  const { title, lead, create, right, endpoint, removal, stale, columns, nameOf, empty, form, actions } =
    props;
  const { t } = useTranslation();
  const may = useMay();
  const complain = useComplaint();
  const [open, setOpen] = useState<{ item?: Item }>();
  const remove = useChange(removal, [endpoint as Endpoint<unknown, never>, ...stale]);
  const takeAway = (item: Item) =>
    remove.mutate(
      { params: { id: item.id } },
      {
        onError: complain,
        onSuccess: () => notifications.show({ message: t('common.removed', { name: nameOf(item) }) }),
      },
    );
  const all = may(right)
    ? [
        ...columns,
        {
          name: 'actions',
          label: t('common.actions'),
          hiddenLabel: true,
          align: 'right' as const,
          cell: (item: Item) => (
            <RowActions
              name={nameOf(item)}
              onChange={() => setOpen({ item })}
              onRemove={() => takeAway(item)}
              more={actions?.(item)}
            />
          ),
        },
      ]
    : columns;
  return (
    <Page
      title={title}
      lead={lead}
      actions={
        may(right) && (
          <Button leftSection={<Plus size={16} aria-hidden />} onClick={() => setOpen({})}>
            {create}
          </Button>
        )
      }
    >
      <Listed endpoint={endpoint} query={{ limit: 100 }} everyMs={REFRESH_MS} empty={empty}>
        {(items) => <Rows label={title} columns={all} items={items} keyOf={({ id }) => id} />}
      </Listed>
      {open && form(open.item, () => setOpen(undefined))}
    </Page>
  );
}
