import { Empty } from '../ui/pieces.tsx';

export const AuditLog = () => <Empty>Not here yet: use the commands of docs/admin.md.</Empty>;
