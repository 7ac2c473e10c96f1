import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import Compass from 'lucide-react/icons/compass';
import { useTranslation } from 'react-i18next';
import { Link, Navigate, useRouteError } from 'react-router';
import { API } from '../api/endpoints.js';
import { useMe } from '../api/me.js';
import { reading } from '../api/query.js';
import { Page } from '../parts/page.js';
import { Empty, Waiting } from '../parts/states.js';
import { START } from './places.js';

export function Start() {
  const { role } = useMe();
  const isAdmin = role === 'admin';
  const { data, isPending } = useQuery({
    ...reading(API.numbers, { query: { limit: 1 } }),
    enabled: isAdmin,
  });
  if (isAdmin && isPending) return <Waiting />;
  // Without a company number nothing can ring: the set-up goes on where it was left.
  return <Navigate to={isAdmin && data?.items.length === 0 ? '/set-up' : START[role]} replace />;
}

export function NotFound() {
  const { t } = useTranslation();
  return (
    <Page title={t('error.page')}>
      <Empty
        icon={Compass}
        title={t('error.page')}
        hint={t('error.pageHint')}
        action={
          <Button component={Link} to="/">
            {t('error.home')}
          </Button>
        }
      />
    </Page>
  );
}

/** What a page leaves that throws: also one whose part could not be loaded, after an update of the server. */
export function Crashed() {
  const { t } = useTranslation();
  console.error(useRouteError());
  return (
    <Empty
      icon={Compass}
      title={t('error.title')}
      hint={t('error.crashed')}
      action={<Button onClick={() => location.reload()}>{t('error.reload')}</Button>}
    />
  );
}
