import { Button, Menu, useMantineColorScheme, type MantineColorScheme } from '@mantine/core';
import Languages from 'lucide-react/icons/languages';
import SunMoon from 'lucide-react/icons/sun-moon';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { choose, LANGUAGES, type Language } from '../i18n/i18n.js';

const SCHEMES: readonly MantineColorScheme[] = ['light', 'dark', 'auto'];

export function LanguageSwitch() {
  const { t, i18n } = useTranslation();
  return (
    <Choice
      label={t('app.language')}
      icon={<Languages size={18} aria-hidden />}
      options={Object.entries(LANGUAGES)}
      chosen={i18n.language}
      onChoose={(language) => void choose(language as Language)}
    />
  );
}

export function ThemeSwitch() {
  const { t } = useTranslation();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  return (
    <Choice
      label={t('app.theme')}
      icon={<SunMoon size={18} aria-hidden />}
      options={SCHEMES.map((scheme) => [scheme, t(`app.${scheme}`)])}
      chosen={colorScheme}
      onChoose={(scheme) => setColorScheme(scheme as MantineColorScheme)}
    />
  );
}

interface ChoiceProps {
  label: string;
  icon: ReactNode;
  /** Value and name. */
  options: readonly (readonly [string, string])[];
  chosen: string;
  onChoose: (value: string) => void;
}

function Choice({ label, icon, options, chosen, onChoose }: ChoiceProps) {
  return (
    <Menu position="bottom-end" withinPortal={false}>
      <Menu.Target>
        <Button variant="subtle" color="gray" px="xs" aria-label={label} c="var(--mantine-color-text)">
          {icon}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.RadioGroup value={chosen} onChange={onChoose}>
          {options.map(([value, name]) => (
            <Menu.RadioItem key={value} value={value} closeMenuOnClick>
              {name}
            </Menu.RadioItem>
          ))}
        </Menu.RadioGroup>
      </Menu.Dropdown>
    </Menu>
  );
}
