import { VisuallyHidden } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import Check from 'lucide-react/icons/check';
import Minus from 'lucide-react/icons/minus';
import { useTranslation } from 'react-i18next';
import type { Role } from '../../contracts/identity.js';
import type { RightsTable } from '../../contracts/rights.js';
import { API } from '../api/endpoints.js';
import { reading } from '../api/query.js';
import { useNames } from '../i18n/names.js';
import { Page } from '../parts/page.js';
import { Rows, type Column } from '../parts/rows.js';
import { Trouble, Waiting } from '../parts/states.js';

const ROLES: readonly Role[] = ['manager', 'supervisor', 'admin'];
type Line = RightsTable['items'][number];

/** Who may do what. */
export default function Rights() {
  const { t } = useTranslation();
  const rights = useQuery(reading(API.rights));
  const nameOf = useNames('right');
  const columns: Column<Line>[] = [
    { name: 'right', label: t('rights.right'), cell: ({ right }) => nameOf(right) },
    ...ROLES.map((role) => ({
      name: role,
      label: t(`role.${role}`),
      cell: ({ roles }: Line) => {
        const has = roles.includes(role);
        const Icon = has ? Check : Minus;
        return (
          <>
            <Icon size={18} aria-hidden color={`var(--mantine-color-${has ? 'pine-6' : 'dimmed'})`} />
            <VisuallyHidden>{t(has ? 'common.yes' : 'common.no')}</VisuallyHidden>
          </>
        );
      },
    })),
  ];
  return (
    <Page title={t('nav.rights')} lead={t('rights.lead')}>
      {rights.error && <Trouble error={rights.error} again={() => void rights.refetch()} />}
      {rights.isPending && <Waiting />}
      {rights.data && (
        <Rows
          label={t('nav.rights')}
          columns={columns}
          items={rights.data.items}
          keyOf={({ right }) => right}
        />
      )}
    </Page>
  );
}
