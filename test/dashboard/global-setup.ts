/** The pages that tests are sent, of the dashboard and of the documentation: built anew when their sources have changed. */
import { buildDashboard } from '../../src/dashboard/client/build.ts';
import { buildDocs } from '../../src/docs/build/site.ts';

export default async function buildPages(): Promise<void> {
  await Promise.all([buildDashboard(), buildDocs()]);
}
