import { Table, UnstyledButton } from '@mantine/core';
import type { ReactNode } from 'react';
import { Link } from 'react-router';
import styles from './rows.module.css';

export interface Column<Item> {
  name: string;
  /** What the heading says; on a phone's screen it stands before the value. */
  label: string;
  cell: (item: Item) => ReactNode;
  /** Seen by readers of screens alone. */
  hiddenLabel?: boolean;
  align?: 'left' | 'right';
}

interface RowsProps<Item> {
  label: string;
  columns: readonly Column<Item>[];
  items: readonly Item[];
  keyOf: (item: Item) => string;
}

/** A table; on a phone's screen each row is a card. Roles are named, since `display` would take them away. */
export function Rows<Item>({ label, columns, items, keyOf }: RowsProps<Item>) {
  return (
    <div className={styles.frame}>
      <Table className={styles.table} aria-label={label} role="table">
        <Table.Thead role="rowgroup" className={styles.head}>
          <Table.Tr role="row">
            {columns.map(({ name, label: heading, hiddenLabel, align }) => (
              <Table.Th key={name} scope="col" role="columnheader" ta={align} data-align={align}>
                <span className={hiddenLabel ? styles.unseen : undefined}>{heading}</span>
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody role="rowgroup">
          {items.map((item) => (
            <Table.Tr key={keyOf(item)} role="row" className={styles.row}>
              {columns.map(({ name, label: heading, hiddenLabel, cell, align }) => {
                const content = cell(item);
                return content === null || content === '' ? (
                  <Table.Td key={name} role="cell" className={styles.blank} />
                ) : (
                  <Table.Td
                    key={name}
                    role="cell"
                    ta={align}
                    data-align={align}
                    className={styles.cell}
                    data-label={hiddenLabel ? undefined : heading}
                  >
                    <div>{content}</div>
                  </Table.Td>
                );
              })}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </div>
  );
}

/** A link in a row, as large as the finger needs it. */
export function RowLink({ to, children, label }: { to: string; children: ReactNode; label?: string }) {
  return (
    <UnstyledButton component={Link} to={to} className={styles.link} aria-label={label}>
      {children}
    </UnstyledButton>
  );
}
