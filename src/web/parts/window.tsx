import { Modal, type ModalProps } from '@mantine/core';
import { useEffect, useState } from 'react';

type WindowProps = Omit<ModalProps, 'opened'>;

/** A window over the page, there as long as it is drawn; the focus goes back to where it was before. */
export function Window(props: WindowProps) {
  const [before] = useState(() => document.activeElement);
  useEffect(
    () => () => {
      // What opened it may be gone with it: a row that was deleted, a form that led to this window.
      const back = before?.isConnected ? before : document.querySelector('h1');
      (back as HTMLElement | null)?.focus({ preventScroll: true });
    },
    [before],
  );
  return <Modal {...props} opened />;
}
