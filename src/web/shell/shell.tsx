import {
  AppShell,
  Burger,
  Group,
  Menu,
  NavLink,
  ScrollArea,
  Text,
  UnstyledButton,
  Avatar,
} from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useQueryClient } from '@tanstack/react-query';
import KeyRound from 'lucide-react/icons/key-round';
import LogOut from 'lucide-react/icons/log-out';
import { lazy, Suspense, useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, NavLink as RouterLink, Outlet, useLocation } from 'react-router';
import { API } from '../api/endpoints.js';
import { useLiveFeed } from '../api/live.js';
import { SignedIn, useMe } from '../api/me.js';
import { reading, useChange } from '../api/query.js';
import { Trouble, Waiting } from '../parts/states.js';
import { Dialler } from '../phone-panel/dialler.js';
import { placesFor } from './places.js';
import { BackAt, PresenceItems, usePresence } from './presence.js';
import styles from './shell.module.css';
import { SignIn } from './sign-in.js';
import { LanguageSwitch, ThemeSwitch } from './switches.js';

const BrowserPhone = lazy(() => import('../phone/browser-phone.js'));
const DeskCalls = lazy(() => import('../phone-panel/desk-calls.js'));

/** What stands around every page. */
export function Shell() {
  return (
    <SignedIn
      otherwise={<SignIn />}
      meanwhile={<Waiting />}
      broken={(error, again) => <Trouble error={error} again={again} />}
    >
      <Desk />
    </SignedIn>
  );
}

function Desk() {
  const { t } = useTranslation();
  const [opened, menu] = useDisclosure();
  useLiveFeed();
  const { pathname } = useLocation();
  const { close } = menu;
  useEffect(close, [pathname, close]);
  return (
    <AppShell
      header={{ height: 60 }}
      navbar={{ width: 250, breakpoint: 'sm', collapsed: { mobile: !opened } }}
      padding={{ base: 'md', sm: 'xl' }}
    >
      <a href="#content" className="skip">
        {t('app.skip')}
      </a>
      <AppShell.Header className={styles.header}>
        <Group h="100%" px="md" justify="space-between" wrap="nowrap">
          <Group gap="sm" wrap="nowrap">
            <Burger
              opened={opened}
              onClick={menu.toggle}
              hiddenFrom="sm"
              size="sm"
              aria-label={t('app.menu')}
              aria-expanded={opened}
            />
            <Link to="/" className={styles.brand}>
              <img src="/icon.svg" width={28} height={28} alt="" />
              <Text span fw={700} visibleFrom="xs">
                {t('app.name')}
              </Text>
            </Link>
          </Group>
          <Group gap={4} wrap="nowrap">
            <Dialler />
            <Suspense>
              <BrowserPhone />
              <DeskCalls />
            </Suspense>
            <LanguageSwitch />
            <ThemeSwitch />
            <AccountMenu />
          </Group>
        </Group>
      </AppShell.Header>
      <AppShell.Navbar className={styles.navbar} aria-label={t('app.navigation')}>
        <ScrollArea p="sm">
          <Navigation />
        </ScrollArea>
      </AppShell.Navbar>
      <AppShell.Main id="content" className={styles.main}>
        <div className={styles.width}>
          <Suspense fallback={<Waiting />}>
            <Outlet />
          </Suspense>
        </div>
      </AppShell.Main>
    </AppShell>
  );
}

function Navigation() {
  const { t } = useTranslation();
  const { role, rights } = useMe();
  return placesFor(role, rights).map(({ name, places }) => (
    <div key={name} role="group" aria-label={t(`nav.${name}`)} className={styles.section}>
      <Text size="xs" fw={600} c="dimmed" px="sm" pb={4} aria-hidden>
        {t(`nav.${name}`)}
      </Text>
      {places.map(({ to, name: place, icon: Icon }) => (
        <RouterLink key={to} to={to}>
          {({ isActive }) => (
            <NavLink
              component="span"
              active={isActive}
              label={t(`nav.${place}`)}
              leftSection={<Icon size={18} aria-hidden />}
              className={styles.place}
            />
          )}
        </RouterLink>
      ))}
    </div>
  ));
}

function AccountMenu() {
  const { t } = useTranslation();
  const me = useMe();
  const client = useQueryClient();
  const signOut = useChange(API.signOut);
  const leave = () =>
    signOut.mutate(
      {},
      {
        onSettled: () => {
          client.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== API.me.path });
          client.setQueryData(reading(API.me).queryKey, null as never);
        },
      },
    );
  const name = me.extension?.name ?? me.email;
  const isAway = usePresence()?.presence === 'away';
  const [asking, time] = useDisclosure();
  return (
    <>
      <Menu position="bottom-end" width={240} withinPortal={false}>
        <Menu.Target>
          <UnstyledButton
            aria-label={[`${initialsOf(name)}: ${t('app.account')}`, isAway && t('presence.away')]
              .filter(Boolean)
              .join(', ')}
            className={styles.account}
          >
            <Avatar color={isAway ? 'gray' : 'pine'} radius="xl" size={34} aria-hidden>
              {initialsOf(name)}
            </Avatar>
          </UnstyledButton>
        </Menu.Target>
        <Menu.Dropdown>
          <div className={styles.who}>
            <Text fw={600} truncate>
              {name}
            </Text>
            <Text size="sm" c="dimmed" truncate>
              {me.email}
            </Text>
            <Text size="sm" c="dimmed">
              {[t(`role.${me.role}`), me.extension?.number].filter(Boolean).join(' · ')}
            </Text>
          </div>
          <Menu.Divider />
          <PresenceItems onAskTime={time.open} />
          <Menu.Item component={Link} to="/password" leftSection={<KeyRound size={16} aria-hidden />}>
            {t('password.title')}
          </Menu.Item>
          <Menu.Item leftSection={<LogOut size={16} aria-hidden />} onClick={leave}>
            {t('app.signOut')}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {asking && <BackAt onClose={time.close} />}
    </>
  );
}

/** What the picture shows: its name for those who speak to the machine has to begin with it. */
const initialsOf = (name: string): string =>
  name
    .split(' ')
    .map((part) => part.slice(0, 1))
    .join('')
    .slice(0, 2)
    .toUpperCase();
