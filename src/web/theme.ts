import {
  Button,
  createTheme,
  Menu,
  Modal,
  Paper,
  Table,
  Tooltip,
  type MantineColorsTuple,
} from '@mantine/core';
import i18next from 'i18next';

/** The green of the mark, from the lightest to the darkest. */
const pine: MantineColorsTuple = [
  '#e9f8f2',
  '#d3efe4',
  '#a6dfc9',
  '#75ceac',
  '#4dbf94',
  '#33b584',
  '#1f9f71',
  '#0f7f59',
  '#0b6e4d',
  '#045a3d',
];

export const theme = createTheme({
  primaryColor: 'pine',
  primaryShade: { light: 8, dark: 8 },
  colors: { pine },
  autoContrast: true,
  luminanceThreshold: 0.35,
  defaultRadius: 'md',
  cursorType: 'pointer',
  fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, sans-serif',
  headings: { fontWeight: '650', sizes: { h1: { fontSize: '1.6rem' }, h2: { fontSize: '1.15rem' } } },
  respectReducedMotion: true,
  components: {
    Button: Button.extend({ defaultProps: { radius: 'md' } }),
    // Of windows and of notices; the language may change, so it is asked for each time.
    CloseButton: { defaultProps: () => ({ 'aria-label': i18next.t('common.close') }) },
    // The first item has the focus; the placeholder is no child that a menu may have.
    Menu: Menu.extend({ defaultProps: { withInitialFocusPlaceholder: false } }),
    Modal: Modal.extend({
      defaultProps: { radius: 'lg', centered: true, attributes: { header: { role: 'presentation' } } },
    }),
    Paper: Paper.extend({ defaultProps: { radius: 'lg', withBorder: true } }),
    Table: Table.extend({ defaultProps: { verticalSpacing: 'sm', highlightOnHover: true } }),
    Tooltip: Tooltip.extend({ defaultProps: { withArrow: true, openDelay: 300 } }),
  },
});
