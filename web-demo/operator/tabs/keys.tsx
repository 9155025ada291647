/** Keys of clients and of operators. A key is shown once, when it is made. */
import { AdminKeysCard } from './keys/admin-keys-card.tsx';
import { ClientKeysCard } from './keys/client-keys-card.tsx';

export const Keys = () => (
  <>
    <ClientKeysCard />
    <AdminKeysCard />
  </>
);
